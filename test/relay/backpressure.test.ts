import { once } from "node:events"
import { describe, expect, test } from "vitest"
import { linkMessageOf } from "../../lab/client/link.js"
import { words } from "../../lab/client/words.js"
import { budgetOf } from "../../src/relay/budget.js"
import { readBufferOf } from "../../src/relay/read-buffer.js"
import { allGone, channel, guarded, metricsOf, rawClient, until } from "./harness.js"

const mebibyte = 0x100000

/** Bytes that passed from the server to the client's socket, by the relay's own count. */
const passed = async (address: string | undefined, from: "client" | "server"): Promise<number> =>
  (await metricsOf(address)).get(`migration_guard_bytes_total{listener="vm",from="${from}"}`) ?? 0

/** Waits until a number stays the same over many turns of the event loop. */
const settled = async (read: () => Promise<number>): Promise<number> => {
  let last = await read()
  for (let same = 0; same < 20; ) {
    const now = await read()
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
}

/** A relay, a client that linked main and has stopped to read, and the server's side of that. */
const notReading = async () => {
  const relay = await guarded()
  const client = await rawClient(relay.port)
  client.write(linkMessageOf({ channel: "main", id: 0, connectionId: 0 }))
  await once(client, "data")
  client.write(Buffer.concat([words(1), Buffer.alloc(128)]))
  const server = await relay.server.linked()
  await once(client, "data")
  client.pause()
  return { relay, client, server }
}

/** More than the kernel's buffers and ours hold together. */
const much = 64 * mebibyte

describe("a client that does not read", () => {
  test("costs one buffer, and gets everything when it does", async () => {
    const { relay, client, server } = await notReading()
    const header = Buffer.alloc(6)
    header.writeUInt16LE(109, 0)
    header.writeUInt32LE(much, 2)
    server.socket.write(header)
    server.socket.write(Buffer.alloc(much, 7))
    const stuck = await settled(() => passed(relay.relay.metricsAddress(), "server"))
    expect(stuck).toBeLessThan(much / 2)
    // What was sent and not passed on is the server's and the kernel's to hold.
    expect(server.socket.writableLength).toBeGreaterThan(0)
    let got = 0
    let sum = 0
    client.on("data", (bytes) => {
      got += bytes.length
      sum += bytes.at(-1) ?? 0
    })
    client.resume()
    await until(() => got === much + header.length)
    expect(sum % 7).toBe(0)
  })

  test("does not keep others from going on", async () => {
    const relay = await guarded()
    const slow = await channel(relay, "main")
    const slowServer = await relay.server.linked()
    slow.close()
    slowServer.send(109, Buffer.alloc(mebibyte))
    const quick = await channel(relay, "main")
    const quickServer = await relay.server.linked()
    const payload = Buffer.alloc(8 * mebibyte, 3)
    quickServer.send(109, payload)
    expect((await quick.receive(109)).payload.equals(payload)).toBe(true)
  })
})

test("a server that does not read stops its client", async () => {
  const relay = await guarded()
  const main = await channel(relay, "main")
  const server = await relay.server.linked()
  server.socket.pause()
  const message = Buffer.alloc(6 + 20_000)
  message.writeUInt16LE(104, 0)
  message.writeUInt32LE(20_000, 2)
  const messages = 1500
  for (let count = 0; count < messages; count++) main.sendRaw(message)
  const stuck = await settled(() => passed(relay.relay.metricsAddress(), "client"))
  expect(stuck).toBeLessThan(messages * message.length)
  server.socket.resume()
  for (let count = 0; count < messages; count++) expect((await server.next()).payload.length).toBe(20_000)
})

test("a connection that ends while it is stuck leaves nothing behind", async () => {
  const { relay, client, server } = await notReading()
  server.send(109, Buffer.alloc(32 * mebibyte))
  await settled(() => passed(relay.relay.metricsAddress(), "server"))
  client.resetAndDestroy()
  await server.closed
  await allGone(relay)
  expect(relay.clock.timers()).toBe(0)
})

describe("a read buffer", () => {
  const smallest = 0x100
  const next = 0x400

  test("grows with reads that fill it, and shrinks after many that do not", () => {
    const buffer = readBufferOf(budgetOf(mebibyte))
    expect(buffer.next().length).toBe(smallest)
    for (const size of [0x400, 0x1000, 0x4000, 0x10000, 0x40000, 0x100000, 0x100000]) {
      buffer.filled(buffer.next().length)
      expect(buffer.next().length).toBe(size)
    }
    for (let count = 0; count < 200; count++) {
      buffer.next()
      buffer.filled(100)
    }
    expect(buffer.next().length).toBe(smallest)
  })

  test("is the same one for as long as its size is right", () => {
    const buffer = readBufferOf(budgetOf(mebibyte))
    const first = buffer.next()
    buffer.filled(first.length / 2)
    expect(buffer.next()).toBe(first)
  })

  test("takes no more than the budget has, and gives it back", () => {
    const budget = budgetOf(next - smallest)
    const [one, other] = [readBufferOf(budget), readBufferOf(budget)]
    one.filled(one.next().length)
    expect(one.next().length).toBe(next)
    other.filled(other.next().length)
    expect(other.next().length).toBe(smallest)
    one.filled(next)
    expect(one.next().length).toBe(next)
    one.release()
    other.filled(smallest)
    expect(other.next().length).toBe(next)
    other.release()
    other.release()
    expect(budget.take(next - smallest)).toBe(true)
    expect(budget.take(1)).toBe(false)
  })
})
