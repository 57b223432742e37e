import { type Logger, pino, stdTimeFunctions } from "pino"
import { printable } from "../report/printable.js"

/** What a line of the log says beside its message: plain values, never a payload. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Takes one line of a log.
 *
 * @since 0.4.0
 */
export type Log = (level: "info" | "warn" | "error", message: string, fields?: Fields) => void

/** A log of JSON lines: `level`, `time`, `msg` and the fields. */
export const jsonLog = (write: (line: string) => unknown): Log => {
  const logger: Logger = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    { write: (line) => void write(`${printable(line.trimEnd())}\n`) },
  )
  return (level, message, fields = {}) => logger[level](fields, message)
}

/** Lines of a kind that anybody who can connect causes: so many in a second, then one that says how many were left out. */
const mostInPeriod = 10
const period = 1000

/** Bounds what is logged of a kind, by a clock's milliseconds. */
export const sparingly = (log: Log, now: () => number): Log => {
  let began = Number.NEGATIVE_INFINITY
  let written = 0
  let omitted = 0
  return (level, message, fields) => {
    if (now() - began >= period) {
      if (omitted > 0) log("warn", "lines were left out", { count: omitted })
      began = now()
      written = 0
      omitted = 0
    }
    if (written < mostInPeriod) {
      written++
      log(level, message, fields)
    } else omitted++
  }
}
