import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { words } from "../../lab/client/words.js"
import { bytesOf, captureOf, edited } from "../cli/harness.js"
import { channel, guarded, metricsOf, migrating, ordinary } from "./harness.js"

const migrateData = 5
const blobs = {
  main: bytesOf(captureOf.main),
  display: bytesOf(captureOf.display),
  inputs: bytesOf(captureOf.inputs),
  usbredir: bytesOf(captureOf.spicevmc),
  smartcard: bytesOf(captureOf.smartcard),
} as const

/** The display's capture is right for a target with jpeg-wan-compression=always. */
const receiver = { jpegWanCompression: "always" } as const

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const others = ["display", "inputs", "usbredir", "smartcard"] as const

/** A blob whose version says something that no server ever wrote. */
const broken = (blob: Uint8Array): Uint8Array => edited(blob, { 4: 9 })

describe("a genuine migration", () => {
  test.each([false, true])("passes with all its data (full headers: %j)", async (full) => {
    const relay = await guarded({ receiver })
    const { main, serverMain, link } = await migrating(relay)
    const links = new Map<string, Awaited<ReturnType<typeof link>>>()
    // All before the first data, as spice-gtk does: later ones are refused.
    for (const name of others) links.set(name, await link(name, 0, full))
    for (const name of others) {
      const { client, server } = links.get(name) ?? (await link(name))
      client.send(migrateData, blobs[name])
      expect(await server.next()).toEqual({ type: migrateData, payload: Buffer.from(blobs[name]) })
      const line = await relay.line({ channel: name })
      expect(line).toMatchObject({
        message: "decision",
        level: "info",
        listener: "vm",
        verdict: "accept",
        action: "forward",
        mode: "enforce",
        size: blobs[name].length,
        sha256: sha256(blobs[name]),
      })
    }
    main.send(migrateData, blobs.main)
    expect(await serverMain.next()).toEqual({ type: migrateData, payload: Buffer.from(blobs.main) })
    const counts = await metricsOf(relay.relay.metricsAddress())
    expect(counts.get('migration_guard_hold_seconds_count{channel="main"}')).toBe(1)
    expect(counts.get('migration_guard_decode_seconds_count{channel="display"}')).toBe(1)
  })

  test("goes on after its data", async () => {
    const { link } = await migrating(await guarded())
    const { client, server } = await link("inputs")
    client.send(migrateData, blobs.inputs)
    client.send(111, words(0, 0))
    expect((await server.next()).type).toBe(migrateData)
    expect((await server.next()).type).toBe(111)
  })
})

