import { separate } from "fp-ts/lib/Array.js"
import * as E from "fp-ts/lib/Either.js"
import { type Clock, systemClock } from "./clock.js"
import { formatAddress, parseAddress } from "./config/address.js"
import { type RelayConfiguration, relayOptions } from "./config/configuration.js"
import { resolveOptions } from "./config/option.js"
import { type Folders, type ReadSettings, readConfiguration, type Settings } from "./config/settings.js"
import { connectionsOf, type Scene } from "./connections.js"
import { type Failure, printableReasonOf } from "./failure.js"
import { missingDescriptors } from "./listen/file-limit.js"
import { type Acceptor, type Listener, openListener } from "./listen/listener.js"
import { type Activation, activationOf } from "./listen/systemd.js"
import { type Operations, openOperations } from "./operate/admin-server.js"
import { harmless, type Log } from "./operate/log.js"
import { metricsOf } from "./operate/metrics.js"
import { quarantineOf } from "./operate/quarantine.js"
import { recorderOf } from "./operate/record.js"
import { observerOf } from "./operate/telemetry.js"
import { replaysOf } from "./seal/replay-file.js"
import { targetsOf } from "./target/targets.js"

/**
 * What a relay is given beside its configuration.
 *
 * @since 0.4.0
 */
export interface RelayOptions {
  /** Takes the lines of its log, whatever the configuration says of it. Default: nobody. */
  readonly log?: Log
  /** How many lines of the log found no room so far, for the metrics. Default: none ever. */
  readonly droppedLines?: () => number
  /** LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, for addresses like fd://name. Default: none. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  /**
   * The time in milliseconds since 1970, which envelopes expire by. Default `Date.now`.
   *
   * @since 0.6.0
   */
  readonly date?: () => number
}

/**
 * A relay that runs.
 *
 * @since 0.4.0
 */
export interface Relay {
  /** Where each listener listens, by its name. */
  readonly addresses: () => ReadonlyMap<string, string>
  /** Where metrics and health are served. */
  readonly metricsAddress: () => string | undefined
  /**
   * Takes another configuration, whole or not at all: what keeps it from that is returned, logged and counted, as is
   * the reason why there is none. Connections that are open keep the one they began with, but what is said of a target
   * (`receiver`, `awaitsMachine`) holds at once.
   */
  readonly reload: (next: RelayConfiguration | readonly Failure[]) => Promise<E.Either<readonly Failure[], undefined>>
  /** Listens no more, waits so many seconds (`shutdownSeconds`) for connections to end, and ends those that did not. */
  readonly close: (seconds?: number) => Promise<void>
}

const sceneOf = (options: RelayOptions): Scene => {
  const { environment = {}, clock = systemClock, date = Date.now, droppedLines = () => 0 } = options
  const log = harmless(options.log ?? (() => {}))
  const metrics = metricsOf(droppedLines)
  const targets = targetsOf(clock, (target) => log("info", "target gone, its sessions are forgotten", { target }))
  const activation = activationOf(environment, process.pid)
  const observer = observerOf(log, metrics, clock)
  const quarantine = quarantineOf({ log, date, count: metrics.quarantined })
  const recorder = recorderOf({ log, date, count: metrics.recorded })
  return { clock, date, replays: replaysOf(date), quarantine, recorder, log, metrics, observer, targets, activation }
}

/** What tells one listening socket from another. */
const keyOf = ({ name, listen, access }: Settings): string =>
  listen.scheme === "unix"
    ? JSON.stringify([formatAddress(listen), access])
    : "port" in listen && listen.port === 0
      ? `any:${name}`
      : formatAddress(listen).replace(/^tls:/, "tcp:")

type Opened<A> = E.Either<readonly Failure[], A>

const closed: readonly Failure[] = [{ name: "relay", reason: "it has been closed" }]

