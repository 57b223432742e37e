import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { beforeEach, describe, expect, test } from "vitest"
import { words } from "../../../lab/client/words.js"
import { readBlob } from "../../../scripts/corpus.js"
import { type ListenerConfiguration, type SealConfiguration, startRelay } from "../../../src/relay/index.js"
import { isEnvelope } from "../../../src/seal/index.js"
import { temporaryFolder } from "../../cli/harness.js"
import { caExtensions, type Issued, issue, pemOf } from "../../seal/certificates.js"
import { ca, issueHost, nameOf } from "../../seal/hosts.js"
import { digits } from "../../seal/scene.js"
import { type Guarded, guarded, migrating, ordinary } from "../harness.js"

let folder = ""
/** The time of both hosts. */
let date = 0

const at = (name: string): string => join(folder, name)

/** A host's files. */
const place = (own: Issued, ...others: readonly Issued[]): void => {
  const [, [, name] = ["", ""]] = own.name
  writeFileSync(at(`${name}.pem`), pemOf(...[own, ...others].map(({ der }) => der)))
  writeFileSync(at(`${name}.key`), own.keyPem)
  chmodSync(at(`${name}.key`), 0o600)
}

const subjects = ["O=Example,CN=a.example", "O=Example,CN=b.example"]

const sealOf = (name: string): SealConfiguration => ({
  certificate: at(`${name}.pem`),
  key: at(`${name}.key`),
  ca: at("ca.pem"),
  subjects,
  vm: "web-1",
})

beforeEach(() => {
  folder = temporaryFolder()
  date = Date.UTC(2026, 10, 28, 12)
  writeFileSync(at("ca.pem"), ca.pem)
  place(issueHost())
  place(issueHost({ name: nameOf("b.example") }))
  writeFileSync(at("keys"), `1 active ${digits("a1")}\n`, { mode: 0o600 })
})

/** A host whose guard was started a while ago. */
const host = async (seal: SealConfiguration, listener: Partial<ListenerConfiguration> = {}) => {
  date -= 60_000
  const begun = await guarded({ seal, ...listener }, {}, { date: () => date })
  date += 60_000
  return begun
}

const source = (seal: Partial<SealConfiguration> = {}) =>
  host({ ...sealOf("a.example"), ...seal }, { sealFor: ["b.example"] })
const target = (seal: Partial<SealConfiguration> = {}) => host({ ...sealOf("b.example"), ...seal })

const inputs = readBlob({ file: "inputs/genuine/inputs-motions-2.bin" })
const queue = readBlob({ file: "spicevmc/genuine/usbredir-queue-hello.bin" })
const begin = Buffer.concat([words(5900, 10, 24, 0, 0, 1), Buffer.from("b.example\0")])

type Name = "inputs" | "usbredir"

/** A session on a source that was told where to go. */
const leaving = async (from: Guarded, name: Name = "inputs") => {
  const session = await ordinary(from)
  const channel = await session.link(name, 0, false)
  session.serverMain.send(116, begin)
  await session.main.receive(116)
  return { give: (state: Uint8Array) => channel.server.send(2, state), client: channel.client }
}

/** What the client of a source gets for one channel's data. */
const certifiedBy = async (from: Guarded, state: Uint8Array = inputs, name: Name = "inputs"): Promise<Buffer> => {
  const { give, client } = await leaving(from, name)
  give(state)
  return (await client.receive(2)).payload
}

/** Brings data to a target, on a channel of a session that migrates to it. */
const bring = async (to: Guarded, data: Uint8Array, name: Name = "inputs") => {
  const session = await migrating(to, 7)
  const { client, server } = await session.link(name, 0, false)
  client.send(5, data)
  return { client, server }
}

const refused = async (to: Guarded, data: Uint8Array, rule: string) => {
  const { client } = await bring(to, data)
  await client.ended
  expect(await to.line({ rule })).toMatchObject({ verdict: "reject", action: "disconnect", code: "not-sealed" })
}

describe("between two guards with certificates", () => {
  test("the target gets what the source wrote, and the client an envelope that it can read", async () => {
    const [from, to] = [await source(), await target()]
    const envelope = await certifiedBy(from)
    expect(isEnvelope(envelope)).toBe(true)
    expect(envelope.includes(Buffer.from(inputs))).toBe(true)
    const { server } = await bring(to, envelope)
    expect(await server.next()).toEqual({ type: 5, payload: Buffer.from(inputs) })
    const { envelope: id } = await from.line({ sealing: "sealed" })
    expect(await to.line({ sealing: "opened" })).toMatchObject({
      envelope: id,
      age: 0,
      subject: "O=Example,CN=a.example",
      verdict: "accept",
    })
  })

  test("what only the device knows is believed", async () => {
    const { server } = await bring(await target(), await certifiedBy(await source(), queue, "usbredir"), "usbredir")
    expect((await server.next()).payload.equals(Buffer.from(queue))).toBe(true)
  })

  test("a state of the largest size passes", async () => {
    const largest = readBlob({ file: "spicevmc/genuine/usbredir-queue-mebibyte.bin" })
    const { server } = await bring(await target(), await certifiedBy(await source(), largest, "usbredir"), "usbredir")
    expect((await server.next()).payload.equals(Buffer.from(largest))).toBe(true)
  })

  test("a certificate is renewed while a session lives, and nothing is lost", async () => {
    const [from, to] = [await source(), await target()]
    const { give, client } = await leaving(from)
    const lower = issue({ name: nameOf("Between"), issuer: ca, extensions: caExtensions() })
    place(issueHost({ key: "ed25519", issuer: lower }), lower)
    await from.relay.reload(from.configuration)
    give(inputs)
    const { server } = await bring(to, (await client.receive(2)).payload)
    expect((await server.next()).payload).toEqual(Buffer.from(inputs))
  })
})

