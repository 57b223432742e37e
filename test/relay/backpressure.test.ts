import { describe, expect, test } from "vitest"
import { budgetOf, readBufferOf } from "../../src/relay/read-buffer.js"
import { allGone, channel, guarded } from "./harness.js"
import { getsEverything, notReading, passed, settled } from "./slow-client.js"

const mebibyte = 0x100000

/** More than the kernel's buffers and ours hold together. */
const much = 64 * mebibyte

describe("a client that does not read", () => {
  test("costs one buffer, and gets everything when it does", async () => {
    await getsEverything(await guarded(), much)
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
  const stuck = await settled(() => passed(relay, "client"))
  expect(stuck).toBeLessThan(messages * message.length)
  server.socket.resume()
  for (let count = 0; count < messages; count++) expect((await server.next()).payload.length).toBe(20_000)
})

test("a connection that ends while it is stuck leaves nothing behind", async () => {
  const relay = await guarded()
  const { client, server } = await notReading(relay)
  server.send(109, Buffer.alloc(32 * mebibyte))
  await settled(() => passed(relay, "server"))
  client.resetAndDestroy()
  await server.closed
  await allGone(relay)
  expect(relay.clock.timers()).toBe(0)
})

describe("a read buffer", () => {
  const smallest = 0x80
  const next = 0x200

  test("grows with reads that fill it, and shrinks after many that do not", () => {
    const buffer = readBufferOf(budgetOf(mebibyte))
    expect(buffer.next().length).toBe(smallest)
    for (const size of [0x200, 0x800, 0x2000, 0x8000, 0x20000, 0x80000, 0x80000]) {
      buffer.filled(buffer.next().length)
      expect(buffer.next().length).toBe(size)
    }
    for (let count = 0; count < 200; count++) {
      buffer.next()
      buffer.filled(10)
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