/** What a relay runs with: what its configuration has opened. */
interface Running {
  readonly settings: readonly Settings[]
  readonly listeners: ReadonlyMap<string, Listener>
  readonly operations: { readonly key: string; readonly server: Operations } | undefined
  readonly shutdownSeconds: number
  readonly replayFile: string | undefined
  readonly folders: Folders
}

const stopped: Running = {
  settings: [],
  listeners: new Map(),
  operations: undefined,
  shutdownSeconds: 0,
  replayFile: undefined,
  folders: { quarantine: undefined, record: undefined },
}

/** A bug of ours, or something that nobody foresaw: the configuration is refused. */
const failureOf = (error: unknown, name = "relay"): Failure => ({ name, reason: printableReasonOf(error) })

/** Opens the listeners that are not open yet: all of them or none. */
const openListeners = async (
  all: readonly Settings[],
  { listeners: open }: Running,
  activation: Activation,
  acceptor: Acceptor,
): Promise<Opened<Running["listeners"]>> => {
  const openOne = (settings: Settings): Promise<E.Either<Failure, Listener>> => {
    const listener = open.get(keyOf(settings))
    if (listener !== undefined) return Promise.resolve(E.right(listener))
    return openListener(settings, activation, acceptor).catch((error: unknown) =>
      E.left(failureOf(error, settings.name)),
    )
  }
  const { left: failures, right: listeners } = separate(await Promise.all(all.map(openOne)))
  const opened = new Map(listeners.map((listener) => [keyOf(listener.settings()), listener]))
  if (failures.length === 0) return E.right(opened)
  for (const [key, listener] of opened) if (!open.has(key)) listener.close()
  return E.left(failures)
}

/** Opens the server of metrics and health where it is not open yet. */
const openMetrics = async (
  { wanted, metricsAccess }: ReadSettings,
  { operations: open }: Running,
  { activation, metrics }: Scene,
  isReady: () => boolean,
): Promise<Opened<Running["operations"]>> => {
  const address = wanted.metrics === undefined ? undefined : parseAddress(wanted.metrics)
  if (address === undefined) return E.right(undefined)
  const key = JSON.stringify([formatAddress(address), metricsAccess])
  if (key === open?.key) return E.right(open)
  const server = await openOperations(address, activation, metrics, isReady, metricsAccess).catch((error: unknown) =>
    E.left(failureOf(error, "metrics")),
  )
  return E.isLeft(server) ? E.left([server.left]) : E.right({ key, server: server.right })
}

/** Closes what one has and the other has not. */
const closeUnlessIn = (kept: Running, { listeners, operations }: Running): void => {
  for (const [key, listener] of listeners) if (kept.listeners.get(key) !== listener) listener.close()
  if (operations !== kept.operations) operations?.server.close()
}

