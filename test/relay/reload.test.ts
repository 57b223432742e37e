import { once } from "node:events"
import { createServer } from "node:net"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, onTestFinished, test } from "vitest"
import { words } from "../../lab/client/words.js"
import type { ListenerConfiguration } from "../../src/relay/config/configuration.js"
import { startRelay } from "../../src/relay/relay.js"
import { temporaryFolder } from "../cli/harness.js"
import {
  channel,
  closing,
  type Guarded,
  guarded,
  metricsOf,
  ordinary,
  portOf,
  rawClient,
  recordingLog,
  right,
  until,
} from "./harness.js"
import { listeningServer } from "./server.js"

const withListener = ({ configuration }: Guarded, changes: Partial<ListenerConfiguration>) => ({
  ...configuration,
  listeners: configuration.listeners.map((listener) => ({ ...listener, ...changes })),
})

const works = async (relay: Guarded): Promise<void> => {
  const client = await channel(relay, "main")
  const server = await relay.server.linked()
  client.send(104)
  expect((await server.next()).type).toBe(104)
}

describe("a configuration that is taken", () => {
  test("holds for new connections, and old ones go on", async () => {
    const relay = await guarded()
    const client = await channel(relay, "main")
    const server = await relay.server.linked()
    right(await relay.relay.reload(withListener(relay, { allow: [] })))
    await closing(await rawClient(relay.port))
    client.send(104)
    expect((await server.next()).type).toBe(104)
    right(await relay.relay.reload(relay.configuration))
    await works(relay)
  })

  test("says of a target whose sessions go on that no machine is on its way any more", async () => {
    const relay = await guarded()
    const client = await channel(relay, "main", 7)
    const server = await relay.server.linked()
    right(await relay.relay.reload(withListener(relay, { awaitsMachine: false })))
    client.send(110, words(1))
    expect(await server.next()).toEqual({ type: 110, payload: words(2) })
    await client.receive(118)
    expect(await relay.line({ action: "decline" })).toMatchObject({ rule: "session/machine-awaited" })
  })

  test("may lead to another server", async () => {
    const relay = await guarded()
    const other = await listeningServer()
    onTestFinished(() => other.close())
    right(await relay.relay.reload(withListener(relay, { target: `tcp://127.0.0.1:${other.port}` })))
    await channel(relay, "main")
    expect(other.sockets.length).toBeGreaterThan(0)
    expect(relay.server.sockets).toHaveLength(0)
  })

  test("opens listeners and closes others", async () => {
    const relay = await guarded()
    const [listener] = relay.configuration.listeners
    if (listener === undefined) throw new Error("no listener")
    right(await relay.relay.reload({ listeners: [{ ...listener, name: "other" }] }))
    expect([...relay.relay.addresses().keys()]).toEqual(["other"])
    expect(relay.relay.metricsAddress()).toBeUndefined()
    await channel({ port: portOf(relay.relay.addresses().get("other")) }, "main")
    await expect(rawClient(relay.port)).rejects.toThrow("ECONNREFUSED")
  })
})

describe("a configuration that is refused", () => {
  test.each([
    ["that is wrong", { mode: "Enforce" as "enforce" }, "configuration"],
    ["whose files are missing", { target: "tls://127.0.0.1:1", targetTls: { ca: "/missing/ca.pem" } }, "vm"],
    ["for a socket that nobody passed on", { listen: "fd://missing" }, "vm"],
  ])("(%s) leaves the old one in place", async (_, changes, name) => {
    const relay = await guarded()
    const result = await relay.relay.reload(withListener(relay, changes))
    expect(E.isLeft(result) && result.left).toEqual([{ name, reason: expect.stringMatching(/\S/) }])
    expect(await relay.line({ message: "configuration refused" })).toMatchObject({ level: "error", name })
    await works(relay)
    const counts = await metricsOf(relay.relay.metricsAddress())
    expect(counts.get('migration_guard_reloads_total{result="refused"}')).toBe(1)
  })

  test("opens nothing of it", async () => {
    const relay = await guarded()
    const taken = createServer().listen(0, "127.0.0.1")
    await once(taken, "listening")
    onTestFinished(() => void taken.close())
    const address = taken.address()
    const port = typeof address === "object" ? (address?.port ?? 0) : 0
    const path = join(temporaryFolder(), "vm.sock")
    const result = await relay.relay.reload({
      listeners: [
        ...withListener(relay, { allow: [] }).listeners,
        { listen: `unix://${path}`, target: "tcp://127.0.0.1:1" },
        { name: "taken", listen: `tcp://127.0.0.1:${port}`, target: "tcp://127.0.0.1:1" },
      ],
    })
    expect(E.isLeft(result) && result.left).toEqual([{ name: "taken", reason: expect.stringContaining("EADDRINUSE") }])
    expect([...relay.relay.addresses().keys()]).toEqual(["vm"])
    await works(relay)
    const free = createServer().listen(path)
    await once(free, "listening")
    free.close()
  })
})

