import * as E from "fp-ts/lib/Either.js"
import type { Mode, Reaction, RelayConfiguration } from "../relay/configuration.js"
import { jsonLog, type Log } from "../relay/log.js"
import { notifySystemd } from "../relay/notify.js"
import { type Relay, startRelay } from "../relay/relay.js"
import { readConfiguration } from "../relay/settings.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { isUnreadable, reportUnreadable, type Unreadable } from "./input.js"
import { bytesOf, fromToml } from "./operator-file.js"
import { type ExitCode, exitCode, type Terminal } from "./terminal.js"

export interface RelayCommandOptions {
  readonly listen?: string
  readonly target?: string
  readonly mode?: Mode
  readonly onViolation?: Reaction
  readonly metrics?: string
  readonly config?: string
  readonly checkConfig?: boolean
}

/** What the relay needs of the machine. */
export interface RelayMachine {
  /** Calls a function with each signal of a name; returns what takes that back. */
  readonly onSignal: (signal: "SIGHUP" | "SIGTERM" | "SIGINT", action: () => void) => () => void
  readonly notify: typeof notifySystemd
}

const thisMachine: RelayMachine = {
  onSignal: (signal, action) => {
    process.on(signal, action)
    return () => void process.off(signal, action)
  },
  notify: notifySystemd,
}

/** What is configured, as yet unchecked: the file's content or what the options say. */
const configured = async (options: RelayCommandOptions): Promise<unknown> => {
  const { config, listen, target, mode, onViolation, metrics } = options
  if (config !== undefined) {
    try {
      return fromToml(await bytesOf(config, "a configuration"))
    } catch (error) {
      const unreadable: Unreadable = { file: config, reason: reasonOf(error) }
      return unreadable
    }
  }
  return {
    ...(metrics === undefined ? {} : { metrics }),
    listeners: [
      {
        listen,
        target,
        ...(mode === undefined ? {} : { mode }),
        ...(onViolation === undefined ? {} : { onViolation }),
      },
    ],
  }
}

/** The configuration, or why there is none: a line for each thing that is wrong with it. */
const configurationOf = async (options: RelayCommandOptions): Promise<RelayConfiguration | readonly Unreadable[]> => {
  const value = await configured(options)
  if (typeof value === "object" && value !== null && isUnreadable(value)) return [value]
  const read = readConfiguration(value)
  if (E.isRight(read)) return read.right.wanted
  return read.left.map(({ name, reason }) => ({ file: options.config ?? name, reason }))
}

const isConfiguration = (value: RelayConfiguration | readonly Unreadable[]): value is RelayConfiguration =>
  "listeners" in value

const fail = (reasons: readonly Unreadable[], terminal: Terminal): ExitCode => {
  for (const reason of reasons) reportUnreadable(reason, terminal)
  return exitCode.failed
}

/** `migration-guard relay`: stands between clients and servers until it is told to end. */
export const relay = async (
  options: RelayCommandOptions,
  terminal: Terminal,
  machine: RelayMachine = thisMachine,
): Promise<ExitCode> => {
  const { config, listen, target, checkConfig = false } = options
  if (config === undefined && (listen === undefined || target === undefined))
    return fail([{ file: "relay", reason: "give --listen and --target, or --config" }], terminal)
  const configuration = await configurationOf(options)
  if (!isConfiguration(configuration)) return fail(configuration, terminal)
  if (checkConfig) {
    terminal.stdout.write(`${printable(config ?? "options")}: ${configuration.listeners.length} listeners, no errors\n`)
    return exitCode.accepted
  }
  const log = jsonLog((line) => terminal.stdout.write(line))
  const { environment } = terminal
  const started = await startRelay(configuration, { log, environment })
  if (E.isLeft(started))
    return fail(
      started.left.map(({ name: file, reason }) => ({ file, reason })),
      terminal,
    )
  const notify = async (state: Parameters<typeof notifySystemd>[0]): Promise<void> => {
    const failure = await machine.notify(state, environment)
    if (failure !== undefined) log("warn", "systemd was not notified", { reason: printable(failure) })
  }
  const ended = untilTold(started.right, options, log, machine, notify)
  await notify("READY=1")
  await ended
  return exitCode.accepted
}

const reload = async (relayed: Relay, options: RelayCommandOptions, log: Log): Promise<void> => {
  if (options.config === undefined) return log("warn", "nothing to read again: there is no --config")
  const configuration = await configurationOf(options)
  await relayed.reload(
    isConfiguration(configuration) ? configuration : configuration.map(({ file: name, reason }) => ({ name, reason })),
  )
}

/** Resolves when the relay was told to end and has: a second signal ends what the first one waits for. */
const untilTold = (
  relayed: Relay,
  options: RelayCommandOptions,
  log: Log,
  { onSignal }: RelayMachine,
  notify: (state: "STOPPING=1") => Promise<void>,
): Promise<void> =>
  new Promise((resolve) => {
    let isEnding = false
    const end = async (): Promise<void> => {
      const patience = isEnding ? 0 : undefined
      isEnding = true
      log("info", "shutting down")
      if (patience === undefined) void notify("STOPPING=1")
      await relayed.close(patience)
      for (const forget of listeners) forget()
      resolve()
    }
    const listeners = [
      onSignal("SIGHUP", () => void reload(relayed, options, log)),
      onSignal("SIGTERM", () => void end()),
      onSignal("SIGINT", () => void end()),
    ]
  })
