import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import type { Socket } from "node:net"
import { expect } from "vitest"
import { linkMessageOf } from "../../lab/client/link.js"
import { words } from "../../lab/client/words.js"
import { metricsOf, type Running, rawClient, until } from "./harness.js"
import type { ServerChannel, SpiceServer } from "./server.js"

/** A relay and the server behind it. */
type Relay = Running & { readonly port: number; readonly server: SpiceServer }

/** Bytes that passed from one side, by the relay's own count. */
export const passed = async ({ relay }: Running, from: "client" | "server"): Promise<number> =>
  (await metricsOf(relay.metricsAddress())).get(`migration_guard_bytes_total{listener="vm",from="${from}"}`) ?? 0

/** Waits until a number stays the same over many turns of the event loop. */
export const settled = async (read: () => Promise<number>): Promise<number> => {
  let last = await read()
  for (let same = 0; same < 20; ) {
    const now = await read()
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
}

/** A client that linked main and has stopped to read, and the server's side of that. */
export const notReading = async (
  relay: Relay,
): Promise<{ readonly client: Socket; readonly server: ServerChannel }> => {
  const client = await rawClient(relay.port)
  client.write(linkMessageOf({ channel: "main", id: 0, connectionId: 0 }))
  await once(client, "data")
  client.write(Buffer.concat([words(1), Buffer.alloc(128)]))
  const server = await relay.server.linked()
  await once(client, "data")
  client.pause()
  return { client, server }
}

/** Sends a client more than it reads, checks that not all of it passes before it does, and then every byte. */
export const getsEverything = async (relay: Relay, size: number): Promise<void> => {
  const { client, server } = await notReading(relay)
  const header = Buffer.alloc(6)
  header.writeUInt16LE(109, 0)
  header.writeUInt32LE(size, 2)
  const sent = Buffer.concat([header, randomBytes(size)])
  server.socket.write(sent)
  expect(await settled(() => passed(relay, "server"))).toBeLessThan(size / 2)
  // What was sent and not passed on is the server's and the kernel's to hold.
  expect(server.socket.writableLength).toBeGreaterThan(0)
  let got = 0
  const hash = createHash("sha256")
  client.on("data", (bytes) => {
    got += bytes.length
    hash.update(bytes)
  })
  client.resume()
  await until(() => got === sent.length)
  expect(hash.digest("hex")).toBe(createHash("sha256").update(sent).digest("hex"))
}
