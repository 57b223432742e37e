import { once } from "node:events"
import { describe, expect, test } from "vitest"
import { linkMessageOf } from "../../lab/client/link.js"
import { words } from "../../lab/client/words.js"
import { channelTypes, type LinkedChannel } from "../../src/spice/wire/channels.js"
import { bytesOf, captureOf } from "../cli/harness.js"
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
import { passed, settled } from "./slow-client.js"

/** Attacks on a server through its guard, most of which once worked, played with real sockets. */

const doSeamless = 110
const seamlessAck = 117
const seamlessNack = 118
const displayInit = 101
const agentData = 107
const flushMark = 4

const message = (type: number, payload: Uint8Array = new Uint8Array(), size = payload.length): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(size, 2)
  return Buffer.concat([header, payload])
}

const guardsInit = Buffer.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)
const clientsInit = Buffer.of(1, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 16, 0)

/** Sends a link and its ticket, and waits for no more than the server's reply. */
const claiming = async (relay: Guarded, name: LinkedChannel, connectionId: number, id = 0) => {
  const client = await rawClient(relay.port)
  client.write(linkMessageOf({ channel: name, id, connectionId }))
  await once(client, "data")
  client.write(Buffer.concat([words(1), Buffer.alloc(128)]))
  return client
}

/** What a server has not got, once the relay has had its time to pass it. */
const hasSettled = (relay: Guarded) => settled(() => passed(relay, "client"))

describe("the answer that nobody sees", () => {
  test.each(["stays", "resets"] as const)(
    "a main that asks twice in one write and %s arms nothing: the next one's channels wait for the flag to be off",
    async (then) => {
      const relay = await guarded()
      const first = await channel(relay, "main", 7)
      const serverFirst = await relay.server.linked()
      first.sendRaw(Buffer.concat([message(doSeamless, words(1)), message(doSeamless, words(1))]))
      await relay.line({ rule: "session/seamless-once" })
      expect(await serverFirst.next()).toEqual({ type: doSeamless, payload: words(1) })
      if (then === "resets") first.close()
      await serverFirst.closed
      const second = await channel(relay, "main", 8)
      const serverSecond = await relay.server.linked()
      const inputs = channel(relay, "inputs", 8)
      expect(await serverSecond.next()).toEqual({ type: doSeamless, payload: words(2) })
      const linked = await relay.server.linked()
      expect(linked).toMatchObject({ channelType: channelTypes.inputs, connectionId: 8 })
      await inputs
      // The client hears of its own question only.
      serverSecond.send(104)
      await second.receive(104)
      expect(second.received()).toBe(1)
      second.send(doSeamless, words(1))
      expect((await serverSecond.next()).type).toBe(doSeamless)
      serverSecond.send(seamlessAck)
      await second.receive(seamlessAck)
    },
  )

  test("the server is heard although its client was let go of", async () => {
    const relay = await guarded({}, { staysOpen: true })
    const main = await channel(relay, "main", 7)
    const server = await relay.server.linked()
    main.sendRaw(Buffer.concat([message(doSeamless, words(1)), message(doSeamless, words(1))]))
    await main.ended
    await once(server.socket, "end")
    server.send(seamlessAck)
    await expect(channel(relay, "main", 7)).rejects.toThrow()
    await relay.line({ rule: "session/id-once" })
    server.socket.end()
    await allGone(relay)
    await channel(relay, "main", 7)
  })

  test("a dropped NACK never reaches the client, wherever chunks cut it", async () => {
    const relay = await guarded()
    const said = Buffer.concat([message(104), message(seamlessNack), message(105)])
    for (let cut = 0; cut <= said.length; cut++) {
      const id = 100 + cut
      const main = await channel(relay, "main", id)
      const server = await relay.server.linked()
      const before = server.socket.bytesRead
      const inputs = channel(relay, "inputs", id)
      // The fake would answer by itself what is read with `next`.
      await until(() => server.socket.bytesRead > before)
      server.socket.write(said.subarray(0, cut))
      await new Promise((resolve) => setImmediate(resolve))
      server.socket.write(said.subarray(cut))
      await main.receive(105)
      expect(main.received()).toBe(2)
      const other = await inputs
      await relay.server.linked()
      main.close()
      other.close()
      await allGone(relay)
    }
  })
})