describe("a relay that cannot start", () => {
  test("says why, and listens nowhere", async () => {
    const relay = await guarded()
    const path = join(temporaryFolder(), "vm.sock")
    const started = await startRelay({
      metrics: `tcp://127.0.0.1:${portOf(relay.relay.metricsAddress())}`,
      listeners: [{ listen: `unix://${path}`, target: "tcp://127.0.0.1:1" }],
    })
    expect(E.isLeft(started) && started.left).toEqual([
      { name: "metrics", reason: expect.stringContaining("EADDRINUSE") },
    ])
    const free = createServer().listen(path)
    await once(free, "listening")
    free.close()
  })
})

describe("a relay that closes", () => {
  test("is not ready any more, waits for its connections, and ends those that stay", async () => {
    const relay = await guarded()
    const { main: one, serverMain: server, link } = await ordinary(relay)
    const { client: other, server: otherServer } = await link("inputs")
    const health = `http://127.0.0.1:${portOf(relay.relay.metricsAddress())}`
    expect((await fetch(`${health}/readyz`)).status).toBe(200)
    const closed = relay.relay.close()
    expect((await fetch(`${health}/readyz`)).status).toBe(503)
    expect((await fetch(`${health}/healthz`)).status).toBe(200)
    await expect(rawClient(relay.port)).rejects.toThrow("ECONNREFUSED")
    other.send(104)
    expect((await otherServer.next()).type).toBe(104)
    other.close()
    await otherServer.closed
    relay.clock.advance(9_999)
    one.send(104)
    expect((await server.next()).type).toBe(104)
    relay.clock.advance(1)
    await closed
    await one.ended
    await expect(fetch(`${health}/healthz`)).rejects.toThrow()
    expect(relay.clock.timers()).toBe(0)
  })

  test("ends at once when it is told again", async () => {
    const relay = await guarded()
    const client = await channel(relay, "main")
    const first = relay.relay.close()
    await relay.relay.close(0)
    await first
    await client.ended
  })

  test("takes no configuration any more", async () => {
    const relay = await guarded()
    await relay.relay.close()
    expect(E.isLeft(await relay.relay.reload(relay.configuration))).toBe(true)
  })
})

test("a server that was started anew is not judged by what the one before it was told", async () => {
  const path = join(temporaryFolder(), "vm.sock")
  const { spiceServer } = await import("./server.js")
  const start = async () => {
    const server = spiceServer(createServer({ allowHalfOpen: true }))
    server.server.listen(path)
    await once(server.server, "listening")
    return server
  }
  const before = await start()
  const { lines, log, line } = recordingLog()
  const listener = { name: "vm", listen: "tcp://127.0.0.1:0", target: `unix://${path}`, awaitsMachine: true }
  const relay = right(await startRelay({ listeners: [listener] }, { log }))
  onTestFinished(() => relay.close(0))
  const port = portOf(relay.addresses().get("vm"))
  const main = await channel({ port }, "main")
  const running = await before.linked()
  // An agent is connected: the machine runs, and none can migrate to this server.
  running.send(107)
  await main.receive(107)
  main.close()
  await running.closed
  await until(() => before.sockets.some((socket) => !socket.destroyed))
  await before.close()
  await line({ message: "target gone, its sessions are forgotten" })
  const after = await start()
  onTestFinished(() => after.close())
  const migrating = await channel({ port }, "main", 7)
  const awaiting = await after.linked()
  migrating.send(110, Buffer.of(1, 0, 0, 0))
  expect((await awaiting.next()).type).toBe(110)
  expect(lines.filter(({ verdict }) => verdict === "reject")).toEqual([])
})
