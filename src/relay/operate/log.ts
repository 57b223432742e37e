import { type Logger, pino, stdTimeFunctions } from "pino"
import { printable } from "../../report/printable.js"

/** What a line of the log says beside its message: plain values, never a payload. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** How much a line matters. */
export type Level = "info" | "warn" | "error"

/**
 * Takes one line of a log.
 *
 * @since 0.4.0
 */
export type Log = (level: Level, message: string, fields?: LogFields) => void

/** What sd-daemon(3) calls the levels: the first of a line, for a journal that keeps them. */
const journalPrefixes = { info: "<6>", warn: "<4>", error: "<3>" } as const satisfies Record<Level, string>

/** How a log of JSON lines is written. */
export interface JsonLogOptions {
  /** Lines that matter less are not written. Default `info`. */
  readonly level?: Level
  /** Whether each line begins with its level as sd-daemon(3) has it. Default false. */
  readonly hasPrefixes?: boolean
}

/** Makes a log of JSON lines: `level`, `time`, `msg` and the fields. */
export const jsonLog = (
  write: (line: string, fields: LogFields) => unknown,
  { level: least = "info", hasPrefixes = false }: JsonLogOptions = {},
): Log => {
  let text = ""
  const logger: Logger = pino(
    {
      level: least,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line) => {
        text = line
      },
    },
  )
  return (level, message, fields = {}) => {
    text = ""
    logger[level](fields, message)
    if (text === "") return
    write(`${hasPrefixes ? journalPrefixes[level] : ""}${printable(text.trimEnd())}\n`, fields)
  }
}

/** Keeps what a log throws from those who only wanted to tell it something. */
export const harmless =
  (log: Log): Log =>
  (...line) => {
    try {
      log(...line)
    } catch {
      // There is nobody to tell: it is the log that fails.
    }
  }