describe("two claims on one id", () => {
  test("a half open session keeps its id: a second main with it is refused, and its display too", async () => {
    const relay = await guarded()
    const { main, serverMain } = await ordinary(relay, 7)
    const [second, display] = await Promise.all([claiming(relay, "main", 7), claiming(relay, "display", 7)])
    await closing(second)
    expect(await relay.line({ rule: "session/id-once" })).toMatchObject({ channel: "main" })
    // The display is of the session that has the id.
    expect(await relay.server.linked()).toMatchObject({ channelType: channelTypes.display, connectionId: 7 })
    display.destroy()
    main.send(104)
    expect((await serverMain.next()).type).toBe(104)
  })

  test("a display that comes with the main of its session is judged by what becomes of that", async () => {
    const relay = await guarded({}, { result: 7 })
    const [main, display] = await Promise.all([claiming(relay, "main", 9), claiming(relay, "display", 9)])
    await Promise.all([closing(main), closing(display)])
    expect(await relay.line({ rule: "session/known-id" })).toMatchObject({ channel: "display" })
  })
})

describe("a display that ends before DISPLAY_INIT", () => {
  const displayed = async (fullHeader = false) => {
    const relay = await guarded()
    const session = await ordinary(relay)
    return { relay, ...session, ...(await session.link("display", 0, fullHeader)) }
  }

  test.each([false, true])(
    "is sent the guard's before its server hears of the end (full headers: %j)",
    async (full) => {
      const { client, server } = await displayed(full)
      client.close()
      expect(await server.next()).toEqual({ type: displayInit, payload: guardsInit })
      await expect(server.next()).rejects.toThrow("ended")
    },
  )

  const full = (bytes: Buffer) =>
    Buffer.concat([Buffer.alloc(8), bytes.subarray(0, 6), Buffer.alloc(4), bytes.subarray(6)])

  test.each([
    ["no byte", Buffer.alloc(0)],
    ["half a header", message(displayInit, clientsInit).subarray(0, 3)],
    ["13 of its own 14 bytes", message(displayInit, clientsInit).subarray(0, 19)],
    ["one of 13 bytes", message(displayInit, clientsInit.subarray(0, 13))],
    ["a message that is too large", message(103, Buffer.alloc(0), 0xffffffff)],
    ["a flush mark", message(flushMark)],
    [
      "one with a dictionary of -1",
      message(displayInit, Buffer.concat([clientsInit.subarray(0, 10), words(-1 >>> 0)])),
    ],
  ])("after %s is sent the guard's, and nothing of the client's", async (_, bytes) => {
    for (const isFull of [false, true]) {
      const { client, server } = await displayed(isFull)
      client.sendRaw(isFull && bytes.length >= 6 ? full(bytes) : bytes)
      client.close()
      expect(await server.next()).toEqual({ type: displayInit, payload: guardsInit })
      await expect(server.next()).rejects.toThrow("ended")
    }
  })

  test.each([false, true])(
    "that is silent is sent it after 2 s, at a message's boundary (full headers: %j)",
    async (isFull) => {
      const { relay, client, server } = await displayed(isFull)
      const bytes = message(displayInit, clientsInit)
      client.sendRaw((isFull ? full(bytes) : bytes).subarray(0, -1))
      await hasSettled(relay)
      relay.clock.advance(2_000)
      expect(await server.next()).toEqual({ type: displayInit, payload: guardsInit })
      await client.ended
      await expect(server.next()).rejects.toThrow("ended")
      expect(await relay.line({ rule: "session/display-init-due" })).toMatchObject({ channel: "display" })
    },
  )

  test("is ended with its main only after it has spoken", async () => {
    const { main, serverMain, server } = await displayed()
    main.close()
    expect(await server.next()).toEqual({ type: displayInit, payload: guardsInit })
    await expect(serverMain.next()).rejects.toThrow("ended")
  })

  test("does not let another main in before it has spoken", async () => {
    const { relay, server } = await displayed()
    const other = channel(relay, "main")
    await until(() => relay.server.sockets.length === 3)
    await hasSettled(relay)
    relay.clock.advance(2_000)
    expect((await server.next()).type).toBe(displayInit)
    await other
    expect(await relay.server.linked()).toMatchObject({ channelType: channelTypes.main })
  })

  test("what follows DISPLAY_INIT waits for the display's first word", async () => {
    const { relay, client, server } = await displayed()
    const init = message(displayInit, clientsInit)
    client.sendRaw(Buffer.concat([init, message(103, words(1)), message(103, words(2))]))
    const before = await hasSettled(relay)
    expect(await server.next()).toEqual({ type: displayInit, payload: clientsInit })
    expect(await server.next()).toEqual({ type: 103, payload: words(1) })
    expect(await server.next()).toEqual({ type: 103, payload: words(2) })
    expect(await hasSettled(relay)).toBeGreaterThan(before)
  })

  test("of a migrating client is sent it when MIGRATE_END comes", async () => {
    const relay = await guarded()
    const main = await channel(relay, "main", 7)
    const serverMain = await relay.server.linked()
    const linked = channel(relay, "display", 7)
    expect(await serverMain.next()).toEqual({ type: doSeamless, payload: words(2) })
    const display = await linked
    const server = await relay.server.linked()
    display.close()
    main.send(109)
    expect((await serverMain.next()).type).toBe(109)
    expect(await server.next()).toEqual({ type: displayInit, payload: guardsInit })
    await expect(server.next()).rejects.toThrow("ended")
  })
})

