import * as E from "fp-ts/lib/Either.js"
import { type LogConfiguration, logOptions } from "../relay/config/configuration.js"
import { resolveOptions } from "../relay/config/option.js"
import { type Failure, printableReasonOf } from "../relay/failure.js"
import { jsonLog, type Level, type Log } from "../relay/operate/log.js"
import type { openLogOutput } from "./log-output.js"

/** The log of a relay that runs, which another configuration may lead elsewhere. */
export interface RelayLog {
  readonly log: Log
  /** Lines that found no room so far. */
  readonly droppedLines: () => number
  /** Opens its file anew; throws where that cannot be opened, and goes on with the old one. */
  readonly reopen: () => void
  /** Prepares for another configuration, or says why the log cannot be as that says. */
  readonly prepare: (wanted: LogConfiguration | undefined) => E.Either<Failure, Prepared>
  readonly close: () => Promise<void>
}

/** What another configuration says of the log, not yet in use. */
export interface Prepared {
  readonly use: () => void
  readonly discard: () => void
}

type OpenOutput = typeof openLogOutput

/** One place that lines go to, which says itself how many of them found no room. */
const openDestination = (to: string, openOutput: OpenOutput, drop: () => void) => {
  let untold = 0
  const hasPrefixes = to === "journald"
  const tellDropped = (): void => {
    if (untold > 0) logCount("error", "lines of the log were dropped", { count: untold })
  }
  const output = openOutput(to.startsWith("/") ? to : undefined, tellDropped)
  const logCount = jsonLog(
    (line) => {
      if (output.write(line, "count")) untold = 0
    },
    { hasPrefixes },
  )
  const logFrom = (level: Level): Log =>
    jsonLog(
      (line, { authenticated }) => {
        if (output.write(line, authenticated === false ? "stranger" : "ordinary")) return
        untold++
        drop()
      },
      { level, hasPrefixes },
    )
  const close = (): Promise<void> => {
    tellDropped()
    return output.close()
  }
  return { to, logFrom, reopen: output.reopen, close }
}

/** Opens the log of a relay, or says why it cannot be opened. */
export const openRelayLog = (
  first: LogConfiguration | undefined,
  openOutput: OpenOutput,
): E.Either<Failure, RelayLog> => {
  let dropped = 0
  const opened = (to: string) =>
    E.tryCatch(
      () => openDestination(to, openOutput, () => dropped++),
      (error): Failure => ({ name: "log", reason: printableReasonOf(error) }),
    )
  const { to, level } = resolveOptions(logOptions, first)
  return E.map((destination: ReturnType<typeof openDestination>): RelayLog => {
    let now = { destination, log: destination.logFrom(level) }

    const prepare: RelayLog["prepare"] = (configured) => {
      const { to, level } = resolveOptions(logOptions, configured)
      const before = now.destination
      if (to === before.to)
        return E.right({
          use: () => {
            now = { destination: before, log: before.logFrom(level) }
          },
          discard: () => {},
        })
      return E.map((next: typeof before) => ({
        use: () => {
          now = { destination: next, log: next.logFrom(level) }
          void before.close()
        },
        discard: () => void next.close(),
      }))(opened(to))
    }

    return {
      log: (...line) => now.log(...line),
      droppedLines: () => dropped,
      reopen: () => now.destination.reopen(),
      prepare,
      close: () => now.destination.close(),
    }
  })(opened(to))
}
