import { type ListenerConfiguration, type Relay, type RelayConfiguration, startRelay } from "../../src/relay/index.js"
import { freePort } from "./free-port.js"

/** What a relay is told of a server. */
export type Told = Pick<ListenerConfiguration, "receiver" | "awaitsMachine" | "qmp">

/** The guard in front of a server, with no option but what it is told of the server. */
export interface Guard {
  readonly port: number
  /** Ends the guard and all its connections, and starts another where it was, which knows of nothing. */
  readonly restart: () => Promise<void>
  /** Gives it what is made of its listener instead of that, or that again. */
  readonly reload: (make?: (own: ListenerConfiguration) => readonly ListenerConfiguration[]) => Promise<void>
  /** Where a listener of this name listens. */
  readonly portOf: (name: string) => number
  readonly close: () => Promise<void>
}

const start = async (configuration: RelayConfiguration): Promise<Relay> => {
  const started = await startRelay(configuration)
  if (started._tag === "Left") throw new Error(started.left.map(({ reason }) => reason).join("; "))
  return started.right
}

const portAt = (relay: Relay, name: string): number => {
  const address = relay.addresses().get(name)
  if (address === undefined) throw new Error(`the relay's listener ${name} listens nowhere`)
  return Number(address.replace(/^.*:/, ""))
}

/** Starts this package's relay in front of a port of loopback. */
export const guard = async (target: number, told: Told): Promise<Guard> => {
  const port = await freePort()
  const own = { name: "lab", listen: `tcp://127.0.0.1:${port}`, target: `tcp://127.0.0.1:${target}`, ...told }
  let relay = await start({ listeners: [own] })
  return {
    port,
    restart: async () => {
      await relay.close(0)
      relay = await start({ listeners: [own] })
    },
    reload: async (make = (listener) => [listener]) => {
      const reloaded = await relay.reload({ listeners: make(own) })
      if (reloaded._tag === "Left") throw new Error(reloaded.left.map(({ reason }) => reason).join("; "))
    },
    portOf: (name) => portAt(relay, name),
    close: () => relay.close(0),
  }
}
