import { chmodSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { words } from "../../../lab/client/words.js"
import { readBlob } from "../../../scripts/corpus.js"
import type { ListenerConfiguration, SealConfiguration } from "../../../src/relay/index.js"
import { isEnvelope, overhead } from "../../../src/seal/index.js"
import { temporaryFolder } from "../../cli/harness.js"
import { digits } from "../../seal/scene.js"
import { type Guarded, guarded, metricsOf, migrating, ordinary } from "../harness.js"

let keys = ""
let replayFile = ""
/** The time of both hosts. */
let date = Date.UTC(2026, 10, 28, 12)

const writeKeys = (text: string): void => {
  writeFileSync(keys, text)
  chmodSync(keys, 0o600)
}

beforeEach(() => {
  const folder = temporaryFolder()
  keys = join(folder, "keys")
  replayFile = join(folder, "opened")
  date = Date.UTC(2026, 10, 28, 12)
  writeKeys(`1 active ${digits("a1")}\n2 accepted ${digits("b2")}\n`)
})

/** A host whose guard was started a while ago: it does not know what was opened just before it was. */
const host = async (seal: Partial<SealConfiguration> = {}, listener: Partial<ListenerConfiguration> = {}) => {
  date -= 60_000
  const begun = await guarded({ seal: { keys, vm: "web-1", ...seal }, ...listener }, {}, { date: () => date })
  date += 60_000
  return begun
}

const sourceHost = (seal: Partial<SealConfiguration> = {}) => host(seal, { sealFor: ["b.example:5900"] })

/** MIGRATE_BEGIN_SEAMLESS. */
const begin = (name: string, port = 5900): Buffer =>
  Buffer.concat([words(port, name.length + 1, 24, 0, 0, 1), Buffer.from(`${name}\0`)])

const inputs = readBlob({ file: "inputs/genuine/inputs-motions-2.bin" })
const queue = readBlob({ file: "spicevmc/genuine/usbredir-queue-hello.bin" })

type Name = "inputs" | "usbredir"

/** A session on a source that was told where to go, and what becomes of one channel's data. */
const leaving = async (
  source: Guarded,
  destination = begin("b.example"),
  name: Name = "inputs",
  fullHeader = false,
) => {
  const session = await ordinary(source)
  const channel = await session.link(name, 0, fullHeader)
  session.serverMain.send(116, destination)
  expect((await session.main.receive(116)).payload.equals(destination)).toBe(true)
  return { ...session, channel, give: (state: Uint8Array) => channel.server.send(2, state) }
}

const sealedBy = async (source: Guarded, state: Uint8Array = inputs, name: Name = "inputs", fullHeader = false) => {
  const { give, channel } = await leaving(source, begin("b.example"), name, fullHeader)
  give(state)
  return (await channel.client.receive(2)).payload
}

/** Brings data to a target, on a channel of a session that migrates to it. */
const bring = async (target: Guarded, data: Uint8Array, name: Name = "inputs", id = 7, fullHeader = false) => {
  const session = await migrating(target, id)
  const { client, server } = await session.link(name, 0, fullHeader)
  client.send(5, data)
  return { client, server }
}

describe("between two guards", () => {
  test.each([
    ["mini", false],
    ["full", true],
  ])("the target gets what the source wrote, and the client an envelope (%s headers)", async (_, fullHeader) => {
    const [source, target] = [await sourceHost(), await host()]
    const envelope = await sealedBy(source, inputs, "inputs", fullHeader)
    expect(isEnvelope(envelope)).toBe(true)
    expect(envelope).toHaveLength(inputs.length + overhead)
    const { server } = await bring(target, envelope, "inputs", 7, fullHeader)
    expect(await server.next()).toEqual({ type: 5, payload: Buffer.from(inputs) })
    const { envelope: id } = await source.line({ sealing: "sealed" })
    expect(await target.line({ sealing: "opened" })).toMatchObject({
      envelope: id,
      age: 0,
      verdict: "accept",
    })
  })

  test("what only the device knows is believed", async () => {
    const { server } = await bring(await host(), await sealedBy(await sourceHost(), queue, "usbredir"), "usbredir")
    expect((await server.next()).payload.equals(Buffer.from(queue))).toBe(true)
  })

  test("a state of the largest size passes", async () => {
    const largest = readBlob({ file: "spicevmc/genuine/usbredir-queue-mebibyte.bin" })
    const { server } = await bring(await host(), await sealedBy(await sourceHost(), largest, "usbredir"), "usbredir")
    expect((await server.next()).payload.equals(Buffer.from(largest))).toBe(true)
  })

  test("a target that knows what it is called opens what was sealed for it", async () => {
    const { server } = await bring(await host({ as: "B.Example:5900" }), await sealedBy(await sourceHost()))
    expect((await server.next()).type).toBe(5)
  })

  test("a key is changed while a session lives, and nothing is lost", async () => {
    const [source, target] = [await sourceHost(), await host()]
    const { give, channel } = await leaving(source)
    writeKeys(`2 active ${digits("b2")}\n`)
    await source.relay.reload(source.configuration)
    give(inputs)
    const { server } = await bring(target, (await channel.client.receive(2)).payload)
    expect((await server.next()).payload).toEqual(Buffer.from(inputs))
  })
})

describe("a target refuses", () => {
  const refused = async (target: Guarded, data: Uint8Array, rule: string, name: Name = "inputs", id = 7) => {
    const { client } = await bring(target, data, name, id)
    await client.ended
    expect(await target.line({ rule })).toMatchObject({ verdict: "reject", action: "disconnect", code: "not-sealed" })
  }

  test("data that is not sealed", async () => refused(await host(), inputs, "seal/sealed"))

  test("an envelope that was altered", async () => {
    const envelope = await sealedBy(await sourceHost())
    envelope.writeUInt8(envelope.readUInt8(200) ^ 1, 200)
    await refused(await host(), envelope, "seal/authentic")
  })

  test("an envelope for another machine", async () => {
    await refused(await host({ vm: "web-2" }), await sealedBy(await sourceHost()), "seal/vm")
  })

  test("an envelope that was sealed for another host", async () => {
    await refused(await host({ as: "c.example:5900" }), await sealedBy(await sourceHost()), "seal/addressee")
  })

  test("an envelope for another session", async () => {
    await refused(await host(), await sealedBy(await sourceHost()), "seal/session", "inputs", 8)
  })

  test("an envelope for another channel", async () => {
    await refused(await host(), await sealedBy(await sourceHost(), queue, "usbredir"), "seal/channel")
  })

  test("an envelope that has expired", async () => {
    const envelope = await sealedBy(await sourceHost({ lifetimeSeconds: 1 }))
    date += 6_001
    await refused(await host(), envelope, "seal/expired")
  })

  test("an envelope from before its channel was linked here", async () => {
    const envelope = await sealedBy(await sourceHost())
    date += 5_001
    await refused(await host(), envelope, "seal/stale")
  })

  test("an envelope from the future, and says by how much the clocks differ", async () => {
    date += 6_000
    const envelope = await sealedBy(await sourceHost())
    date -= 6_000
    const target = await host()
    await refused(target, envelope, "seal/clock")
    expect(await target.line({ rule: "seal/clock" })).toMatchObject({
      reason: expect.stringContaining("clocks of the two hosts differ"),
    })
  })

  test("an envelope with a key that was taken from its key file meanwhile", async () => {
    const [envelope, target] = [await sealedBy(await sourceHost()), await host()]
    writeKeys(`2 active ${digits("b2")}\n`)
    await target.relay.reload(target.configuration)
    await refused(target, envelope, "seal/key-id")
  })

  test("what was sealed before its guard began, for that may have been opened by the one before", async () => {
    const envelope = await sealedBy(await sourceHost())
    const target = await guarded({ seal: { keys, vm: "web-1" } }, {}, { date: () => date })
    await refused(target, envelope, "seal/stale")
  })

  test("an envelope a second time, also after a restart", async () => {
    const envelope = await sealedBy(await sourceHost())
    const begun = async () => {
      const target = await host()
      await target.relay.reload({ ...target.configuration, replayFile })
      return target
    }
    await (await begun()).relay.close(0)
    const target = await begun()
    expect((await (await bring(target, envelope)).server.next()).type).toBe(5)
    await target.relay.close(0)
    await refused(await begun(), envelope, "seal/once")
  })

  test("an envelope that it could not remember, and says why", async () => {
    const envelope = await sealedBy(await sourceHost())
    const target = await host()
    await target.relay.reload({ ...target.configuration, replayFile })
    rmSync(replayFile)
    const { client } = await bring(target, envelope)
    await client.ended
    await target.line({ reason: `${replayFile}: the replay window has been removed or replaced` })
  })

  test("an envelope with onViolation = reset too: the state would be the client's choice", async () => {
    const target = await host({}, { onViolation: "reset" })
    await refused(target, inputs, "seal/sealed")
  })

  test("what a source should not have written", async () => {
    const wrong = Uint8Array.from(inputs).fill(0xff, 8)
    const source = await sourceHost()
    const envelope = await sealedBy(source, wrong)
    expect(await source.line({ sealing: "sealed" })).toMatchObject({ rule: "inputs/motion-count-limit" })
    const target = await host()
    const { client } = await bring(target, envelope)
    await client.ended
    await target.line({ rule: "inputs/motion-count-limit", action: "disconnect" })
  })
})

describe("where sealing is not required", () => {
  test("a target takes data as it was without sealing, and counts it", async () => {
    const target = await host({ required: false })
    const { server } = await bring(target, inputs)
    expect((await server.next()).payload).toEqual(Buffer.from(inputs))
    await target.line({ sealing: "unsealed" })
    const metrics = await metricsOf(target.relay.metricsAddress())
    expect(metrics.get('migration_guard_sealed_data_total{listener="vm",channel="inputs",sealing="unsealed"}')).toBe(1)
  })

  test("nothing is believed of it that a client could have made up", async () => {
    const target = await host({ required: false })
    const { client } = await bring(target, queue, "usbredir")
    await client.ended
    await target.line({ rule: "spicevmc/usbredir-queue-vouched-for" })
  })

  test("a source passes data on for a destination that is not listed", async () => {
    const source = await sourceHost({ required: false })
    const { give, channel } = await leaving(source, begin("c.example"))
    give(inputs)
    expect((await channel.client.receive(2)).payload.equals(Buffer.from(inputs))).toBe(true)
    await source.line({ sealing: "unsealed" })
  })
})

describe("a source", () => {
  test.each([
    ["a host that is not listed", begin("c.example")],
    ["a port that is not listed", begin("b.example", 5901)],
    ["a destination that is cut", begin("b.example").subarray(0, 20)],
  ])("sends nothing to %s: an envelope crashes a server without a guard", async (_, destination) => {
    const source = await sourceHost()
    const { give, channel } = await leaving(source, destination)
    give(inputs)
    await channel.client.ended
    await source.line({ rule: "seal/destination", action: "disconnect" })
  })

  test("sends nothing where the server had named no destination, or has cancelled", async () => {
    const source = await sourceHost()
    const { give, channel, main, serverMain } = await leaving(source)
    serverMain.send(102)
    await main.receive(102)
    give(inputs)
    await channel.client.ended
    await source.line({ rule: "seal/destination" })
  })

  test("sends nothing that is larger than what a target takes, and holds none of it", async () => {
    const source = await sourceHost()
    const { give, channel } = await leaving(source)
    give(new Uint8Array(2049))
    await channel.client.ended
    await source.line({ rule: "layout/blob-limit" })
  })

  test("sends nothing that its own decoder refuses, where that is asked for", async () => {
    const source = await sourceHost({ onInvalid: "refuse" })
    const { give, channel } = await leaving(source)
    give(Uint8Array.from(inputs).fill(0xff, 8))
    await channel.client.ended
    await source.line({ rule: "inputs/motion-count-limit", action: "disconnect" })
  })

  test("sends nothing on a connection that began before it had to seal", async () => {
    const source = await guarded({}, {}, { date: () => date })
    const { give, channel, serverMain, main } = await leaving(source)
    const [listener] = source.configuration.listeners
    if (listener === undefined) throw new Error("no listener")
    const sealing = { ...listener, seal: { keys, vm: "web-1" }, sealFor: ["*"] }
    await source.relay.reload({ ...source.configuration, listeners: [sealing] })
    serverMain.send(116, begin("b.example"))
    await main.receive(116)
    give(inputs)
    await channel.client.ended
    await source.line({ rule: "seal/destination" })
  })

  test("without sealFor passes data on as it is", async () => {
    const { give, channel } = await leaving(await host())
    give(inputs)
    expect((await channel.client.receive(2)).payload.equals(Buffer.from(inputs))).toBe(true)
  })

  test("passes the messages around the data as they came, however they are cut", async () => {
    const source = await sourceHost()
    const { channel } = await leaving(source, begin("b.example"), "usbredir")
    for (let size = 0; size < 40; size++) channel.server.send(101, new Uint8Array(size).fill(size))
    channel.server.send(2, queue)
    channel.server.send(101, Uint8Array.of(1, 2, 3))
    for (let size = 0; size < 40; size++) expect((await channel.client.receive(101)).payload).toHaveLength(size)
    expect(isEnvelope((await channel.client.receive(2)).payload)).toBe(true)
    expect((await channel.client.receive(101)).payload).toEqual(Buffer.of(1, 2, 3))
  })
})

test("no key reaches a log", async () => {
  const source = await sourceHost()
  await sealedBy(source)
  writeKeys(`1 active ${digits("c3")}zz\n`)
  await source.relay.reload(source.configuration)
  expect(JSON.stringify(source.lines)).not.toMatch(/a1a1|b2b2|c3c3/)
})
