import { mkdtempSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import {
  type ListenerConfiguration,
  type Relay,
  type RelayConfiguration,
  type RelayOptions,
  startRelay,
} from "../../src/relay/index.js"
import { encodeWindow } from "../../src/seal/replay.js"
import { freePort } from "./free-port.js"

/** What a relay is told of a server. */
export interface Told extends Pick<ListenerConfiguration, "receiver" | "awaitsMachine" | "qmp" | "seal" | "sealFor"> {
  /** By how many milliseconds its host's clock is ahead. */
  readonly clockAhead?: number
  /** Whether clients are told of something in front of it. */
  readonly isBehindAnother?: boolean
  /** A folder in which it records what passes, in one of its own. */
  readonly record?: string
}

/** A line of its log about a decision. */
export interface Decided {
  readonly channel?: unknown
  readonly action?: unknown
  readonly rule?: unknown
  readonly size?: unknown
  readonly sealing?: unknown
}

/** The guard in front of a server, with no option but what it is told of the server. */
export interface Guard {
  readonly port: number
  /** Ends the guard and all its connections, and starts another where it was, which knows of nothing. */
  readonly restart: () => Promise<void>
  /** Gives it what is made of its listener instead of that, or that again. */
  readonly reload: (make?: (own: ListenerConfiguration) => readonly ListenerConfiguration[]) => Promise<void>
  /** Where a listener of this name listens. */
  readonly portOf: (name: string) => number
  /** What it has decided so far. */
  readonly decisions: () => readonly Decided[]
  readonly close: () => Promise<void>
}

const start = async (configuration: RelayConfiguration, options: RelayOptions): Promise<Relay> => {
  const started = await startRelay(configuration, options)
  if (started._tag === "Left") throw new Error(started.left.map(({ reason }) => reason).join("; "))
  return started.right
}

const portAt = (relay: Relay, name: string): number => {
  const address = relay.addresses().get(name)
  if (address === undefined) throw new Error(`the relay's listener ${name} listens nowhere`)
  return Number(address.replace(/^.*:/, ""))
}

/** Tells a guard that opens how clients are told of it. */
const sealedAs = ({ seal }: Told, port: number): Pick<ListenerConfiguration, "seal"> =>
  seal === undefined ? {} : { seal: { ...seal, as: `127.0.0.1:${port}` } }

/** A window that another process has begun: a guard without one takes a while to believe that nothing was opened. */
const replayFileBeside = (keys: string, port: number): string => {
  const file = `${keys}.opened-${port}`
  writeFileSync(file, encodeWindow([]), { mode: 0o600 })
  return file
}

/** Starts this package's relay in front of a port of loopback. */
export const guard = async (
  target: number,
  { clockAhead = 0, isBehindAnother = false, record, ...told }: Told,
): Promise<Guard> => {
  const port = await freePort()
  const decisions: Decided[] = []
  const options: RelayOptions = {
    date: () => Date.now() + clockAhead,
    log: (_, message, fields = {}) => {
      if (message === "decision") decisions.push(fields)
    },
  }
  const common = {
    ...(told.seal?.keys === undefined ? {} : { replayFile: replayFileBeside(told.seal.keys, port) }),
    ...(record === undefined ? {} : { record: { directory: mkdtempSync(join(record, "guard-")) } }),
  }
  const own = {
    name: "lab",
    listen: `tcp://127.0.0.1:${port}`,
    target: `tcp://127.0.0.1:${target}`,
    ...told,
    ...(isBehindAnother ? {} : sealedAs(told, port)),
  }
  let relay = await start({ ...common, listeners: [own] }, options)
  return {
    port,
    restart: async () => {
      await relay.close(0)
      relay = await start({ ...common, listeners: [own] }, options)
    },
    reload: async (make = (listener) => [listener]) => {
      const reloaded = await relay.reload({ ...common, listeners: make(own) })
      if (reloaded._tag === "Left") throw new Error(reloaded.left.map(({ reason }) => reason).join("; "))
    },
    portOf: (name) => portAt(relay, name),
    decisions: () => decisions,
    close: () => relay.close(0),
  }
}