describe("a target with certificates refuses", () => {
  test("data that is not sealed", async () => refused(await target(), inputs, "seal/sealed"))

  test("an envelope that was altered", async () => {
    const envelope = await certifiedBy(await source())
    envelope.writeUInt8(envelope.readUInt8(40) ^ 1, 40)
    await refused(await target(), envelope, "seal/signature")
  })

  test("an envelope for another machine", async () =>
    refused(await target({ vm: "web-2" }), await certifiedBy(await source()), "seal/vm"))

  test("a host that is not listed", async () =>
    refused(await target({ subjects: subjects.slice(1) }), await certifiedBy(await source()), "seal/subject"))

  test("a host that was taken off the list meanwhile", async () => {
    const to = await target()
    const [listener] = to.configuration.listeners
    if (listener === undefined) throw new Error("no listener")
    const seal = { ...sealOf("b.example"), subjects: subjects.slice(1) }
    await to.relay.reload({ ...to.configuration, listeners: [{ ...listener, seal }] })
    await refused(to, await certifiedBy(await source()), "seal/subject")
  })

  test("a host of another authority with the same names", async () => {
    const other = issue({ name: ca.name, extensions: caExtensions() })
    writeFileSync(at("other.pem"), other.pem)
    place(issueHost({ issuer: other }))
    await refused(await target(), await certifiedBy(await source({ ca: at("other.pem") })), "seal/issuer")
  })

  test("an envelope a second time, also after a restart", async () => {
    const envelope = await certifiedBy(await source())
    const begun = async () => {
      const to = await target()
      await to.relay.reload({ ...to.configuration, replayFile: at("opened") })
      return to
    }
    await (await begun()).relay.close(0)
    const to = await begun()
    expect((await (await bring(to, envelope)).server.next()).type).toBe(5)
    await to.relay.close(0)
    await refused(await begun(), envelope, "seal/once")
  })

  test("an envelope that was sealed with a key, and the reverse", async () => {
    const keyed = { keys: at("keys"), vm: "web-1" }
    await refused(await target(), await certifiedBy(await host(keyed, { sealFor: ["*"] })), "seal/kind")
    await refused(await host(keyed), await certifiedBy(await source()), "seal/kind")
  })

  test("that also where sealing is not required", async () => {
    const keyed = { keys: at("keys"), vm: "web-1" }
    await refused(await host({ ...keyed, required: false }), await certifiedBy(await source()), "seal/kind")
  })
})

test("a source whose certificate has expired sends nothing, and says why", async () => {
  place(issueHost({ to: date - 1000 }))
  const from = await source()
  const { give, client } = await leaving(from)
  give(inputs)
  await client.ended
  await from.line({ rule: "seal/validity", action: "disconnect" })
})

describe("a configuration is refused", () => {
  const failureOf = async (seal: Partial<SealConfiguration> = {}): Promise<string> => {
    const listener = { listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:1" }
    const started = await startRelay({ listeners: [{ ...listener, seal: { ...sealOf("a.example"), ...seal } }] })
    if (E.isLeft(started)) return started.left.map(({ reason }) => reason).join()
    await started.right.close(0)
    return "nothing"
  }

  const shared = (name: string): Partial<SealConfiguration> => {
    chmodSync(at(name), 0o640)
    return {}
  }

  const large = (): Partial<SealConfiguration> => {
    writeFileSync(at("large"), Buffer.alloc(0x100001))
    return { ca: at("large") }
  }

  test("with nothing wrong it is not", async () => expect(await failureOf()).toBe("nothing"))

  test.each<[string, () => Partial<SealConfiguration>, RegExp]>([
    ["a key that others can read", () => shared("a.example.key"), /chmod 0600/],
    ["another host's key", () => ({ key: at("b.example.key") }), /b\.example\.key: .*private key/],
    ["a file without a certificate", () => ({ certificate: at("keys") }), /keys: .*1 to 4 certificates/],
    ["a host's certificate for an authority's", () => ({ ca: at("b.example.pem") }), /b\.example\.pem: .*authorities/],
    [
      "an authority that has not issued this host's certificate",
      () => {
        writeFileSync(at("other.pem"), issue({ name: nameOf("CA"), extensions: caExtensions() }).pem)
        return { ca: at("other.pem") }
      },
      /a\.example\.pem: .*issued/,
    ],
    ["a file that is not there", () => ({ ca: at("none") }), /ENOENT/],
    ["a file that is too large", () => large(), /large/],
  ])("%s", async (_, changed, reason) => {
    const failure = await failureOf(changed())
    expect(failure).toMatch(reason)
    expect(failure).not.toContain("PRIVATE KEY")
  })
})

test("a faulty file leaves what there was in use, and no key reaches a log", async () => {
  const from = await source()
  const [, line = ""] = issueHost().keyPem.toString().split("\n")
  writeFileSync(at("a.example.key"), `-----BEGIN PRIVATE KEY-----\n${line}\n`)
  await from.relay.reload(from.configuration)
  expect(isEnvelope(await certifiedBy(from))).toBe(true)
  expect(JSON.stringify(from.lines)).not.toContain(line)
})