describe("a client that does not read", () => {
  test("is not read either: what it says is judged by no more than it has read", async () => {
    const relay = await guarded()
    const client = await rawClient(relay.port)
    client.write(linkMessageOf({ channel: "main", id: 0, connectionId: 0 }))
    await once(client, "data")
    client.write(Buffer.concat([words(1), Buffer.alloc(128)]))
    const server = await relay.server.linked()
    await once(client, "data")
    client.pause()
    server.send(115, words(1))
    server.socket.write(message(109, Buffer.alloc(16 << 20)))
    await settled(() => passed(relay, "server"))
    server.send(108)
    const before = await hasSettled(relay)
    client.write(message(106, words(1)))
    expect(await hasSettled(relay)).toBe(before)
    server.send(107)
    server.send(1, words(1))
    client.write(message(flushMark))
    expect(await hasSettled(relay)).toBe(before)
    // It goes on with what it reads: of the agent that came last, and of MIGRATE, the guard has not heard then.
    client.resume()
    expect(await relay.line({ verdict: "reject" })).toMatchObject({ rule: "session/flush-mark-asked" })
    expect((await server.next()).type).toBe(106)
    await expect(server.next()).rejects.toThrow("ended")
  })

  test("AGENT_START that crosses AGENT_DISCONNECTED is not believed", async () => {
    const relay = await guarded()
    const { main, serverMain } = await ordinary(relay)
    serverMain.send(107)
    await main.receive(107)
    main.send(106, words(1))
    expect((await serverMain.next()).type).toBe(106)
    serverMain.send(108)
    serverMain.send(107)
    serverMain.send(1, words(1))
    await main.receive(1)
    main.send(flushMark)
    await main.ended
    expect(await relay.line({ rule: "session/flush-mark-needs-agent-start" })).toMatchObject({ channel: "main" })
    await expect(serverMain.next()).rejects.toThrow("ended")
  })
})