describe("data that breaks a rule", () => {
  test.each(["main", ...others] as const)("on %s ends the connection, and nothing of it arrives", async (name) => {
    const relay = await guarded({ receiver })
    const { main, serverMain, link } = await migrating(relay)
    const { client, server } = name === "main" ? { client: main, server: serverMain } : await link(name)
    client.send(migrateData, broken(blobs[name]))
    await client.ended
    await expect(server.next()).rejects.toThrow("ended")
    expect(await relay.line({ channel: name })).toMatchObject({
      level: "warn",
      verdict: "reject",
      action: "disconnect",
      code: "unsupported-version",
      offset: 4,
      sha256: sha256(broken(blobs[name])),
    })
    const counts = await metricsOf(relay.relay.metricsAddress())
    expect([...counts].filter(([key]) => key.startsWith("migration_guard_decisions"))).toEqual([
      [expect.stringContaining(`channel="${name}"`), 1],
    ])
  })

  const zeros = (magic: string, size: number, versions: number) =>
    Buffer.concat([Buffer.from(magic), words(...Array(versions).fill(1)), Buffer.alloc(size - 4 - 4 * versions)])

  /** Connected, without a token counted and with a reader: a device that is told of no connection waits for ever. */
  const idleSmartcard = [
    Buffer.from("SCMD"),
    words(1, 1),
    Buffer.from([1]),
    words(0xffffffff, 0xffffffff, 0, 0, 0),
    Buffer.from([1]),
    words(0, 0),
  ]

  test.each([
    ["main", zeros("MNMD", 65, 2)],
    ["smartcard", Buffer.concat(idleSmartcard)],
    ["inputs", zeros("ICMD", 10, 1)],
  ] as const)("on %s is replaced by the empty state with reset", async (name, expected) => {
    const relay = await guarded({ onViolation: "reset" })
    const { main, serverMain, link } = await migrating(relay)
    const { client, server } = name === "main" ? { client: main, server: serverMain } : await link(name)
    client.send(migrateData, broken(blobs[name]))
    expect(await server.next()).toEqual({ type: migrateData, payload: expected })
    expect(await relay.line({ channel: name })).toMatchObject({ verdict: "reject", action: "reset", mode: "enforce" })
  })

  test.each(["display", "usbredir"] as const)("on %s ends the connection even with reset", async (name) => {
    const relay = await guarded({ receiver, onViolation: "reset" })
    const { client } = await (await migrating(relay)).link(name)
    client.send(migrateData, broken(blobs[name]))
    await client.ended
    expect(await relay.line({ channel: name })).toMatchObject({ action: "disconnect" })
  })

  test("that is too large ends the connection at its header", async () => {
    const relay = await guarded()
    const { client } = await (await migrating(relay)).link("usbredir")
    const header = Buffer.alloc(6)
    header.writeUInt16LE(migrateData, 0)
    header.writeUInt32LE(0xffffffff, 2)
    client.sendRaw(header)
    await client.ended
    expect(await relay.line({ rule: "session/data-size" })).toMatchObject({ action: "disconnect", verdict: "reject" })
  })
})

describe("messages out of order", () => {
  test.each([
    ["a flush mark that nobody asked for", "inputs", 4, 0, "session/flush-mark-asked"],
    ["data outside a migration", "inputs", migrateData, 10, "session/data-in-migration"],
    ["a message larger than its channel has a use for", "inputs", 111, 0x10000, "session/message-size"],
  ] as const)("(%s) end the connection before they arrive", async (_, name, type, size, rule) => {
    const relay = await guarded()
    const { main, serverMain, link } = await ordinary(relay)
    const { client, server } = await link(name)
    client.send(type, new Uint8Array(size))
    await client.ended
    await expect(server.next()).rejects.toThrow("ended")
    expect(await relay.line({ rule })).toMatchObject({ channel: name, channelId: 0, action: "disconnect" })
    // Others are not harmed.
    main.send(104)
    expect((await serverMain.next()).type).toBe(104)
  })
})

test("what was right before a violation arrives, and nothing behind it", async () => {
  const relay = await guarded()
  const main = await channel(relay, "main")
  const server = await relay.server.linked()
  const message = (type: number) => Buffer.of(type, 0, 0, 0, 0, 0)
  main.sendRaw(Buffer.concat([message(104), message(105), message(4), message(106)]))
  expect((await server.next()).type).toBe(104)
  expect((await server.next()).type).toBe(105)
  await expect(server.next()).rejects.toThrow("ended")
})

