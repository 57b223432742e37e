import { type ListenerConfiguration, startRelay } from "../../src/relay/index.js"

/** What a relay is told of a server. */
export type Told = Pick<ListenerConfiguration, "receiver" | "awaitsMachine" | "qmp">

/** The guard in front of a server, with no option but what it is told of the server. */
export interface Guard {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Starts this package's relay in front of a port of loopback. */
export const guard = async (target: number, told: Told): Promise<Guard> => {
  const started = await startRelay({
    listeners: [
      {
        name: "lab",
        listen: "tcp://127.0.0.1:0",
        target: `tcp://127.0.0.1:${target}`,
        ...told,
      },
    ],
  })
  if (started._tag === "Left") throw new Error(started.left.map(({ reason }) => reason).join("; "))
  const { addresses, close } = started.right
  const address = addresses().get("lab")
  if (address === undefined) throw new Error("the relay listens nowhere")
  return { port: Number(address.replace(/^.*:/, "")), close: () => close(0) }
}
