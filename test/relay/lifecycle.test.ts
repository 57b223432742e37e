import { once } from "node:events"
import { connect } from "node:net"
import { describe, expect, test } from "vitest"
import { linkMessageOf } from "../../lab/client/link.js"
import { words } from "../../lab/client/words.js"
import {
  allGone,
  channel,
  closing,
  connectionCount,
  type Guarded,
  guarded,
  migrating,
  ordinary,
  rawClient,
  until,
} from "./harness.js"

const link = linkMessageOf({ channel: "main", id: 0, connectionId: 0 })
const mechanism = words(1)
const ticket = Buffer.alloc(128)

/** A channel of the session of the bystander, who must not be harmed. */
const beside = linkMessageOf({ channel: "inputs", id: 0, connectionId: 7 })

/** What a raw client has said, and what has to be there from the server before the next of it. */
const stagesOf = (link: Buffer) =>
  [
    ["before a word", []],
    ["within the link's header", [link.subarray(0, 7)]],
    ["within the link message", [link.subarray(0, 20)]],
    ["after the link message", [link]],
    ["after choosing how to authenticate", [link, mechanism]],
    ["within the ticket", [link, mechanism, ticket.subarray(0, 100)]],
    ["once linked", [link, mechanism, ticket]],
    ["within a message's header", [link, mechanism, ticket, Buffer.of(104, 0, 3)]],
    ["within a message", [link, mechanism, ticket, Buffer.of(104, 0, 9, 0, 0, 0, 1, 2)]],
  ] as const
const stages = stagesOf(link)

/** Says what a stage consists of, and waits for the server's answers on the way. */
const reach = async (relay: Guarded, said: readonly Uint8Array[]) => {
  const client = await rawClient(relay.port)
  for (const [index, bytes] of said.entries()) {
    client.write(bytes)
    const isAnswered = (index === 0 && bytes.length === link.length) || (index === 2 && bytes.length === ticket.length)
    if (isAnswered) await once(client, "data")
  }
  await until(() => relay.server.sockets.length >= (said[0]?.length === link.length ? 1 : 0))
  return client
}

/** A connection that is there and has to stay. */
const bystander = async (relay: Guarded) => {
  const { main: client, serverMain: server } = await ordinary(relay)
  return async () => {
    client.send(104)
    expect((await server.next()).type).toBe(104)
    server.send(101, words(1))
    await client.receive(101)
  }
}

describe("a client that dies", () => {
  test.each(stagesOf(beside))("%s leaves nothing behind and harms nobody", async (_, said) => {
    const relay = await guarded()
    const works = await bystander(relay)
    const timers = relay.clock.timers()
    for (const die of ["destroy", "resetAndDestroy"] as const) {
      const client = await reach(relay, said)
      client[die]()
      await closing(client)
      while ((await connectionCount(relay)) > 1) await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => relay.clock.timers() === timers)
    await works()
  })

  test("while its data arrives leaves nothing behind", async () => {
    const relay = await guarded()
    const { main, link } = await migrating(relay)
    const { client, server } = await link("usbredir")
    const header = Buffer.alloc(6)
    header.writeUInt16LE(5, 0)
    header.writeUInt32LE(1000, 2)
    client.sendRaw(Buffer.concat([header, Buffer.alloc(500)]))
    client.close()
    await server.closed
    main.close()
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })
})

describe("a server that dies", () => {
  test.each(stagesOf(beside).slice(3))("%s ends the connection and harms nobody", async (_, said) => {
    const relay = await guarded()
    const works = await bystander(relay)
    const timers = relay.clock.timers()
    for (const die of ["destroy", "resetAndDestroy"] as const) {
      const client = await reach(relay, said)
      relay.server.sockets.at(-1)?.[die]()
      client.on("end", () => client.end())
      await closing(client)
      while ((await connectionCount(relay)) > 1) await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => relay.clock.timers() === timers)
    await works()
  })

  test("before it is asked is told, and no reason for anything else", async () => {
    const relay = await guarded()
    await relay.server.close()
    const client = await rawClient(relay.port)
    client.write(link)
    await closing(client)
    expect(await relay.line({ message: "target-failed" })).toMatchObject({ code: "ECONNREFUSED", listener: "vm" })
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })
})

test("nothing reaches the server before a link message is there and right", async () => {
  const relay = await guarded()
  const silent = await rawClient(relay.port)
  const partial = await rawClient(relay.port)
  partial.write(link.subarray(0, link.length - 1))
  for (const wrong of ["\x16\x03\x01\x02\x00", "GET / HTTP/1.1\r\n", "REDX", "\0\0\0\0"]) {
    const client = await rawClient(relay.port)
    client.write(wrong)
    await closing(client)
  }
  expect(relay.lines.filter(({ verdict }) => verdict === "reject")).toHaveLength(4)
  expect(relay.server.sockets).toHaveLength(0)
  silent.destroy()
  partial.destroy()
  await allGone(relay)
})