describe("a display whose data waits for another's", () => {
  /** pixmap_cache_clients[1] = 1: the last message of display 1 that used the cache. */
  const waiting = edited(blobs.display, { 35: 1 })

  const twoDisplays = async (listener: object = {}) => {
    const relay = await guarded({ receiver, ...listener })
    const { link } = await migrating(relay)
    return { relay, first: await link("display", 0), second: await link("display", 1) }
  }

  /** The genuine blob, but one that freezes nothing, for two displays that share a cache. */
  const other = edited(blobs.display, { 26: 0 })

  test("passes when that has come, and what was sent meanwhile after it", async () => {
    const { relay, first, second } = await twoDisplays()
    first.client.send(migrateData, waiting)
    first.client.send(102, new Uint8Array(8))
    second.client.send(migrateData, other)
    expect(await second.server.next()).toEqual({ type: migrateData, payload: Buffer.from(other) })
    expect(await first.server.next()).toEqual({ type: migrateData, payload: Buffer.from(waiting) })
    expect((await first.server.next()).type).toBe(102)
    expect(relay.lines.filter(({ verdict }) => verdict === "accept")).toHaveLength(2)
  })

  test("is refused when its time is over", async () => {
    const { relay, first } = await twoDisplays()
    const before = relay.clock.timers()
    first.client.send(migrateData, waiting)
    while (relay.clock.timers() === before) await new Promise((resolve) => setImmediate(resolve))
    relay.clock.advance(3000)
    await first.client.ended
    expect(await relay.line({ rule: "session/hold-limit" })).toMatchObject({
      action: "disconnect",
      sha256: sha256(waiting),
    })
  })

  test("is not harmed by the other's end", async () => {
    const { relay, first, second } = await twoDisplays()
    const before = relay.clock.timers()
    first.client.send(migrateData, waiting)
    while (relay.clock.timers() === before) await new Promise((resolve) => setImmediate(resolve))
    second.client.close()
    await first.client.ended
    expect(await relay.line({ rule: "session/cache-display-known" })).toMatchObject({ action: "disconnect" })
  })

  test("is forwarded at once in monitor mode", async () => {
    const { relay, first, second } = await twoDisplays({ mode: "monitor" })
    first.client.send(migrateData, waiting)
    expect(await first.server.next()).toEqual({ type: migrateData, payload: Buffer.from(waiting) })
    second.client.send(migrateData, other)
    await relay.line({ channelId: 0, verdict: "accept", mode: "monitor" })
  })
})

describe("monitor mode", () => {
  test("forwards what is wrong as it came, and says what would have been done", async () => {
    const relay = await guarded({ mode: "monitor", onViolation: "reset" })
    const { link } = await migrating(relay)
    const inputs = await link("inputs")
    const usbredir = await link("usbredir")
    inputs.client.send(migrateData, broken(blobs.inputs))
    usbredir.client.send(migrateData, broken(blobs.usbredir))
    expect((await inputs.server.next()).payload).toEqual(Buffer.from(broken(blobs.inputs)))
    expect((await usbredir.server.next()).payload).toEqual(Buffer.from(broken(blobs.usbredir)))
    expect(await relay.line({ channel: "inputs" })).toMatchObject({ action: "reset", mode: "monitor" })
    expect(await relay.line({ channel: "usbredir" })).toMatchObject({ action: "disconnect", mode: "monitor" })
    usbredir.client.send(101, words(1))
    expect(await usbredir.server.next()).toEqual({ type: 101, payload: words(1) })
    const counts = await metricsOf(relay.relay.metricsAddress())
    expect([...counts.keys()].filter((key) => key.includes('mode="monitor"'))).toHaveLength(2)
    expect([...counts.keys()].filter((key) => key.includes('mode="enforce"'))).toHaveLength(0)
  })

  test("lets through what cannot be inspected", async () => {
    const relay = await guarded({ mode: "monitor" }, { capabilities: 0b1001 })
    const client = await channel(relay, "main")
    const server = await relay.server.linked()
    client.send(4)
    client.sendRaw(Buffer.alloc(600, 0xff))
    expect((await server.next()).type).toBe(4)
    await relay.line({ rule: "session/flush-mark-asked", mode: "monitor" })
    relay.clock.advance(3_600_000)
    server.send(101, words(1))
    expect((await client.receive(101)).payload).toEqual(words(1))
  })
})

test("nothing of a payload is in the log", async () => {
  const relay = await guarded()
  const { client } = await (await migrating(relay)).link("usbredir")
  const secret = Buffer.from("this is a secret of the guest's and of nobody else's")
  client.send(migrateData, Buffer.concat([Buffer.from("SVMD"), words(1, 1), secret]))
  await client.ended
  await relay.line({ verdict: "reject" })
  const log = JSON.stringify(relay.lines)
  for (let start = 0; start + 6 <= secret.length; start++)
    for (const form of ["latin1", "hex", "base64"] as const)
      expect(log).not.toContain(secret.subarray(start, start + 6).toString(form))
})
