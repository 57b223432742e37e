import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { relayConfigurationCodec } from "../../../src/relay/config/configuration.js"
import { configuredReceiver } from "../../../src/relay/config/receiver.js"
import { readConfiguration } from "../../../src/relay/config/settings.js"
import { defaultReceiver } from "../../../src/spice/receiver.js"

const plain = { listen: "tcp://0.0.0.0:5900", target: "tcp://127.0.0.1:5901" }
const tls = { certificate: "/etc/guard/cert.pem", key: "/etc/guard/key.pem" }

const one = (listener: object) => ({ listeners: [{ ...plain, ...listener }] })

/** Code, rule and path of each violation. */
const violationsOf = (configuration: unknown): readonly (readonly string[])[] => {
  const decoded = relayConfigurationCodec.decode(configuration)
  return E.isLeft(decoded) ? decoded.left.map((each) => [Reflect.get(each, "rule"), Reflect.get(each, "path")]) : []
}

const certificates = {
  certificate: "/pki/cert.pem",
  key: "/pki/key.pem",
  ca: "/pki/ca.pem",
  subjects: ["CN=a"],
  vm: "a",
}

describe("a configuration is taken", () => {
  test.each([
    ["with as little as possible", one({})],
    ["with a name", one({ name: "vm-1.example_2" })],
    ["in monitor mode", one({ mode: "monitor" })],
    ["with a reset on violation", one({ onViolation: "reset" })],
    ["with TLS", one({ listen: "tls://0.0.0.0:5900", tls })],
    ["with certificates of clients", one({ listen: "tls://0.0.0.0:5900", tls: { ...tls, clientCa: "/etc/ca.pem" } })],
    [
      "with ciphers of one's own",
      one({
        listen: "tls://0.0.0.0:5900",
        tls: { ...tls, minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256:AES128-SHA" },
        target: "tls://vm:5901",
        targetTls: { minVersion: "TLSv1.2", ciphers: "AES128-SHA" },
      }),
    ],
    ["with TLS on a socket of systemd's", one({ listen: "fd://vm", tls })],
    [
      "with a target of TLS",
      one({ target: "tls://vm:5901", targetTls: { ca: "/etc/ca.pem", subject: "O=A\\, B,CN=c" } }),
    ],
    ["with a target of TLS that Node's authorities vouch for", one({ target: "tls://vm:5901" })],
    ["with networks", one({ allow: ["10.0.0.0/8", "::1", "2001:db8::/32"] })],
    ["with no network at all", one({ allow: [] })],
    [
      "with limits",
      one({
        limits: {
          connections: 1,
          connectionsBySource: 65535,
          handshakeSeconds: 600,
          idleSeconds: 604800,
          closingSeconds: 1,
        },
      }),
    ],
    [
      "with a receiver",
      one({
        receiver: {
          jpegWanCompression: "never",
          surfaceTableSize: 1,
          maxBlobBytes: { display: 100 },
          maxWriteBytes: { usbredir: 0 },
          maxReadBytes: { smartcard: 1 },
          source: "0.15",
          accept: ["usbredir-queue", "smartcard-partial-read"],
        },
      }),
    ],
    ["with sealing", one({ seal: { keys: "/etc/guard/keys", vm: "web-1" } })],
    [
      "with all that sealing has",
      {
        replayFile: "/var/lib/guard/opened",
        ...one({
          seal: {
            keys: "/etc/guard/keys",
            vm: "é",
            required: false,
            onInvalid: "refuse",
            lifetimeSeconds: 3600,
            as: "[fd00::1]:5900",
          },
          sealFor: ["*", "host", "host.example:5900", "10.0.0.1:1", "[fd00::1]", "[fd00::1]:65535"],
        }),
      },
    ],
    ["with certificates in place of keys", one({ seal: certificates })],
    ["with a monitor", one({ qmp: "unix:///run/vm1.qmp" })],
    ["with a monitor on loopback", one({ qmp: "tcp://127.0.0.1:4444" })],
    ["with a monitor on IPv6's loopback", one({ qmp: "tcp://[::1]:4444" })],
    [
      "with one monitor for two listeners of one target",
      {
        listeners: [
          { ...plain, qmp: "unix:///run/vm1.qmp" },
          { ...plain, listen: "tcp://0.0.0.0:5902", qmp: "unix:///run//vm1.qmp" },
        ],
      },
    ],
    ["with metrics", { ...one({}), metrics: "unix:///run/metrics.sock", shutdownSeconds: 0 }],
    ["with the access to a socket", one({ listen: "unix:///a", socket: { mode: "0660", owner: "qemu", group: "12" } })],
    ["with the access to metrics", { ...one({}), metrics: "unix:///m", metricsSocket: { mode: "660" } }],
    ["with the server's name", one({ server: "vm-1.example_2" })],
    [
      "with the largest blobs that fit the server's buffers",
      one({ receiver: { maxBlobBytes: { main: 26624, inputs: 2048 } } }),
    ],
    [
      "with two modes on one port of two machines",
      { listeners: [plain, { listen: "tcp://h:1", target: "tcp://192.0.2.1:5901", mode: "monitor" }] },
    ],
    ["with the same port inside and outside", one({ listen: "tcp://192.0.2.1:5900", target: "tcp://127.0.0.1:5900" })],
    ["with several listeners", { listeners: [plain, { ...plain, listen: "tcp://0.0.0.0:5902" }] }],
    [
      "with several listeners on ports that the system chooses",
      {
        listeners: [
          { ...plain, name: "a", listen: "tcp://127.0.0.1:0" },
          { ...plain, name: "b", listen: "tcp://127.0.0.1:0" },
        ],
      },
    ],
  ])("%s", (_, configuration) => expect(violationsOf(configuration)).toEqual([]))
})

describe("a configuration is refused", () => {
  const several = (...listeners: readonly object[]) => ({ listeners: listeners.map((each) => ({ ...plain, ...each })) })
  const sealing = (seal: object, listener: object = {}) =>
    one({ seal: JSON.parse(JSON.stringify({ keys: "/etc/guard/keys", vm: "web-1", ...seal })), ...listener })
  const [listen, target] = ["listeners[0].listen", "listeners[0].target"]

  test.each([
    ["that is a list", [], "shape/object", ""],
    ["that is nothing", undefined, "shape/object", ""],
    ["without listeners", {}, "shape/missing-member", "listeners"],
    ["with no listeners", { listeners: [] }, "relay/listeners", "listeners"],
    [
      "with too many",
      several(...Array.from({ length: 257 }, (_, index) => ({ listen: `tcp://h:${index + 1}` }))),
      "relay/listeners",
      "listeners",
    ],
    ["with a listener that is a text", { listeners: ["tcp://a:1"] }, "shape/object", "listeners[0]"],
    ["without an address", { listeners: [{ target: plain.target }] }, "shape/missing-member", listen],
    ["without a target", { listeners: [{ listen: plain.listen }] }, "shape/missing-member", target],
    ["with a misspelt member", one({ lissten: "x" }), "shape/unknown-member", "listeners[0].lissten"],
    ["with a misspelt member at the top", { ...one({}), metric: "x" }, "shape/unknown-member", "metric"],
    ["with another case", one({ onviolation: "reset" }), "shape/unknown-member", "listeners[0].onviolation"],
    ["with a port alone", one({ listen: "5900" }), "relay/listen-address", listen],
    ["with a number for an address", one({ listen: 5900 }), "shape/string", listen],
    ["with a target of systemd's", one({ target: "fd://vm" }), "relay/target-address", target],
    ["with a target without a port", one({ target: "tcp://vm:0" }), "relay/target-address", target],
    ["with an unknown mode", one({ mode: "Enforce" }), "shape/name", "listeners[0].mode"],
    ["with the name of a prototype for a mode", one({ mode: "__proto__" }), "shape/name", "listeners[0].mode"],
    ["with an unknown reaction", one({ onViolation: "drop" }), "shape/name", "listeners[0].onViolation"],
    ["with an empty name", one({ name: "" }), "relay/name", "listeners[0].name"],
    ["with a name that a terminal obeys", one({ name: "\u001b[2J" }), "relay/name", "listeners[0].name"],
    ["with TLS without a certificate", one({ listen: "tls://0.0.0.0:1" }), "relay/tls-certificate", "listeners[0].tls"],
    [
      "with TLS without a key",
      one({ listen: "tls://h:1", tls: { certificate: "/a" } }),
      "shape/missing-member",
      "listeners[0].tls.key",
    ],
    ["with a certificate without TLS", one({ tls }), "relay/tls-unused", "listeners[0].tls"],
    ["with a certificate on a unix socket", one({ listen: "unix:///a", tls }), "relay/tls-unused", "listeners[0].tls"],
    ["with a target's TLS without TLS", one({ targetTls: {} }), "relay/target-tls-unused", "listeners[0].targetTls"],
    [
      "with a relative path",
      one({ listen: "tls://h:1", tls: { ...tls, key: "key.pem" } }),
      "relay/path",
      "listeners[0].tls.key",
    ],
    [
      "with a subject that is a name",
      one({ target: "tls://h:1", targetTls: { subject: "host" } }),
      "relay/subject",
      "listeners[0].targetTls.subject",
    ],
    [
      "with no cipher of its oldest version",
      one({ listen: "tls://h:1", tls: { ...tls, minVersion: "TLSv1.3", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" } }),
      "relay/tls-ciphers-version",
      "listeners[0].tls.ciphers",
    ],
    [
      "with no cipher of its target's oldest version",
      one({ target: "tls://h:1", targetTls: { minVersion: "TLSv1.3", ciphers: "AES128-SHA" } }),
      "relay/tls-ciphers-version",
      "listeners[0].targetTls.ciphers",
    ],
    [
      "with an old version of TLS",
      one({ listen: "tls://h:1", tls: { ...tls, minVersion: "TLSv1.1" } }),
      "shape/name",
      "listeners[0].tls.minVersion",
    ],
    ["with sealing without a machine", sealing({ vm: undefined }), "shape/missing-member", "listeners[0].seal.vm"],
    ["with sealing without keys", sealing({ keys: undefined }), "relay/seal-credentials", "listeners[0].seal"],
    ["with both keys and certificates", sealing(certificates), "relay/seal-credentials", "listeners[0].seal"],
    ["with keys and an authority", sealing({ ca: "/ca" }), "relay/seal-credentials", "listeners[0].seal"],
    [
      "with certificates for subjects that are nobody",
      one({ seal: { ...certificates, subjects: [] } }),
      "relay/seal-credentials",
      "listeners[0].seal",
    ],
    ...(["certificate", "key", "ca", "subjects"] as const).map((left): [string, object, string, string] => [
      `with certificates without ${left}`,
      one({ seal: JSON.parse(JSON.stringify({ ...certificates, [left]: undefined })) }),
      "relay/seal-credentials",
      "listeners[0].seal",
    ]),
    [
      "with a subject that is none",
      one({ seal: { ...certificates, subjects: ["CN=a", "a"] } }),
      "relay/subject",
      "listeners[0].seal.subjects[1]",
    ],
    [
      "with a relative path of a private key",
      one({ seal: { ...certificates, key: "key.pem" } }),
      "relay/path",
      "listeners[0].seal.key",
    ],
    ["with a relative path of keys", sealing({ keys: "keys" }), "relay/path", "listeners[0].seal.keys"],
    ["with a listener that is known by a host alone", sealing({ as: "b" }), "relay/seal-as", "listeners[0].seal.as"],
    ["with a machine without a name", sealing({ vm: "" }), "relay/seal-vm", "listeners[0].seal.vm"],
    ["with a machine of a long name", sealing({ vm: "x".repeat(257) }), "relay/seal-vm", "listeners[0].seal.vm"],
    ["with no lifetime", sealing({ lifetimeSeconds: 0 }), "relay/number", "listeners[0].seal.lifetimeSeconds"],
    ["with a long lifetime", sealing({ lifetimeSeconds: 3601 }), "relay/number", "listeners[0].seal.lifetimeSeconds"],
    ["with sealing in monitor mode", sealing({}, { mode: "monitor" }), "relay/seal-enforced", "listeners[0].seal"],
    ["with destinations without sealing", one({ sealFor: ["*"] }), "relay/seal-for-unused", "listeners[0].sealFor"],
    ["with a relative replay file", { ...one({}), replayFile: "opened" }, "relay/path", "replayFile"],
    [
      "with two machines behind one target",
      several({ seal: { keys: "/k", vm: "a" } }, { listen: "tcp://0.0.0.0:1", seal: { keys: "/k", vm: "b" } }),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with destinations of one of a target's listeners only",
      several(
        { seal: { keys: "/k", vm: "a" } },
        { listen: "tcp://0.0.0.0:1", seal: { keys: "/k", vm: "a" }, sealFor: ["*"] },
      ),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with networks for a unix socket",
      one({ listen: "unix:///a", allow: [] }),
      "relay/allow-unused",
      "listeners[0].allow",
    ],
    ["with a network that is a name", one({ allow: ["localhost"] }), "relay/network", "listeners[0].allow[0]"],
    [
      "with a prefix that is too long",
      one({ allow: ["::/0", "10.0.0.0/33"] }),
      "relay/network",
      "listeners[0].allow[1]",
    ],
    ["with no connections", one({ limits: { connections: 0 } }), "relay/number", "listeners[0].limits.connections"],
    [
      "with half a second",
      one({ limits: { handshakeSeconds: 0.5 } }),
      "shape/type",
      "listeners[0].limits.handshakeSeconds",
    ],
    ["with NaN", one({ limits: { idleSeconds: Number.NaN } }), "shape/type", "listeners[0].limits.idleSeconds"],
    [
      "with a text for a number",
      one({ limits: { connections: "8" } }),
      "shape/type",
      "listeners[0].limits.connections",
    ],
    ["without end", one({ limits: { closingSeconds: 1e9 } }), "relay/number", "listeners[0].limits.closingSeconds"],
    ["with an unknown limit", one({ limits: { bytes: 1 } }), "shape/unknown-member", "listeners[0].limits.bytes"],
    [
      "with blobs larger than memory",
      one({ receiver: { maxBlobBytes: { main: 2 ** 32 } } }),
      "relay/number",
      "listeners[0].receiver.maxBlobBytes.main",
    ],
    [
      "with a channel that carries no data",
      one({ receiver: { maxBlobBytes: { cursor: 1 } } }),
      "shape/unknown-member",
      "listeners[0].receiver.maxBlobBytes.cursor",
    ],
    [
      "with an unknown setting",
      one({ receiver: { jpegWanCompression: "sometimes" } }),
      "shape/name",
      "listeners[0].receiver.jpegWanCompression",
    ],
    [
      "with a kind of state that is not known",
      one({ receiver: { accept: ["usbredir-queue", "display"] } }),
      "shape/name",
      "listeners[0].receiver.accept[1]",
    ],
    [
      "that takes what a client relays for sealed",
      one({ receiver: { provenance: "sealed" } }),
      "shape/unknown-member",
      "listeners[0].receiver.provenance",
    ],
    ["with metrics behind TLS", { ...one({}), metrics: "tls://h:1" }, "relay/metrics-address", "metrics"],
    ["with two on one address", several({ name: "a" }, { name: "b" }), "relay/listen-once", "listeners[1].listen"],
    [
      "with TLS and none on one address",
      several({ name: "a" }, { name: "b", listen: "tls://0.0.0.0:5900", tls }),
      "relay/listen-once",
      "listeners[1].listen",
    ],
    [
      "with two of one name",
      several({ name: "a" }, { name: "a", listen: "tcp://h:1" }),
      "relay/name-once",
      "listeners[1].name",
    ],
    [
      "with two modes for one target",
      several({}, { listen: "tcp://h:1", mode: "monitor" }),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with a target that one awaits a machine for, and another does not",
      several({}, { listen: "tcp://h:1", awaitsMachine: true }),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with a target that QEMU is asked of for one, and not for another",
      several({}, { listen: "tcp://h:1", qmp: "unix:///run/vm1.qmp" }),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with two modes for two ports of one server",
      several({ server: "vm" }, { listen: "tcp://h:1", target: "tls://127.0.0.1:5902", mode: "monitor", server: "vm" }),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with two monitors for one target",
      several({ qmp: "unix:///a" }, { listen: "tcp://h:1", qmp: "unix:///b" }),
      "relay/one-target",
      "listeners[1].target",
    ],
    [
      "with one monitor for two targets",
      several({ qmp: "unix:///a" }, { listen: "tcp://h:1", target: "tcp://h:2", qmp: "unix:///a" }),
      "relay/qmp-once",
      "listeners[1].qmp",
    ],
    ["with a monitor of systemd's", one({ qmp: "fd://vm" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a monitor behind TLS", one({ qmp: "tls://127.0.0.1:1" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a monitor without a port", one({ qmp: "tcp://127.0.0.1:0" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a monitor on another host", one({ qmp: "tcp://192.0.2.1:1" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a monitor on another IPv6 host", one({ qmp: "tcp://[::2]:1" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a monitor on a host's name", one({ qmp: "tcp://127.example:1" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a path for a monitor", one({ qmp: "/run/vm1.qmp" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with no monitor's name", one({ qmp: "" }), "relay/qmp-address", "listeners[0].qmp"],
    ["with a list of monitors", one({ qmp: ["unix:///a"] }), "shape/string", "listeners[0].qmp"],
    [
      "with a monitor, and what it is asked",
      one({ qmp: "unix:///a", awaitsMachine: true }),
      "relay/awaits-machine-asked",
      "listeners[0].awaitsMachine",
    ],
    [
      "with two modes for a target that has the server's name only once",
      several(
        { server: "vm" },
        { listen: "tcp://h:1", target: "tls://127.0.0.1:5902", server: "vm" },
        { listen: "tcp://h:2", target: "tls://127.0.0.1:5902", mode: "monitor" },
      ),
      "relay/one-target",
      "listeners[2].target",
    ],
    [
      "with an owner that is no name",
      one({ listen: "unix:///a", socket: { owner: "a:b" } }),
      "relay/account",
      "listeners[0].socket.owner",
    ],
    [
      "with the group that is none",
      one({ listen: "unix:///a", socket: { group: "4294967295" } }),
      "relay/account",
      "listeners[0].socket.group",
    ],
    ["with access to a port", one({ socket: {} }), "relay/socket-unused", "listeners[0].socket"],
    ["with access to no metrics", { ...one({}), metricsSocket: {} }, "relay/socket-unused", "metricsSocket"],
    ["with a server's name that is none", one({ server: "a b" }), "relay/name", "listeners[0].server"],
    ["with a target that it listens on", one({ target: "tcp://127.0.0.1:5900" }), "relay/target-elsewhere", target],
    ["with itself for a target", one({ listen: "unix:///a", target: "unix:////a" }), "relay/target-elsewhere", target],
    [
      "with another listener for a target",
      several({}, { listen: "tcp://[::1]:1", target: "tls://localhost:5900" }),
      "relay/target-elsewhere",
      "listeners[1].target",
    ],
    [
      "with its metrics for a target",
      { ...one({}), metrics: "tcp://localhost:5901" },
      "relay/target-elsewhere",
      target,
    ],
    ["with metrics where it listens", { ...one({}), metrics: "tcp://127.0.0.1:5900" }, "relay/metrics-once", "metrics"],
    [
      "with two on one address that is spelled in two ways",
      several({ listen: "tcp://[::1]:1" }, { listen: "tcp://[0:0::1]:1" }),
      "relay/listen-once",
      "listeners[1].listen",
    ],
    [
      "with a blob of main larger than the server's buffer",
      one({ receiver: { maxBlobBytes: { main: 26625 } } }),
      "relay/fixed-buffer",
      "listeners[0].receiver.maxBlobBytes.main",
    ],
    [
      "with a blob of inputs larger than the server's buffer",
      one({ receiver: { maxBlobBytes: { inputs: 2049 } } }),
      "relay/fixed-buffer",
      "listeners[0].receiver.maxBlobBytes.inputs",
    ],
    [
      "with two receivers for one target",
      several({}, { listen: "tcp://h:1", receiver: { source: "0.15" } }),
      "relay/one-target",
      "listeners[1].target",
    ],
  ])("%s", (_, configuration, rule, path) => expect(violationsOf(configuration)).toEqual([[rule, path]]))

  test.each(["", "0", "1777", "0o660", "rw-", "-660", "0680"])("with the mode %j of a socket", (mode) =>
    expect(violationsOf(one({ listen: "unix:///a", socket: { mode } }))).toEqual([
      ["relay/socket-mode", "listeners[0].socket.mode"],
    ]),
  )

  test.each([
    "",
    "nonsense",
    "AES128-SHA:nonsense",
    "aes128-sha",
    "HIGH:!aNULL",
    "ALL",
    "AES128-SHA,AES256-SHA",
    "DES-CBC3-SHA:",
  ])("with the ciphers %j", (ciphers) => {
    const configuration = one({ listen: "tls://h:1", tls: { ...tls, ciphers } })
    expect(violationsOf(configuration)).toEqual([["relay/tls-ciphers", "listeners[0].tls.ciphers"]])
  })

  test.each(["tls://127.0.0.1:5901", "tcp://localhost:5901", "tcp://[0:0::1]:5901", "tcp://[::ffff:127.0.0.1]:5901"])(
    "with another mode for the same target, spelled %s",
    (spelled) => {
      const configuration = several({}, { listen: "tcp://h:1", target: spelled, mode: "monitor" })
      expect(violationsOf(configuration)).toEqual([["relay/one-target", "listeners[1].target"]])
    },
  )

  test("with all that is wrong, and none of what it says", () => {
    const decoded = relayConfigurationCodec.decode(
      one({ listen: "secret", mode: "secret", limits: { connections: 0 } }),
    )
    const messages = E.isLeft(decoded) ? decoded.left.map(({ message = "" }) => message) : []
    expect(messages).toHaveLength(3)
    expect(messages.join()).not.toContain("secret")
  })
})

test.each(["", "fd00::1", "host:0", "host:65536", "host:", "*:1", "a b", "[fd00::1", "user@[::1]"])(
  "a configuration is refused with the destination %j",
  (text) => {
    const seal = { keys: "/etc/guard/keys", vm: "web-1" }
    expect(violationsOf(one({ seal, sealFor: ["*", text] }))).toEqual([["relay/seal-for", "listeners[0].sealFor[1]"]])
  },
)

describe("a monitor", () => {
  const qmpOf = (listener: object) => {
    const read = readConfiguration(one(listener))
    return E.isRight(read) ? read.right.settings.map(({ qmp }) => qmp) : read
  }

  test("is where it is said to be", () =>
    expect(qmpOf({ qmp: "unix:///run/vm1.qmp" })).toEqual([{ scheme: "unix", path: "/run/vm1.qmp" }]))

  test("is nowhere where nothing is said", () => expect(qmpOf({})).toEqual([undefined]))
})

describe("a receiver", () => {
  test("is the default one where nothing is said", () => expect(configuredReceiver()).toEqual(defaultReceiver))

  test("keeps the other limits of what one is said of", () => {
    const { maxBlobBytes, jpegWanCompression } = configuredReceiver({
      maxBlobBytes: { main: 1 },
      jpegWanCompression: "never",
    })
    expect(maxBlobBytes).toEqual({ ...defaultReceiver.maxBlobBytes, main: 1 })
    expect(jpegWanCompression).toBe("never")
  })
})
