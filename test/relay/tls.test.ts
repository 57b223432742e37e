import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { connect as connectPlain, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import tlsModule, {
  type ConnectionOptions,
  connect,
  createServer,
  type SecureContextOptions,
  TLSSocket,
  type TlsOptions,
} from "node:tls"
import * as E from "fp-ts/lib/Either.js"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { link } from "../../lab/client/link.js"
import { streamOf } from "../../lab/client/stream.js"
import { attributesOf, isSubject } from "../../src/net/x509-subject.js"
import { startRelay } from "../../src/relay/relay.js"
import { type Authority, authority, type Signed } from "./certificates.js"
import { allGone, channel, closing, guarded, metricsOf, portOf, rawClient, right, running, until } from "./harness.js"
import { spiceServer } from "./server.js"
import { getsEverything } from "./slow-client.js"

const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ours: Authority = authority(folder, "ours")
const theirs: Authority = authority(folder, "theirs")
const guardCertificate = ours.sign("guard", "/O=Example, Inc./CN=guard")
const clientCertificate = ours.sign("client", "/CN=client")
const strangerCertificate = theirs.sign("stranger", "/CN=stranger")
const namedCertificate = ours.sign("named", "/CN=elsewhere", "DNS:elsewhere.example")

const pem = ({ certificate, key }: Signed) => ({ cert: readFileSync(certificate), key: readFileSync(key) })

const listen = "tls://127.0.0.1:0"
const tls = { certificate: guardCertificate.certificate, key: guardCertificate.key }

/** A client of a relay that listens with TLS. */
const tlsClient = async (port: number, options: ConnectionOptions = {}): Promise<Socket> => {
  const socket = connect({ host: "127.0.0.1", port, ca: readFileSync(ours.certificate), ...options })
  onTestFinished(() => void socket.destroy())
  socket.on("error", () => undefined)
  await new Promise<void>((resolve) => {
    for (const event of ["secureConnect", "close"]) socket.once(event, () => resolve())
  })
  return socket
}

describe("a listener with TLS", () => {
  test("relays what comes through it", async () => {
    const relay = await guarded({ listen, tls })
    const socket = await tlsClient(relay.port)
    const stream = streamOf(socket)
    const { miniHeader } = await link(stream, { channel: "main", id: 0, connectionId: 0 })
    expect(miniHeader).toBe(true)
    const server = await relay.server.linked()
    const payload = randomBytes(4 << 20)
    server.send(109, payload)
    expect((await stream.exactly(6 + payload.length)).subarray(6).equals(payload)).toBe(true)
    stream.write(Buffer.of(104, 0, 0, 0, 0, 0))
    expect((await server.next()).type).toBe(104)
    stream.close()
    await allGone(relay)
    expect(relay.clock.timers()).toBe(0)
  })

  test("refuses what is not TLS, and goes on", async () => {
    const relay = await guarded({ listen, tls, limits: { connections: 1 } })
    const client = await rawClient(relay.port)
    client.write("REDQ and nothing of a handshake")
    await closing(client)
    expect(await relay.line({ reason: "tls" })).toMatchObject({ message: "connection rejected" })
    expect(relay.server.sockets).toHaveLength(0)
    await link(streamOf(await tlsClient(relay.port)), { channel: "main", id: 0, connectionId: 0 })
  })

  test("gives the place of a client that leaves during the handshake back", async () => {
    const relay = await guarded({ listen, tls, limits: { connections: 1 } })
    const silent = await rawClient(relay.port)
    silent.destroy()
    await closing(silent)
    let socket = await tlsClient(relay.port)
    while (socket.destroyed) socket = await tlsClient(relay.port)
    await link(streamOf(socket), { channel: "main", id: 0, connectionId: 0 })
  })

  test.each([
    ["none", {}],
    ["one that somebody else signed", pem(strangerCertificate)],
  ])("that asks for a certificate refuses %s", async (_, options) => {
    const relay = await guarded({ listen, tls: { ...tls, clientCa: ours.certificate } })
    const socket = await tlsClient(relay.port, options)
    await closing(socket)
    expect(await relay.line({ reason: "tls" })).toMatchObject({ message: "connection rejected" })
    expect(relay.server.sockets).toHaveLength(0)
  })

  test("that asks for a certificate takes the right one", async () => {
    const relay = await guarded({ listen, tls: { ...tls, clientCa: ours.certificate } })
    const socket = await tlsClient(relay.port, pem(clientCertificate))
    await link(streamOf(socket), { channel: "main", id: 0, connectionId: 0 })
  })

  const rsa = ours.sign("rsa", "/CN=rsa", "IP:127.0.0.1", ["rsa:2048"])
  const withoutSecrecy = { maxVersion: "TLSv1.2", ciphers: "AES128-SHA" } as const
  const secret = { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" } as const

  /** The cipher that a client and a listener agree on; undefined where they do not. */
  const agreed = async (settings: object, client: ConnectionOptions): Promise<string | undefined> => {
    const relay = await guarded({ listen, tls: { ...rsa, ...settings } })
    const socket = await tlsClient(relay.port, client)
    return socket instanceof TLSSocket && !socket.destroyed ? socket.getCipher().name : undefined
  }

  test.each([
    ["without forward secrecy", {}, withoutSecrecy, undefined],
    ["without forward secrecy, where that is said", { ciphers: "AES128-SHA" }, withoutSecrecy, "AES128-SHA"],
    ["with forward secrecy", {}, secret, "ECDHE-RSA-AES128-GCM-SHA256"],
    ["that is not said", { ciphers: "ECDHE-RSA-AES256-GCM-SHA384" }, secret, undefined],
    ["of TLS 1.2, where 1.3 is the least", { minVersion: "TLSv1.3" }, secret, undefined],
    ["of TLS 1.3", {}, { ciphers: "TLS_CHACHA20_POLY1305_SHA256" }, "TLS_CHACHA20_POLY1305_SHA256"],
    [
      "that needs the listener's parameters for DHE",
      {},
      { ...secret, ciphers: "DHE-RSA-AES128-GCM-SHA256" },
      undefined,
    ],
    ["of TLS 1.1", {}, { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }, undefined],
  ] as const)("and a client agree on a cipher %s: %j, %j, %s", async (_, settings, client, cipher) =>
    expect(await agreed(settings, client)).toBe(cipher),
  )

  test.each([
    ["a certificate that is missing", { ...tls, certificate: join(folder, "missing.pem") }, "ENOENT"],
    ["a certificate that is none", { ...tls, certificate: guardCertificate.key }, ""],
    ["a key of another certificate", { ...tls, key: clientCertificate.key }, "key"],
  ])("does not start with %s", async (_, wrong, reason) => {
    const started = await startRelay({ listeners: [{ name: "vm", listen, target: "tcp://127.0.0.1:1", tls: wrong }] })
    expect(E.isLeft(started) && started.left).toEqual([{ name: "vm", reason: expect.stringContaining(reason) }])
  })
})

describe("a target with TLS", () => {
  /** A server with TLS, and a relay in front of it. */
  const withTarget = async (signed: Signed, targetTls: object, spoken: SecureContextOptions = {}) => {
    const listening = createServer({ ...pem(signed), ...spoken, allowHalfOpen: true })
    const server = spiceServer(listening, "secureConnection")
    listening.listen(0, "127.0.0.1")
    await once(listening, "listening")
    onTestFinished(() => server.close())
    const address = listening.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const run = await running({
      metrics: "tcp://127.0.0.1:0",
      listeners: [{ name: "vm", listen: "tcp://127.0.0.1:0", target: `tls://127.0.0.1:${port}`, targetTls }],
    })
    return { ...run, server, port: portOf(run.relay.addresses().get("vm")) }
  }

  test.each([
    ["a certificate for its address", {}],
    ["TLS 1.2", { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }],
    ["the expected subject", { subject: "O=Example\\, Inc.,CN=guard" }],
  ])("is taken with %s", async (_, targetTls) => {
    const relay = await withTarget(guardCertificate, { ca: ours.certificate, ...targetTls })
    const client = await channel(relay, "main")
    const server = await relay.server.linked()
    const payload = randomBytes(4 << 20)
    server.send(109, payload)
    expect((await client.receive(109)).payload.equals(payload)).toBe(true)
    client.send(104)
    expect((await server.next()).type).toBe(104)
  })

  test.each([
    [{ maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA" }, {}],
    [{ maxVersion: "TLSv1.2" }, { minVersion: "TLSv1.3" }],
  ] as const)("that speaks only %j is refused by %j", async (server, targetTls) => {
    const relay = await withTarget(guardCertificate, { ca: ours.certificate, ...targetTls }, server)
    await expect(channel(relay, "main")).rejects.toThrow("ended")
    await relay.line({ message: "target-failed" })
    expect(relay.server.spoken()).toBe(0)
  })

  test("is read no further while a client does not read, and nothing of it is lost", async () => {
    await getsEverything(await withTarget(guardCertificate, { ca: ours.certificate }), 64 << 20)
  })

  test("is taken with the expected subject, whatever names it is for", async () => {
    const relay = await withTarget(namedCertificate, { ca: ours.certificate, subject: "CN=elsewhere" })
    await channel(relay, "main")
  })

  test.each([
    [
      "a certificate that somebody else signed",
      strangerCertificate,
      { ca: ours.certificate },
      "DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO",
    ],
    ["a certificate that Node's authorities do not know", guardCertificate, {}, "UNABLE_TO|SELF_SIGNED"],
    ["a certificate for another host", namedCertificate, { ca: ours.certificate }, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["another subject", guardCertificate, { ca: ours.certificate, subject: "CN=guard" }, "ERR_TLS_CERT_SUBJECT"],
  ])("is refused with %s, and gets nothing", async (_, signed, targetTls, code) => {
    const relay = await withTarget(signed, targetTls)
    await expect(channel(relay, "main")).rejects.toThrow("ended")
    expect(await relay.line({ message: "target-failed" })).toMatchObject({ code: expect.stringMatching(code) })
    expect(relay.server.spoken()).toBe(0)
  })

  test("that speaks without TLS is refused", async () => {
    const relay = await guarded()
    const run = await running({
      listeners: [{ name: "vm", listen: "tcp://127.0.0.1:0", target: `tls://127.0.0.1:${relay.server.port}` }],
    })
    const refused = expect(channel({ port: portOf(run.relay.addresses().get("vm")) }, "main")).rejects.toThrow("ended")
    await until(() => relay.server.spoken() > 0)
    run.clock.advance(10_000)
    await refused
    await run.line({ message: "handshake-timeout" })
  })
})

describe("a subject", () => {
  test.each([
    ["CN=host", ["CN=host"]],
    ["C=IL,L=Raanana,O=Red Hat,CN=my server", ["C=IL", "L=Raanana", "O=Red Hat", "CN=my server"]],
    ["O=Example\\, Inc., CN=a\\\\b", ["O=Example\\, Inc.", "CN=a\\\\b"]],
  ])("%s has its attributes", (text, attributes) => expect(attributesOf(text)).toEqual(attributes))

  test.each(["", "host", "CN=", "CN=a,", ",CN=a", "CN=a,,O=b", "CN=a\\", "=a"])("%j is none", (text) =>
    expect(attributesOf(text)).toBeUndefined(),
  )

  test.each([
    ["CN=a,O=b", "CN=a\nO=b", true],
    ["CN=a,O=b", "O=b\nCN=a", false],
    ["CN=a", "CN=a\nO=b", false],
    ["CN=a,O=b", "CN=a", false],
    ["CN=a", "CN=ab", false],
    ["CN=a\\,O=b", "CN=a\nO=b", false],
  ])("%j is %j: %j", (expected, lines, is) => expect(isSubject(expected, lines)).toBe(is))
})

test("a plain client of a plain listener is not asked for TLS", async () => {
  const relay = await guarded()
  const socket = connectPlain({ host: "127.0.0.1", port: relay.port })
  onTestFinished(() => void socket.destroy())
  await link(streamOf(socket), { channel: "main", id: 0, connectionId: 0 })
})

test("a configuration that throws while it is taken changes nothing, and later ones are taken", async () => {
  const relay = await guarded({ listen, tls })
  const [listener] = relay.configuration.listeners
  if (listener === undefined) throw new Error("no listener")
  const both = { ...relay.configuration, listeners: [listener, { ...listener, name: "other" }] }
  right(await relay.relay.reload(both))
  const path = join(folder, "half.sock")
  const half = [
    ...both.listeners.map((each) => ({ ...each, allow: [] })),
    { listen: `unix://${path}`, target: "unix:///none" },
  ]

  const { createServer: original } = tlsModule
  let calls = 0
  const failing = (options: TlsOptions) => {
    if (++calls === 2) throw new Error("no memory")
    return original(options)
  }
  Object.assign(tlsModule, { createServer: failing })
  syncBuiltinESMExports()
  const taken = await relay.relay.reload({ ...both, listeners: half })
  tlsModule.createServer = original
  syncBuiltinESMExports()

  expect(E.isLeft(taken) && taken.left).toEqual([{ name: "relay", reason: "no memory" }])
  expect(await relay.line({ message: "configuration refused" })).toMatchObject({ reason: "no memory" })
  expect([...relay.relay.addresses().keys()]).toEqual(["vm", "other"])
  expect(existsSync(path)).toBe(false)
  const socket = await tlsClient(relay.port)
  await link(streamOf(socket), { channel: "main", id: 0, connectionId: 0 })
  right(await relay.relay.reload(relay.configuration))
  const counts = await metricsOf(relay.relay.metricsAddress())
  expect(counts.get('migration_guard_reloads_total{result="refused"}')).toBe(1)
  expect(counts.get('migration_guard_reloads_total{result="taken"}')).toBe(2)
})