describe("without a ticket", () => {
  test("claims on main do not keep an honest migration out: 40 of 40", async () => {
    const relay = await guarded({ limits: { connections: 128, connectionsBySource: 128 } })
    let claims = 0
    // The server refuses every ticket of an attacker, who claims whatever id there is, again and again.
    const attack = async (): Promise<void> => {
      const client = await rawClient(relay.port)
      client.write(linkMessageOf({ channel: "main", id: 0, connectionId: 1000 + claims++ }))
      await once(client, "data")
      client.write(Buffer.concat([words(1), Buffer.alloc(100)]))
    }
    await Promise.all(Array.from({ length: 11 }, attack))
    for (let time = 0; time < 40; time++) {
      const { main, serverMain } = await migrating(relay, 7)
      main.close()
      await serverMain.closed
      await attack()
      // The relay may hear of the end later than the server's side of this test does.
      while ((await connectionCount(relay)) > claims) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(relay.lines.filter(({ verdict }) => verdict === "reject")).toEqual([])
  })

  test("a refused link with a message behind it leaves the migration that it claimed to be of as it was", async () => {
    const relay = await guarded({}, { results: [0, 7] })
    const { main, serverMain, link } = await migrating(relay)
    const claim = await claiming(relay, "usbredir", 7)
    claim.write(message(101, words(1)))
    await closing(claim)
    const { client, server } = await link("usbredir")
    client.send(5, bytesOf(captureOf.spicevmc))
    expect((await server.next()).type).toBe(5)
    main.send(5, bytesOf(captureOf.main))
    expect((await serverMain.next()).type).toBe(5)
    main.close()
    await serverMain.closed
    await migrating(relay, 8)
  })
})

describe("half a message for the agent", () => {
  test.each([10, 99])("never reaches the server: %i of 100 bytes", async (count) => {
    const relay = await guarded()
    const { main, serverMain } = await ordinary(relay)
    main.send(104)
    expect((await serverMain.next()).type).toBe(104)
    const before = await hasSettled(relay)
    main.sendRaw(message(agentData, Buffer.alloc(count), 100))
    expect(await hasSettled(relay)).toBe(before)
    main.sendRaw(Buffer.alloc(100 - count, 1))
    expect((await serverMain.next()).payload).toHaveLength(100)
  })

  test("is dropped with the client that sent it, when another main comes", async () => {
    const relay = await guarded()
    const { main, serverMain } = await ordinary(relay, 7)
    main.sendRaw(message(agentData, Buffer.alloc(10), 100))
    await hasSettled(relay)
    const other = await ordinary(relay, 8)
    other.main.send(agentData, Buffer.alloc(20))
    expect((await other.serverMain.next()).payload).toHaveLength(20)
    main.close()
    await expect(serverMain.next()).rejects.toThrow("ended")
  })
})

describe("a channel that ends right behind its ticket", () => {
  test("is ended by half, and only once the server has said what became of it", async () => {
    const relay = await guarded({}, { staysOpen: true })
    await ordinary(relay)
    const client = await claiming(relay, "port", 7)
    client.destroy()
    const server = await relay.server.linked()
    await once(server.socket, "end")
    // It can still write: nothing was reset.
    server.send(101, words(1))
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.socket.writable).toBe(true)
    server.socket.end()
    await server.closed
  })
})

describe("monitor mode", () => {
  test("keeps the handshake's limit whatever was wrong before the server accepted the link", async () => {
    const relay = await guarded({ mode: "monitor", limits: { handshakeSeconds: 3 } })
    const silent = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const client = await rawClient(relay.port)
        client.write("GET / HTTP/1.1\r\n")
        return client
      }),
    )
    await relay.line({ mode: "monitor", rule: "wire/no-web-socket" })
    await until(() => relay.server.sockets.length === 32)
    relay.clock.advance(3_000)
    await Promise.all(silent.map(closing))
    expect(relay.lines.filter(({ message }) => message === "handshake-timeout").length).toBeGreaterThan(0)
  })

  test("a cheap violation does not hide what follows it", async () => {
    const relay = await guarded({ mode: "monitor" })
    const { main, serverMain } = await ordinary(relay)
    main.send(flushMark)
    main.send(flushMark)
    main.send(109)
    main.send(104)
    for (const type of [flushMark, flushMark, 109, 104]) expect((await serverMain.next()).type).toBe(type)
    await relay.line({ rule: "session/flush-mark-asked" })
    await relay.line({ rule: "session/end-not-seamless" })
    expect(relay.lines.filter(({ rule }) => rule === "session/flush-mark-asked")).toHaveLength(1)
  })
})
