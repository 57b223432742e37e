import * as E from "fp-ts/lib/Either.js"
import type { Mode, Reaction, RelayConfiguration } from "../relay/config/configuration.js"
import { readConfiguration } from "../relay/config/settings.js"
import { type Failure, printableReasonOf } from "../relay/failure.js"
import type { Log } from "../relay/operate/log.js"
import { notifySystemd } from "../relay/operate/systemd-notify.js"
import { type Relay, startRelay } from "../relay/relay.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { fromToml, readConfig } from "./config-file.js"
import { isUnreadable, reportUnreadable, type Unreadable } from "./input.js"
import { openLogOutput } from "./log-output.js"
import { openRelayLog, type RelayLog } from "./relay-log.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface RelayCommandOptions {
  readonly listen?: string
  readonly target?: string
  readonly mode?: Mode
  readonly onViolation?: Reaction
  readonly qmp?: string
  readonly metrics?: string
  readonly config?: string
  readonly checkConfig?: boolean
}

/** What the relay needs of the machine. */
export interface RelayMachine {
  /** Calls a function with each signal of a name; returns what takes that back. */
  readonly onSignal: (signal: "SIGHUP" | "SIGTERM" | "SIGINT", action: () => void) => () => void
  readonly notify: typeof notifySystemd
  readonly openLogOutput: typeof openLogOutput
}

const thisMachine: RelayMachine = {
  onSignal: (signal, action) => {
    process.on(signal, action)
    return () => void process.off(signal, action)
  },
  notify: notifySystemd,
  openLogOutput,
}

/** What is configured, as yet unchecked: the file's content or what the options say. */
const configured = async (options: RelayCommandOptions): Promise<unknown> => {
  const { config, listen, target, mode, onViolation, qmp, metrics } = options
  if (config !== undefined) {
    try {
      return fromToml(await readConfig(config, "a configuration"))
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
        ...(qmp === undefined ? {} : { qmp }),
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

const failWith = (failures: readonly Failure[], terminal: Terminal): ExitCode =>
  fail(
    failures.map(({ name: file, reason }) => ({ file, reason })),
    terminal,
  )

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
  const opened = openRelayLog(configuration.log, machine.openLogOutput)
  if (E.isLeft(opened)) return failWith([opened.left], terminal)
  const relayLog = opened.right
  const { log, droppedLines } = relayLog
  const { environment } = terminal
  const started = await startRelay(configuration, { log, droppedLines, environment })
  if (E.isLeft(started)) {
    await relayLog.close()
    return failWith(started.left, terminal)
  }
  const notify = async (state: Parameters<typeof notifySystemd>[0]): Promise<void> => {
    const failure = await machine.notify(state, environment)
    if (failure !== undefined) log("warn", "systemd was not notified", { reason: printable(failure) })
  }
  const ended = untilTold(started.right, oneByOne(reload(started.right, options, relayLog)), log, machine, notify)
  await notify("READY=1")
  await ended
  await relayLog.close()
  return exitCode.accepted
}

/** Reads the configuration again, and opens the log's file anew. Whatever that ends in is told; it never throws. */
const reload = (relayed: Relay, options: RelayCommandOptions, { log, prepare, reopen }: RelayLog) => {
  const readAgain = async (): Promise<void> => {
    reopen()
    if (options.config === undefined) return log("warn", "nothing to read again: there is no --config")
    const configuration = await configurationOf(options)
    if (!isConfiguration(configuration))
      return refuse(configuration.map(({ file: name, reason }) => ({ name, reason })))
    const prepared = prepare(configuration.log)
    if (E.isLeft(prepared)) return refuse([prepared.left])
    const taken = await relayed.reload(configuration)
    if (E.isRight(taken)) prepared.right.use()
    else prepared.right.discard()
  }
  const refuse = async (failures: readonly Failure[]): Promise<void> => void (await relayed.reload(failures))
  return (): Promise<void> =>
    readAgain().catch((error: unknown) => refuse([{ name: "relay", reason: printableReasonOf(error) }]))
}

/**
 * Does something as often as asked, one time after the other, so that the last one begins after the last was asked for.
 * What is asked for several times while it waits is done once.
 */
const oneByOne = (act: () => Promise<void>): (() => void) => {
  let turn = Promise.resolve()
  let isWaiting = false
  return () => {
    if (isWaiting) return
    isWaiting = true
    turn = turn.then(() => {
      isWaiting = false
      return act()
    })
  }
}

/** Resolves when the relay was told to end and has: a second signal ends what the first one waits for. */
const untilTold = (
  relayed: Relay,
  reload: () => void,
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
      onSignal("SIGHUP", reload),
      onSignal("SIGTERM", () => void end()),
      onSignal("SIGINT", () => void end()),
    ]
  })