test("bytes may come one at a time", async () => {
  const relay = await guarded()
  const client = await rawClient(relay.port)
  client.setNoDelay(true)
  const drip = async (bytes: Uint8Array): Promise<void> => {
    for (const byte of bytes) {
      client.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await drip(link)
  await once(client, "data")
  await drip(Buffer.concat([mechanism, ticket]))
  const server = await relay.server.linked()
  await drip(Buffer.concat([Buffer.of(104, 0, 0, 0, 0, 0, 105, 0, 4, 0, 0, 0), words(2)]))
  expect(await server.next()).toEqual({ type: 104, payload: Buffer.alloc(0) })
  expect(await server.next()).toEqual({ type: 105, payload: words(2) })
})

describe("a connection of which one half has ended", () => {
  test("passes on what the other half still says, for a bounded time", async () => {
    const relay = await guarded({}, { staysOpen: true })
    const client = await reach(relay, [link, mechanism, ticket])
    const server = await relay.server.linked()
    client.end()
    await once(server.socket, "end")
    const said = once(client, "data")
    server.send(101, words(1))
    await said
    relay.clock.advance(10_000)
    await closing(client)
    relay.clock.advance(10_000)
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })

  test("passes nothing on to a server that has ended: its sessions are over", async () => {
    const relay = await guarded()
    const client = await reach(relay, [link, mechanism, ticket])
    const server = await relay.server.linked()
    server.socket.end()
    client.resume()
    await once(client, "end")
    client.write(Buffer.of(104, 0, 0, 0, 0, 0))
    const rest = server.next()
    client.end()
    await closing(client)
    await expect(rest).rejects.toThrow("ended")
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })

  test("is told to the session only once the server has ended too, or its time is over", async () => {
    const relay = await guarded({}, { staysOpen: true })
    const { main } = await migrating(relay)
    main.close()
    const claim = async () => {
      const client = await rawClient(relay.port)
      client.write(linkMessageOf({ channel: "main", id: 0, connectionId: 7 }))
      await once(client, "data")
      client.write(Buffer.concat([mechanism, ticket]))
      return client
    }
    await closing(await claim())
    expect(await relay.line({ rule: "session/id-once" })).toMatchObject({ verdict: "reject" })
    relay.clock.advance(10_000)
    await claim()
    expect(await relay.server.linked()).toMatchObject({ connectionId: 7 })
  })
})

describe("time", () => {
  test.each(stages.slice(0, 6))("for the handshake is bounded %s", async (_, said) => {
    const relay = await guarded({ limits: { handshakeSeconds: 3 } })
    const client = await reach(relay, said)
    while ((await connectionCount(relay)) === 0) await new Promise((resolve) => setImmediate(resolve))
    relay.clock.advance(2_999)
    expect(relay.lines.some(({ message }) => message === "handshake-timeout")).toBe(false)
    relay.clock.advance(1)
    await closing(client)
    expect(await relay.line({ message: "handshake-timeout" })).toMatchObject({ listener: "vm" })
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })

  test("does not matter to a connection that is linked, unless it is idle for too long", async () => {
    const patient = await guarded()
    const works = await bystander(patient)
    patient.clock.advance(3_600_000)
    await works()

    const relay = await guarded({ limits: { idleSeconds: 60 } })
    const client = await channel(relay, "main")
    const server = await relay.server.linked()
    for (let minute = 0; minute < 5; minute++) {
      relay.clock.advance(15_000)
      relay.clock.advance(15_000)
      server.send(101, words(1))
      await client.receive(101)
      relay.clock.advance(15_000)
      client.send(104)
      await server.next()
    }
    for (let quarter = 0; quarter < 5; quarter++) relay.clock.advance(15_000)
    await client.ended
    expect(await relay.line({ message: "idle-timeout" })).toMatchObject({ listener: "vm" })
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })
})

describe("limits", () => {
  test("of connections are kept, and places become free", async () => {
    const relay = await guarded({ limits: { connections: 2, connectionsBySource: 2 } })
    const first = await channel(relay, "main")
    await channel(relay, "main")
    const refused = await rawClient(relay.port)
    await closing(refused)
    expect(await relay.line({ reason: "connection-limit" })).toMatchObject({ message: "connection rejected" })
    first.close()
    while ((await connectionCount(relay)) > 1) await new Promise((resolve) => setImmediate(resolve))
    await channel(relay, "main")
  })

  test("of addresses are kept", async () => {
    const relay = await guarded({ allow: ["192.0.2.0/24"] })
    await closing(await rawClient(relay.port))
    expect(await relay.line({ reason: "not-allowed" })).toMatchObject({ message: "connection rejected" })
  })

  test("do not fill the log", async () => {
    const relay = await guarded({ allow: [] })
    for (let count = 0; count < 40; count++)
      await closing(connect({ host: "127.0.0.1", port: relay.port }).on("error", () => undefined))
    expect(relay.lines.filter(({ message }) => message === "connection rejected")).toHaveLength(10)
    relay.clock.advance(1000)
    await closing(await rawClient(relay.port))
    expect(await relay.line({ message: "lines were left out" })).toMatchObject({ count: 30 })
  })
})