/** Takes a relay from one configuration to the next. */
const runtimeOf = (scene: Scene, acceptor: Acceptor) => {
  let running = stopped
  let isReady = false
  let isClosed = false

  /** Opens all that a configuration needs; nothing where something of it cannot be opened. */
  const open = async (read: ReadSettings): Promise<Opened<Running>> => {
    const { wanted, settings, folders } = read
    const { shutdownSeconds } = resolveOptions(relayOptions, wanted)
    const listeners = await openListeners(settings, running, scene.activation, acceptor)
    if (E.isLeft(listeners)) return listeners
    const { replayFile } = wanted
    const next = { ...running, settings, listeners: listeners.right, shutdownSeconds, replayFile, folders }
    const operations = await openMetrics(read, running, scene, () => isReady)
    if (E.isRight(operations) && !isClosed) return E.right({ ...next, operations: operations.right })
    closeUnlessIn(running, { ...next, operations: E.isRight(operations) ? operations.right : running.operations })
    return E.isLeft(operations) ? operations : E.left(closed)
  }

  const use = ({ settings, listeners, replayFile, folders }: Running): void => {
    scene.replays.use(replayFile)
    scene.quarantine.use(folders.quarantine)
    scene.recorder.use(folders.record)
    for (const each of settings) listeners.get(keyOf(each))?.use(each)
    // What it forgets cannot be brought back.
    scene.targets.use(settings)
    scene.metrics.use(settings.map(({ name }) => name))
  }

  /** Goes over to what was opened, or back to what there was where that throws. */
  const goOver = (next: Running): void => {
    try {
      use(next)
    } catch (error) {
      closeUnlessIn(running, next)
      use(running)
      throw error
    }
    closeUnlessIn(next, running)
    running = next
    isReady = true
  }

  const apply = async (configuration: RelayConfiguration): Promise<Opened<undefined>> => {
    const read = readConfiguration(configuration)
    if (E.isLeft(read)) return read
    const opened = await open(read.right)
    if (E.isLeft(opened)) return opened
    goOver(opened.right)
    const { settings } = read.right
    // Node says nothing of connections that it drops for want of descriptors.
    const missing = missingDescriptors(settings)
    if (missing !== undefined) scene.log("warn", "limits.connections need more descriptors than there are", missing)
    return E.right(undefined)
  }

  let turn: Promise<unknown> = Promise.resolve()
  return {
    now: () => running,
    /** Applies configurations one after the other, so that each begins with what the one before left. */
    apply: (configuration: RelayConfiguration): Promise<Opened<undefined>> => {
      const applied = turn
        .then(() => (isClosed ? E.left(closed) : apply(configuration)))
        .catch((error: unknown) => E.left([failureOf(error)]))
      turn = applied
      return applied
    },
    stopListening: () => {
      isReady = false
      isClosed = true
      closeUnlessIn(stopped, { ...running, operations: undefined })
      scene.activation.closeUnused()
    },
  }
}

const isFailures = (next: RelayConfiguration | readonly Failure[]): next is readonly Failure[] => Array.isArray(next)

/**
 * Starts the guard in front of the servers of a configuration, or says what keeps it from that: then nothing listens.
 *
 * @param configuration - what to listen on, and where that leads
 * @param options - a log, and the environment that sockets of systemd's are found by
 * @example
 * const started = await startRelay({ listeners: [{ listen: "tcp://127.0.0.1:0", target: "unix:///run/vm.sock" }] })
 * if (started._tag === "Right") await started.right.close()
 * started._tag
 * // "Right"
 * @since 0.4.0
 */
export const startRelay = async (
  configuration: RelayConfiguration,
  options: RelayOptions = {},
): Promise<E.Either<readonly Failure[], Relay>> => {
  const scene = sceneOf(options)
  const { log, metrics, observer, targets, activation, replays, quarantine, recorder } = scene
  const connections = connectionsOf(scene)
  const { now, apply, stopListening } = runtimeOf(scene, {
    accept: connections.take,
    reject: observer.rejected,
    failed: observer.failed,
  })
  const applied = await apply(configuration)
  if (E.isLeft(applied)) {
    replays.close()
    activation.closeUnused()
    return applied
  }

  const addresses = (): ReadonlyMap<string, string> =>
    new Map([...now().listeners.values()].map(({ settings, address }) => [settings().name, address]))

  const reload: Relay["reload"] = async (next) => {
    const result = isFailures(next) ? E.left(next) : await apply(next)
    metrics.reloaded(E.isRight(result))
    if (E.isRight(result)) log("info", "configuration taken")
    else for (const failure of result.left) log("error", "configuration refused", { ...failure })
    return result
  }

  const close = async (seconds = now().shutdownSeconds): Promise<void> => {
    stopListening()
    await connections.drain(seconds * 1000)
    targets.close()
    replays.close()
    await Promise.all([quarantine.idle(), recorder.close()])
    observer.flush()
    now().operations?.server.close()
    activation.closeUnused()
  }

  for (const [listener, address] of addresses()) log("info", "listening", { listener, address })
  return E.right({ addresses, metricsAddress: () => now().operations?.server.address, reload, close })
}
