import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { PathReporter } from "io-ts/lib/PathReporter.js"
import { describe, expect, test } from "vitest"
import {
  addFdCodec,
  blockExportAddCodec,
  type Checked,
  type CodecOptions,
  type CommandOptions,
  clientMigrateInfoCodec,
  dumpGuestMemoryCodec,
  formatMigrateUri,
  incomingCodec,
  type MigrateOptions,
  migrateCodec,
  migrateIncomingCodec,
  migrateSetCapabilitiesCodec,
  migrateSetParametersCodec,
  migrationAddressCodec,
  migrationChannelCodec,
  nbdServerAddCodec,
  nbdServerStartCodec,
  parseMigrateArguments,
  socketAddressCodec,
} from "../../src/qemu/index.js"
import { qemuRules as checks } from "../../src/qemu/rules.js"
import { violationCodes } from "../../src/violation/violation.js"

const said = (checked: Checked<unknown>): readonly string[] =>
  E.isRight(checked) ? ["accept"] : checked.left.map(({ code, rule, path }) => `${code} ${rule} ${path}`.trim())

const channel = (type: string, addr: unknown) => ({ "channel-type": type, addr })
const main = (addr: unknown, ...others: readonly unknown[]) => ({ channels: [channel("main", addr), ...others] })
const inet = (more: object = {}) => ({ transport: "socket", type: "inet", host: "10.0.0.9", port: "49152", ...more })
const unix = (more: object = {}) => ({ transport: "socket", type: "unix", path: "/run/vm.sock", ...more })
const vsock = (more: object = {}) => ({ transport: "socket", type: "vsock", cid: "3", port: "1024", ...more })
const fd = (str: unknown = "fd-mig") => ({ transport: "socket", type: "fd", str })
const exec = (...args: readonly unknown[]) => ({ transport: "exec", args })
const rdma = (more: object = {}) => ({ transport: "rdma", host: "10.0.0.9", port: "49152", ...more })
const file = (more: object = {}) => ({ transport: "file", filename: "/var/tmp/vm", offset: 0, ...more })
const data = (count: unknown, addr: unknown = inet()) => ({ ...channel("data", addr), "multifd-count": count })
const cpr = (addr: unknown = unix()) => channel("cpr", addr)

const outgoing = (input: unknown, options: CodecOptions = {}) => migrateCodec(options).decode(input)
const incoming = (input: unknown, options: CodecOptions = {}) => migrateIncomingCodec(options).decode(input)
const address = (input: unknown, options: CommandOptions = {}) => migrationAddressCodec(options).decode(input)

/** Codecs report through io-ts, whose errors these are. */
const checkedBy = (decoded: t.Validation<unknown>): Checked<unknown> => decoded as Checked<unknown>

const listening = { command: "migrate-incoming" } as const
const draft = { draft: true }
const uri = "tcp:10.0.0.9:49152"

describe("migrate takes", () => {
  test.each<[string, object, CodecOptions?]>([
    ["a uri", { uri }],
    ["a uri of each kind", { uri: "unix:/run/vm.sock" }],
    ["each flag", { uri, detach: true, resume: false }, { version: "10.2" }],
    ["flags that are false", { uri, detach: false, resume: true }, { version: "10.2" }],
    ["a flag", { uri, resume: true }],
    ["a TCP address", main(inet())],
    ["all of its options", main(inet({ ipv4: true, ipv6: false, "keep-alive": true, mptcp: true, numeric: false }))],
    ["a name and a service", main(inet({ host: "node-9.example.org", port: "qemu-mig" }))],
    ["IPv6", main(inet({ host: "fd00::9" }))],
    ["the manual's own host", main(inet({ host: "0" }))],
    ["a unix socket", main(unix())],
    ["an abstract socket", main(unix({ path: "vm", abstract: true, tight: false }))],
    ["vsock", main(vsock())],
    ["a file descriptor", main(fd())],
    [
      "a program",
      main(exec("/usr/bin/nc", "10.0.0.9", "", "ü")),
      { policy: { exec: { commands: [["/usr/bin/nc", "10.0.0.9", "", "ü"]] } } },
    ],
    [
      "the timings of keep-alive",
      main(inet({ "keep-alive": true, "keep-alive-count": 127, "keep-alive-idle": 32767, "keep-alive-interval": 0 })),
    ],
    ["RDMA", main(rdma())],
    ["a file", main(file({ offset: 4096 }))],
    ["the last offset", main(file({ offset: 2n ** 63n - 1n }))],
    ["main and cpr", main(inet(), cpr())],
    ["cpr before main", { channels: [cpr(), channel("main", inet())] }],
    ["a draft's channels", main(inet(), data(1), data(255), channel("post-copy", inet())), draft],
    ["blk and inc before 9.1", { uri, blk: true, inc: false }, { version: "8.2" }],
  ])("%s", (_, input, options) => {
    const decoded = outgoing(input, options)
    expect(decoded).toEqual(E.right(input))
    expect(migrateCodec(options).is(input)).toBe(true)
  })
})

describe("migrate-incoming takes", () => {
  test.each<[string, object, CodecOptions?]>([
    ["a uri", { uri: "tcp:[::]:49152" }],
    ["any host and any port", { uri: "tcp::0" }],
    ["exit-on-error", { uri, "exit-on-error": false }],
    ["one channel", main(inet({ host: "", port: "0" }))],
    ["0 as any host", main(inet({ host: "0", port: "0" }))],
    ["a range of ports", main(inet({ numeric: true, to: 49215 }))],
    ["a range of one port", main(inet({ to: 49152 }))],
    ["an address with numeric", main(inet({ host: "::1", numeric: true }))],
    ["any cid", main(vsock({ cid: "4294967295", port: "4294967295" }))],
    ["keep-alive where it is off", main(inet({ "keep-alive": false })), { version: "10.0" }],
    ["keep-alive", main(inet({ "keep-alive": true })), { version: "10.1" }],
    ["a descriptor by number", { uri: "fd:21" }, { policy: { fd: { numbers: [21] } } }],
    ["a draft's channels", main(inet(), data(2)), draft],
  ])("%s", (_, input, options) => {
    expect(incoming(input, options)).toEqual(E.right(input))
    expect(migrateIncomingCodec(options).is(input)).toBe(true)
  })
})

const spice = (more: object) =>
  clientMigrateInfoCodec().decode({ protocol: "spice", hostname: "10.0.0.9", port: 5900, ...more })
const parameters = (input: object) => migrateSetParametersCodec().decode(input)
const mapping = (more: object) =>
  parameters({ "block-bitmap-mapping": [{ "node-name": "a", alias: "a", bitmaps: [], ...more }] })
const dump = (more: object) => dumpGuestMemoryCodec().decode({ paging: false, protocol: "file:/x", ...more })

/** Rules that only the commands before one can break: qmp-log.test.ts has them. */
const ofLogs = {
  transportChannels: true,
  transportSeeking: true,
  transportRdma: true,
  cprChannel: true,
  cprCapabilities: true,
} as const

/** For each check the least that breaks it, and it alone. */
const vectors = {
  oldSpelling: [() => outgoing({ channel: {} }), "unknown-member", "channel"],
  otherVersion: [() => outgoing({ uri, blk: true }), "unknown-member", "blk"],
  text: [() => outgoing({ uri: "unix:/run/\0" }), "out-of-range", "uri"],
  cprVersion: [() => outgoing(main(inet(), cpr()), { version: "9.1" }), "not-in-enum", "channels[1].channel-type"],
  uint16: [() => incoming(main(inet({ to: 65536 }))), "out-of-range", "channels[0].addr.to"],
  multifdCount: [() => outgoing(main(inet(), data(256)), draft), "out-of-range", "channels[1].multifd-count"],
  offset: [() => outgoing(main(file({ offset: -1 }))), "out-of-range", "channels[0].addr.offset"],
  hostEmpty: [() => outgoing(main(inet({ host: "" }))), "wrong-type", "channels[0].addr.host"],
  hostBrackets: [() => outgoing(main(inet({ host: "[::1]" }))), "not-canonical", "channels[0].addr.host"],
  hostIpv4: [() => outgoing(main(inet({ host: "127.1" }))), "not-canonical", "channels[0].addr.host"],
  host: [() => outgoing(main(inet({ host: "a b" }))), "wrong-type", "channels[0].addr.host"],
  family: [() => outgoing(main(inet({ host: "::1", ipv6: false }))), "inconsistent", "channels[0].addr.host"],
  noFamily: [() => outgoing(main(inet({ ipv4: false, ipv6: false }))), "inconsistent", "channels[0].addr"],
  port: [() => outgoing(main(inet({ port: "" }))), "wrong-type", "channels[0].addr.port"],
  portSpelling: [() => outgoing(main(inet({ port: "+4446" }))), "not-canonical", "channels[0].addr.port"],
  portRange: [() => outgoing(main(inet({ port: "69982" }))), "out-of-range", "channels[0].addr.port"],
  portZero: [() => outgoing(main(inet({ port: "0" }))), "out-of-range", "channels[0].addr.port"],
  portNumeric: [() => incoming(main(inet({ host: "a", numeric: true }))), "inconsistent", "channels[0].addr.host"],
  portRdma: [() => outgoing(main(rdma({ port: "http" }))), "wrong-type", "channels[0].addr.port"],
  to: [() => incoming(main(inet({ to: 49151 }))), "inconsistent", "channels[0].addr.to"],
  listenOnly: [() => outgoing(main(inet({ to: 49215 }))), "inconsistent", "channels[0].addr.to"],
  connectOnly: [
    () => incoming(main(inet({ "keep-alive": true })), { version: "10.0" }),
    "inconsistent",
    "channels[0].addr.keep-alive",
  ],
  keepAliveOff: [
    () => outgoing(main(inet({ "keep-alive-idle": 1 }))),
    "inconsistent",
    "channels[0].addr.keep-alive-idle",
  ],
  keepAliveCount: [
    () => outgoing(main(inet({ "keep-alive": true, "keep-alive-count": 128 }))),
    "out-of-range",
    "channels[0].addr.keep-alive-count",
  ],
  keepAliveTime: [
    () => outgoing(main(inet({ "keep-alive": true, "keep-alive-idle": 32768 }))),
    "out-of-range",
    "channels[0].addr.keep-alive-idle",
  ],
  hostAny: [() => incoming({ uri: "tcp:*:4446" }), "not-canonical", "uri.host"],
  lineBreak: [() => outgoing({ uri: "tcp:a:1\r" }), "not-canonical", "uri.port"],
  linkLocalZone: [() => incoming({ uri: "tcp:[fe80::1]:4446" }), "inconsistent", "uri.host"],
  hostMulticast: [() => incoming({ uri: "tcp:[ff02::1]:4446" }), "inconsistent", "uri.host"],
  zoneEscaped: [() => outgoing({ uri: "tcp:[fe80::1%25eth0]:4444" }), "not-canonical", "uri.host"],
  rdmaOption: [() => outgoing(main(rdma({ ipv4: true }))), "inconsistent", "channels[0].addr.ipv4"],
  pathEmpty: [() => outgoing(main(unix({ path: "" }))), "out-of-range", "channels[0].addr.path"],
  pathLength: [() => outgoing(main(unix({ path: "/".repeat(109) }))), "limit-exceeded", "channels[0].addr.path"],
  pathAt: [() => outgoing(main(unix({ path: "@vm" }))), "inconsistent", "channels[0].addr.path"],
  tight: [() => outgoing(main(unix({ tight: true }))), "inconsistent", "channels[0].addr.tight"],
  vsockNumber: [() => outgoing(main(vsock({ cid: "three" }))), "wrong-type", "channels[0].addr.cid"],
  vsockRange: [() => outgoing(main(vsock({ port: "4294967296" }))), "out-of-range", "channels[0].addr.port"],
  vsockAny: [() => outgoing(main(vsock({ cid: "4294967295" }))), "out-of-range", "channels[0].addr.cid"],
  fdName: [() => outgoing(main(fd("3"))), "wrong-type", "channels[0].addr.str"],
  fdNumber: [() => incoming({ uri: "fd:021" }), "wrong-type", "uri.str"],
  fdStandard: [() => incoming({ uri: "fd:2" }), "policy-denied", "uri.str"],
  fdUnnamed: [() => incomingCodec().decode("fd:migration"), "wrong-type", "str"],
  argvEmpty: [() => outgoing(main(exec())), "out-of-range", "channels[0].addr.args"],
  argvAbsolute: [() => outgoing(main(exec("nc"))), "wrong-type", "channels[0].addr.args[0]"],
  commandEmpty: [() => outgoing({ uri: "exec:" }), "out-of-range", "uri"],
  filenameEmpty: [() => outgoing(main(file({ filename: "" }))), "out-of-range", "channels[0].addr.filename"],
  filenameLength: [
    () => outgoing(main(file({ filename: "/".repeat(4096) }))),
    "limit-exceeded",
    "channels[0].addr.filename",
  ],
  uriOrChannels: [() => outgoing({}), "inconsistent", ""],
  channelsEmpty: [() => outgoing({ channels: [] }), "out-of-range", "channels"],
  mainChannel: [() => outgoing({ channels: [cpr()] }), "inconsistent", "channels"],
  channelTwice: [() => outgoing(main(inet(), channel("main", inet()))), "inconsistent", "channels[1].channel-type"],
  oneChannel: [() => incoming(main(inet(), cpr())), "inconsistent", "channels"],
  draftChannel: [() => outgoing(main(inet(), data(2))), "not-in-enum", "channels[1].channel-type"],
  cprUnix: [() => outgoing(main(inet(), cpr(inet()))), "inconsistent", "channels[1].addr"],
  uriScheme: [() => outgoing({ uri: "TCP:10.0.0.9:49152" }), "not-in-enum", "uri"],
  uriAuthority: [() => outgoing({ uri: "tcp://10.0.0.9:49152" }), "not-canonical", "uri"],
  uriSyntax: [() => outgoing({ uri: "rdma:10.0.0.9" }), "wrong-type", "uri"],
  uriBrackets: [() => outgoing({ uri: "tcp:[10.0.0.9]:49152" }), "not-canonical", "uri.host"],
  uriHostLength: [
    () => outgoing({ uri: `tcp:${"a.".repeat(32)}a:1` }, { version: "10.0" }),
    "limit-exceeded",
    "uri.host",
  ],
  uriOption: [() => outgoing({ uri: `${uri},foo=bar` }), "unknown-member", "uri"],
  uriOptionTwice: [() => outgoing({ uri: `${uri},ipv4,ipv4=off` }), "inconsistent", "uri.ipv4"],
  uriOptionValue: [() => outgoing({ uri: `${uri},mptcp=yes` }, { version: "10.0" }), "wrong-type", "uri.mptcp"],
  uriSecondAddress: [() => outgoing({ uri: `${uri},addr=127.0.0.1:5555` }), "inconsistent", "uri.addr"],
  uriOptionId: [() => outgoing({ uri: `${uri},id=x` }), "inconsistent", "uri.id"],
  uriOptionVersion: [
    () => incoming({ uri: `${uri},numeric=on` }, { version: "10.0" }),
    "unknown-member",
    "uri.numeric",
  ],
  uriOffset: [() => outgoing({ uri: "file:/vm,offset=x" }), "wrong-type", "uri.offset"],
  uriInexpressible: [
    () => Reflect.apply(formatMigrateUri, undefined, [unix({ path: "vm", abstract: true })]),
    "inconsistent",
    "",
  ],
  incomingSyntax: [() => incomingCodec().decode("main,addr"), "wrong-type", ""],
  incomingVersion: [() => incomingCodec({ version: "9.1" }).decode("main,addr.transport=x"), "wrong-type", ""],
  spiceProtocol: [() => spice({ protocol: "vnc" }), "not-in-enum", "protocol"],
  spiceHost: [() => spice({ hostname: "a b" }), "wrong-type", "hostname"],
  spicePort: [() => spice({ port: 70000 }), "out-of-range", "port"],
  spiceNoPort: [() => spice({ port: 0 }), "inconsistent", ""],
  certSubject: [() => spice({ "cert-subject": "node" }), "wrong-type", "cert-subject"],
  nbdFlat: [
    () => nbdServerStartCodec().decode({ addr: { type: "unix", data: { path: "/x" }, path: "/x" } }),
    "unknown-member",
    "addr.path",
  ],
  nbdName: [() => nbdServerAddCodec().decode({ device: "a", name: "a".repeat(4097) }), "limit-exceeded", "name"],
  empty: [() => nbdServerAddCodec().decode({ device: "" }), "out-of-range", "device"],
  fdsetId: [() => addFdCodec().decode({ "fdset-id": -1 }), "out-of-range", "fdset-id"],
  parameterRange: [() => parameters({ "multifd-channels": 0 }), "out-of-range", "multifd-channels"],
  powerOfTwo: [() => parameters({ "xbzrle-cache-size": 5000 }), "out-of-range", "xbzrle-cache-size"],
  identifier: [() => blockExportAddCodec().decode({ type: "nbd", id: "1", "node-name": "a" }), "wrong-type", "id"],
  nodeName: [() => mapping({ "node-name": "a".repeat(32) }), "limit-exceeded", "block-bitmap-mapping[0].node-name"],
  aliasTwice: [
    () => mapping({ bitmaps: ["a", "b"].map((alias) => ({ name: "a", alias })) }),
    "inconsistent",
    "block-bitmap-mapping[0].bitmaps[1].name",
  ],
  cprCommandEmpty: [() => parameters({ "cpr-exec-command": [] }), "out-of-range", "cpr-exec-command"],
  capabilityTwice: [
    () =>
      migrateSetCapabilitiesCodec().decode({
        capabilities: [true, false].map((state) => ({ capability: "events", state })),
      }),
    "inconsistent",
    "capabilities[1].capability",
  ],
  capabilitiesTogether: [
    () =>
      migrateSetCapabilitiesCodec().decode({
        capabilities: ["multifd", "xbzrle"].map((capability) => ({ capability, state: true })),
      }),
    "inconsistent",
    "capabilities[1].capability",
  ],
  dumpProtocol: [() => dump({ protocol: "tcp:a:1" }), "wrong-type", "protocol"],
  dumpRange: [() => dump({ begin: 1 }), "inconsistent", ""],
  dumpFormat: [() => dump({ format: "kdump-lzo", paging: true }), "inconsistent", "format"],
} as const satisfies Readonly<
  Record<
    Exclude<keyof typeof checks, keyof typeof ofLogs>,
    readonly [() => t.Validation<unknown>, code: string, path: string]
  >
>

describe("the check", () => {
  test.each(Object.entries(vectors))("%s has a vector that it alone refuses", (name, [decode, code, path]) => {
    const check = checks[name as keyof typeof vectors]
    expect(said(checkedBy(decode()))).toEqual([`${code} ${check.id} ${path}`.trim()])
    expect(violationCodes).toContain(check.code)
  })

  test("of each kind says in sentences what must be and what QEMU does", () => {
    for (const { requirement, consequence } of Object.values(checks)) {
      expect(requirement).toMatch(/^[A-Z].*\.$/)
      expect(consequence).toMatch(/^[A-Z].*\.$/)
      expect(requirement).not.toContain(consequence)
    }
  })

  test("of each kind has an id of its own", () => {
    const ids = Object.values(checks).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe("migrate refuses", () => {
  test.each<[string, unknown, readonly string[], MigrateOptions?]>([
    ["null", null, ["wrong-type shape/object"]],
    ["a list", [], ["wrong-type shape/object"]],
    ["a text", uri, ["wrong-type shape/object"]],
    ["neither uri nor channels", { resume: true }, ["inconsistent qemu/uri-or-channels"]],
    ["both", { uri, ...main(inet()) }, ["inconsistent qemu/uri-or-channels"]],
    ["a null uri", { uri: null }, ["wrong-type shape/string uri"]],
    ["a null uri beside channels", { ...main(inet()), uri: null }, ["wrong-type shape/string uri"]],
    ["a uri that is a list", { uri: [uri] }, ["wrong-type shape/string uri"]],
    ["null for channels", { channels: null }, ["wrong-type shape/list channels"]],
    ["channels that are one object", { channels: channel("main", inet()) }, ["wrong-type shape/list channels"]],
    ["a text for a boolean", { uri, resume: "true" }, ["wrong-type shape/boolean resume"]],
    ["null for a boolean", { uri, resume: null }, ["wrong-type shape/boolean resume"]],
    ["another case of a member", { URI: uri }, ["unknown-member shape/unknown-member URI"]],
    ["a misspelt member", { uri, detatch: true }, ["unknown-member shape/unknown-member detatch"]],
    [
      "a member of migrate-incoming",
      { uri, "exit-on-error": true },
      ["unknown-member shape/unknown-member exit-on-error"],
    ],
    ["a null channel", { channels: [null] }, ["wrong-type shape/object channels[0]"]],
    [
      "a channel without addr",
      { channels: [{ "channel-type": "main" }] },
      ["wrong-type shape/missing-member channels[0].addr"],
    ],
    [
      "a channel without type",
      { channels: [{ addr: inet() }] },
      ["wrong-type shape/missing-member channels[0].channel-type"],
    ],
    [
      "another case of a type",
      { channels: [channel("Main", inet())] },
      ["not-in-enum shape/name channels[0].channel-type"],
    ],
    [
      "an unknown type",
      { channels: [channel("multifd", inet())] },
      ["not-in-enum shape/name channels[0].channel-type"],
    ],
    [
      "a type that is a number",
      { channels: [{ "channel-type": 0, addr: inet() }] },
      ["wrong-type shape/string channels[0].channel-type"],
    ],
    [
      "a member of a channel more",
      { channels: [{ ...channel("main", inet()), x: 1 }] },
      ["unknown-member shape/unknown-member channels[0].x"],
    ],
    [
      "multifd-count of main",
      { channels: [{ ...channel("main", inet()), "multifd-count": 1 }] },
      ["unknown-member shape/unknown-member channels[0].multifd-count"],
    ],
    [
      "multifd-count of main in a draft",
      { channels: [{ ...channel("main", inet()), "multifd-count": 1 }] },
      ["unknown-member shape/unknown-member channels[0].multifd-count"],
      draft,
    ],
    [
      "a draft's data channel without its count",
      main(inet(), channel("data", inet())),
      ["wrong-type shape/missing-member channels[1].multifd-count"],
      draft,
    ],
    ["a count of none", main(inet(), data(0)), ["out-of-range qemu/multifd-count channels[1].multifd-count"], draft],
    ["a count that is a text", main(inet(), data("2")), ["wrong-type shape/type channels[1].multifd-count"], draft],
    ["data channels alone", { channels: [data(2)] }, ["inconsistent qemu/main-channel channels"], draft],
    [
      "two post-copy channels",
      main(inet(), channel("post-copy", inet()), channel("post-copy", inet())),
      ["inconsistent qemu/channel-twice channels[2].channel-type"],
      draft,
    ],
    [
      "a post-copy channel, no draft",
      main(inet(), channel("post-copy", inet())),
      ["not-in-enum qemu/draft-channel channels[1].channel-type"],
    ],
    ["two cpr channels", main(inet(), cpr(), cpr()), ["inconsistent qemu/channel-twice channels[2].channel-type"]],
    [
      "main twice and cpr twice",
      { channels: [cpr(), channel("main", fd()), cpr(), channel("main", fd())] },
      [
        "inconsistent qemu/channel-twice channels[2].channel-type",
        "inconsistent qemu/channel-twice channels[3].channel-type",
      ],
    ],
    ["an address that is a uri", main(uri), ["wrong-type shape/object channels[0].addr"]],
    [
      "an address without transport",
      main({ type: "unix", path: "/x" }),
      ["wrong-type shape/missing-member channels[0].addr.transport"],
    ],
    ["another transport", main({ transport: "tcp" }), ["not-in-enum shape/name channels[0].addr.transport"]],
    ["a socket without type", main({ transport: "socket" }), ["wrong-type shape/missing-member channels[0].addr.type"]],
    [
      "another type of socket",
      main({ transport: "socket", type: "udp" }),
      ["not-in-enum shape/name channels[0].addr.type"],
    ],
    [
      "a nested socket address",
      main({ transport: "socket", data: { type: "unix", path: "/x" } }),
      ["wrong-type shape/missing-member channels[0].addr.type"],
    ],
    ["a port that is a number", main(inet({ port: 4446 })), ["wrong-type shape/string channels[0].addr.port"]],
    [
      "a missing port",
      main({ transport: "socket", type: "inet", host: "a" }),
      ["wrong-type shape/missing-member channels[0].addr.port"],
    ],
    [
      "a missing host",
      main({ transport: "rdma", port: "1" }),
      ["wrong-type shape/missing-member channels[0].addr.host"],
    ],
    ["a text for to", main(inet({ to: "5" })), ["wrong-type shape/type channels[0].addr.to"]],
    ["a negative to", main(inet({ to: -1 })), ["out-of-range qemu/uint16 channels[0].addr.to"]],
    [
      "to and numeric",
      main(inet({ to: 49153, numeric: true })),
      ["inconsistent qemu/listen-only channels[0].addr.to", "inconsistent qemu/listen-only channels[0].addr.numeric"],
    ],
    [
      "a host and a port at once",
      main(inet({ host: "", port: "-1" })),
      ["wrong-type qemu/host-empty channels[0].addr.host", "not-canonical qemu/port-spelling channels[0].addr.port"],
    ],
    [
      "a member of another socket",
      main(unix({ port: "1" })),
      ["unknown-member shape/unknown-member channels[0].addr.port"],
    ],
    [
      "the type beside rdma",
      main(rdma({ type: "inet" })),
      ["unknown-member shape/unknown-member channels[0].addr.type"],
    ],
    ["a type beside file", main(file({ type: "unix" })), ["unknown-member shape/unknown-member channels[0].addr.type"]],
    [
      "each option beside rdma",
      main(rdma({ numeric: false, to: 49153, ipv6: true, "keep-alive": false, mptcp: true })),
      ["numeric", "to", "ipv6", "keep-alive", "mptcp"].map(
        (name) => `inconsistent qemu/rdma-option channels[0].addr.${name}`,
      ),
    ],
    [
      "a wrong host and port of rdma",
      main(rdma({ host: "", port: "" })),
      ["wrong-type qemu/host-empty channels[0].addr.host", "wrong-type qemu/port channels[0].addr.port"],
    ],
    [
      "a path of 109 bytes in 55 characters",
      main(unix({ path: `/${"ü".repeat(54)}` })),
      ["limit-exceeded qemu/path-length channels[0].addr.path"],
    ],
    [
      "an abstract path of 108 bytes",
      main(unix({ path: "a".repeat(108), abstract: true })),
      ["limit-exceeded qemu/path-length channels[0].addr.path"],
    ],
    [
      "tight of what is said not to be abstract",
      main(unix({ abstract: false, tight: false })),
      ["inconsistent qemu/tight channels[0].addr.tight"],
    ],
    ["a path with a NUL", main(unix({ path: "/run/\0" })), ["out-of-range qemu/text channels[0].addr.path"]],
    ["an argument with a NUL", main(exec("/bin/true", "a\0b")), ["out-of-range qemu/text channels[0].addr.args[1]"]],
    [
      "half a pair in an argument",
      main(exec("/bin/true", "\ud800")),
      ["out-of-range qemu/text channels[0].addr.args[1]"],
    ],
    [
      "a noncharacter in a file name",
      main(file({ filename: "/\uffff" })),
      ["out-of-range qemu/text channels[0].addr.filename"],
    ],
    ["a NUL in a name of getfd", main(fd("a\0")), ["out-of-range qemu/text channels[0].addr.str"]],
    ["an empty name of getfd", main(fd("")), ["wrong-type qemu/fd-name channels[0].addr.str"]],
    [
      "args that are a text",
      main({ transport: "exec", args: "/bin/true" }),
      ["wrong-type shape/list channels[0].addr.args"],
    ],
    ["a null argument", main(exec("/bin/true", null)), ["wrong-type shape/string channels[0].addr.args[1]"]],
    ["an empty program", main(exec("")), ["wrong-type qemu/argv-absolute channels[0].addr.args[0]"]],
    [
      "a missing offset",
      main({ transport: "file", filename: "/x" }),
      ["wrong-type shape/missing-member channels[0].addr.offset"],
    ],
    ["an offset of 2^63", main(file({ offset: 2n ** 63n })), ["out-of-range qemu/offset channels[0].addr.offset"]],
    [
      "an offset of 2^64 - 1",
      main(file({ offset: 2n ** 64n - 1n })),
      ["out-of-range qemu/offset channels[0].addr.offset"],
    ],
    ["a negative bigint", main(file({ offset: -1n })), ["out-of-range qemu/offset channels[0].addr.offset"]],
    ["an inexact number", main(file({ offset: 2 ** 53 })), ["wrong-type shape/type channels[0].addr.offset"]],
    ["an offset in a text", main(file({ offset: "0" })), ["wrong-type shape/type channels[0].addr.offset"]],
    ["an offset that is NaN", main(file({ offset: Number.NaN })), ["wrong-type shape/type channels[0].addr.offset"]],
    ["a cid with a sign", main(vsock({ cid: "+3" })), ["wrong-type qemu/vsock-number channels[0].addr.cid"]],
    [
      "a wrong cid and a wrong port",
      main(vsock({ cid: "", port: "01" })),
      ["wrong-type qemu/vsock-number channels[0].addr.cid", "wrong-type qemu/vsock-number channels[0].addr.port"],
    ],
    [
      "both families off, of a name",
      main(inet({ host: "a", ipv4: false, ipv6: false })),
      ["inconsistent qemu/no-family channels[0].addr"],
    ],
    [
      "IPv6 where only IPv4 is on",
      main(inet({ host: "::1", ipv4: true })),
      ["inconsistent qemu/family channels[0].addr.host"],
    ],
  ])("%s", (_, input, expected, options) => {
    expect(said(checkedBy(outgoing(input, options)))).toEqual(expected)
    expect(migrateCodec(options).is(input)).toBe(false)
  })
})

describe("migrate-incoming refuses", () => {
  test.each<[string, unknown, readonly string[], MigrateOptions?]>([
    ["nothing at all", undefined, ["wrong-type shape/object"]],
    ["neither uri nor channels", {}, ["inconsistent qemu/uri-or-channels"]],
    ["both", { uri, ...main(inet()) }, ["inconsistent qemu/uri-or-channels"]],
    ["a lone cpr channel", { channels: [cpr()] }, ["inconsistent qemu/main-channel channels"]],
    [
      "main twice",
      main(inet(), channel("main", inet())),
      ["inconsistent qemu/channel-twice channels[1].channel-type", "inconsistent qemu/one-channel channels"],
    ],
    ["no channels", { channels: [] }, ["out-of-range qemu/channels-empty channels"]],
    ["no arguments of a program", main(exec()), ["out-of-range qemu/argv-empty channels[0].addr.args"]],
    ["a member of migrate", { uri, detach: true }, ["unknown-member shape/unknown-member detach"]],
    ["another one", { uri, resume: true }, ["unknown-member shape/unknown-member resume"]],
    ["blk, which no version of it has", { uri, blk: true }, ["unknown-member shape/unknown-member blk"]],
    [
      "inc, which no version of it has",
      { uri, inc: true },
      ["unknown-member shape/unknown-member inc"],
      { version: "7.2" },
    ],
    ["a text for a boolean", { uri, "exit-on-error": 1 }, ["wrong-type shape/boolean exit-on-error"]],
    [
      "a service with numeric",
      main(inet({ numeric: true, port: "http" })),
      ["inconsistent qemu/port-numeric channels[0].addr.port"],
    ],
    [
      "a name and a service with numeric",
      main(inet({ numeric: true, host: "a", port: "http" })),
      ["inconsistent qemu/port-numeric channels[0].addr.host", "inconsistent qemu/port-numeric channels[0].addr.port"],
    ],
    ["IPv4 where only IPv6 is on", main(inet({ ipv6: true })), ["inconsistent qemu/family channels[0].addr.host"]],
    ["IPv4 where it is off", main(inet({ ipv4: false })), ["inconsistent qemu/family channels[0].addr.host"]],
    [
      "0, which is IPv4, where only IPv6 is on",
      main(inet({ host: "0", ipv6: true })),
      ["inconsistent qemu/family channels[0].addr.host"],
    ],
    [
      "IPv6 where it is off",
      main(inet({ host: "::", ipv6: false })),
      ["inconsistent qemu/family channels[0].addr.host"],
    ],
    ["no host of rdma", main(rdma({ host: "" })), ["wrong-type qemu/host-empty channels[0].addr.host"]],
    ["a service of rdma", { uri: "rdma:10.0.0.9:http" }, ["wrong-type qemu/port-rdma uri.port"]],
    ["a descriptor of the process", { uri: "fd:3" }, ["policy-denied policy/fd.numbers uri.str"]],
    ["a socket without a path", { uri: "unix:" }, ["out-of-range qemu/path-empty uri.path"]],
    ["a cid above uint32", main(vsock({ cid: "4294967296" })), ["out-of-range qemu/vsock-range channels[0].addr.cid"]],
    ["a port below another one's to, in a uri", { uri: "tcp::5,to=4" }, ["inconsistent qemu/to uri.to"]],
  ])("%s", (_, input, expected, options) => {
    expect(said(checkedBy(incoming(input, options)))).toEqual(expected)
    expect(migrateIncomingCodec(options).is(input)).toBe(false)
  })
})

describe("the first draft's spelling", () => {
  const old = (today: string) => expect.stringMatching(new RegExp(` Expected ${today}`))

  test.each<readonly [string, unknown, string, string]>([
    ["channel", { channel: channel("main", inet()) }, "channel", "channels"],
    ["channeltype", { channels: [{ channeltype: "main", addr: inet() }] }, "channels[0].channeltype", "channel-type"],
    [
      "socket-type",
      main({ transport: "socket", "socket-type": "inet", host: "a", port: "1" }),
      "channels[0].addr.socket-type",
      "type",
    ],
    ["exec-str", main({ transport: "exec", "exec-str": "/bin/true" }), "channels[0].addr.exec-str", "args"],
    ["rdma-str", main({ transport: "rdma", "rdma-str": "a:1" }), "channels[0].addr.rdma-str", "host and port"],
    ["exec-str without its transport", main({ "exec-str": "/bin/true" }), "channels[0].addr.exec-str", "args"],
  ])("%s is told what it is today", (_, input, path, today) => {
    const decoded = checkedBy(outgoing(input))
    expect(E.isLeft(decoded) && decoded.left[0]).toMatchObject({
      code: "unknown-member",
      rule: "qemu/old-spelling",
      path,
    })
    expect(E.isLeft(decoded) && decoded.left[0].message).toEqual(old(today))
  })

  test("is told all of it at once", () => {
    const input = { channel: {}, channels: [{ channeltype: "main", addr: { "socket-type": "inet", "exec-str": "" } }] }
    expect(said(checkedBy(outgoing(input)))).toEqual([
      "unknown-member qemu/old-spelling channel",
      "unknown-member qemu/old-spelling channels[0].channeltype",
      "wrong-type shape/missing-member channels[0].channel-type",
    ])
  })

  test("is told to migrate-incoming as well", () => {
    expect(said(checkedBy(incoming({ channel: {} })))).toEqual(["unknown-member qemu/old-spelling channel"])
  })
})

describe("an unknown member", () => {
  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype", "x"])(
    "%s is a violation at every level",
    (name) => {
      const own = { [name]: { transports: [] } }
      expect(said(checkedBy(outgoing({ uri, ...own })))).toEqual([`unknown-member shape/unknown-member ${name}`])
      expect(said(checkedBy(incoming({ uri, ...own })))).toEqual([`unknown-member shape/unknown-member ${name}`])
      expect(said(checkedBy(outgoing({ channels: [{ ...channel("main", inet()), ...own }] })))).toEqual([
        `unknown-member shape/unknown-member channels[0].${name}`,
      ])
      for (const addr of [inet(), unix(), vsock(), fd(), exec("/bin/true"), rdma(), file()])
        expect(said(checkedBy(outgoing(main({ ...addr, ...own }))))).toEqual([
          `unknown-member shape/unknown-member channels[0].addr.${name}`,
        ])
    },
  )

  test.each(["channels", "uri", "blk", "exit-on-error"])("%s of the command is none of an address", (name) => {
    expect(said(checkedBy(outgoing(main(unix({ [name]: true })))))).toEqual([
      `unknown-member shape/unknown-member channels[0].addr.${name}`,
    ])
  })
})

describe("hostile objects", () => {
  test("are refused, not thrown at the caller, where 64 things are wrong before them", () => {
    const wrong = Array(64).fill(null)
    for (const last of [
      channel("main", { transport: "exec", args: 5 }),
      channel("cpr", 5),
      channel("main", unix({ path: 5 })),
      channel("main", inet({ host: null })),
      channel("main", file({ offset: "" })),
      data("2"),
    ])
      expect(said(checkedBy(outgoing({ channels: [...wrong, last] }, draft)))).toHaveLength(64)
  })

  test("do not get one thing checked and another one through", () => {
    let asked = 0
    const changing = {
      get uri() {
        return asked++ === 0 ? uri : "exec:rm -rf /"
      },
    }
    expect(outgoing(changing)).toEqual(E.right({ uri }))
    expect(asked).toBe(1)
  })

  test("do not get an address through that changes behind its proxy", () => {
    const gets = new Map<PropertyKey, number>()
    const changing = new Proxy(exec("/usr/bin/nc"), {
      get: (target, key) => {
        const before = gets.get(key) ?? 0
        gets.set(key, before + 1)
        return before === 0 ? Reflect.get(target, key) : ["/bin/sh"]
      },
    })
    const policy = { exec: { programs: ["/usr/bin/nc"] } }
    expect(outgoing(main(changing), { policy })).toEqual(E.right(main(exec("/usr/bin/nc"))))
    expect([...gets]).toEqual([
      ["transport", 1],
      ["args", 1],
    ])
  })

  test("get nothing through under a symbol", () => {
    const decoded = outgoing({ uri, [Symbol("more")]: exec("/bin/sh") })
    expect(E.isRight(decoded) ? Object.getOwnPropertySymbols(decoded.right) : []).toEqual([])
  })

  test("have no inherited arguments", () => {
    expect(said(checkedBy(outgoing(Object.create({ uri }))))).toEqual(["wrong-type shape/object"])
    expect(said(checkedBy(outgoing(main(Object.create(inet())))))).toEqual(["wrong-type shape/object channels[0].addr"])
  })

  test("that are frozen are left as they are, and the result may be changed", () => {
    const input = Object.freeze(main(Object.freeze(exec("/bin/true"))))
    const decoded = outgoing(input, { policy: { exec: { programs: ["/bin/true"] } } })
    if (E.isLeft(decoded)) throw new Error("refused")
    expect(decoded.right).toEqual(input)
    expect(decoded.right).not.toBe(input)
    expect(decoded.right.channels).not.toBe(input.channels)
    expect(decoded.right.channels?.[0]?.addr).not.toBe(Object(input.channels[0]).addr)
  })

  test("are not told in numbers of any length", () => {
    const decoded = checkedBy(address(file({ offset: 10n ** 5000n })))
    expect(E.isLeft(decoded) && decoded.left[0].message.length < 1000).toBe(true)
  })

  test("leave out members that are undefined", () => {
    const decoded = outgoing({ uri, channels: undefined, resume: undefined })
    expect(E.isRight(decoded) && Object.keys(decoded.right)).toEqual(["uri"])
  })
})

describe("a part's codec", () => {
  test.each<[string, unknown, CommandOptions?]>([
    ["a socket's address", { type: "unix", path: "/x" }],
    ["a vsock address", { type: "vsock", cid: "3", port: "1" }],
    ["any cid, to listen on", { type: "vsock", cid: "4294967295", port: "1" }, listening],
    ["an address of any host, to listen on", { type: "inet", host: "", port: "0", to: 5 }, listening],
  ])("takes %s", (_, input, options) => {
    expect(socketAddressCodec(options).decode(input)).toEqual(E.right(input))
  })

  test.each<[string, unknown, string, CommandOptions?]>([
    ["a transport beside a socket's type", unix(), "unknown-member shape/unknown-member transport"],
    ["any cid, to connect to", { type: "vsock", cid: "4294967295", port: "1" }, "out-of-range qemu/vsock-any cid"],
    [
      "keep-alive, to listen",
      { type: "inet", host: "", port: "0", "keep-alive": true },
      "inconsistent qemu/connect-only keep-alive",
      { ...listening, version: "10.0" },
    ],
  ])("refuses %s", (_, input, expected, options) => {
    expect(said(checkedBy(socketAddressCodec(options).decode(input)))).toEqual([expected])
  })

  test("is one of an address", () => {
    expect(address(rdma())).toEqual(E.right(rdma()))
    expect(said(checkedBy(address({ type: "unix", path: "/x" })))).toEqual([
      "wrong-type shape/missing-member transport",
    ])
    expect(said(checkedBy(address(rdma({ port: "0" }))))).toEqual(["out-of-range qemu/port-zero port"])
    expect(said(checkedBy(address(rdma({ port: "0" }), listening)))).toEqual(["accept"])
  })

  test("is one of a channel", () => {
    expect(migrationChannelCodec().decode(cpr())).toEqual(E.right(cpr()))
    expect(said(checkedBy(migrationChannelCodec().decode(data(1))))).toEqual([
      "not-in-enum qemu/draft-channel channel-type",
    ])
    expect(migrationChannelCodec(draft).is(data(1))).toBe(true)
  })

  test.each([
    ["MigrateArguments", () => migrateCodec()],
    ["MigrateIncomingArguments", () => migrateIncomingCodec()],
    ["MigrationAddress", () => migrationAddressCodec()],
    ["MigrationChannel", () => migrationChannelCodec()],
    ["SocketAddress", () => socketAddressCodec()],
  ])("is called %s", (name, make) => expect(make().name).toBe(name))
})

describe("options that no compiler has checked", () => {
  test.each<readonly [string, () => unknown]>([
    ["another version", () => Reflect.apply(migrateCodec, undefined, [{ version: "10.3" }])],
    ["a version that every object has", () => Reflect.apply(migrateCodec, undefined, [{ version: "toString" }])],
    ["a version as a number", () => Reflect.apply(migrateIncomingCodec, undefined, [{ version: 10 }])],
    ["another command", () => Reflect.apply(migrationAddressCodec, undefined, [{ command: "migrate_cancel" }])],
    ["no command", () => Reflect.apply(parseMigrateArguments, undefined, ["{}", { command: null }])],
  ])("throw a TypeError for %s", (_, make) => expect(make).toThrow(TypeError))
})

describe("as an io-ts type", () => {
  test("a codec reports below the one that it is part of", () => {
    const request = t.type({ execute: t.literal("migrate"), arguments: migrateCodec() })
    expect(PathReporter.report(request.decode({ execute: "migrate", arguments: { uri: "tcp:a:69982" } }))).toEqual([
      "arguments.uri.port: A port must be at most 65535. Found 69982, the limit is 65535.",
    ])
    const errors = request.decode({ execute: "migrate", arguments: main(null) })
    expect(E.isLeft(errors) && errors.left.map(({ context }) => context.map(({ key }) => key))).toEqual([
      ["", "arguments", "channels", "0", "addr"],
    ])
    const valid = { execute: "migrate", arguments: { uri } }
    expect(request.decode(valid)).toEqual(E.right(valid))
    expect(request.is(valid)).toBe(true)
  })

  test("a codec reports all that is wrong, without the value", () => {
    const errors = outgoing({ uri: 5, resume: 5, detach: 5 })
    expect(PathReporter.report(errors)).toHaveLength(3)
    expect(E.isLeft(errors) && errors.left.map(({ value }) => value)).toEqual([undefined, undefined, undefined])
  })

  test("a codec encodes arguments as a copy, and throws for what are none", () => {
    const input = main(inet())
    expect(Reflect.apply(migrateCodec().encode, undefined, [input])).toEqual(input)
    expect(Reflect.apply(migrateCodec().encode, undefined, [input])).not.toBe(input)
    expect(() => migrateCodec().encode({})).toThrow(/^not a MigrateArguments: the input: Exactly one of uri/)
    expect(() => Reflect.apply(migrateIncomingCodec().encode, undefined, [null])).toThrow(TypeError)
  })
})

describe("as a Standard Schema", () => {
  test("a codec gives the arguments", () => {
    const { version, vendor, validate } = migrateCodec()["~standard"]
    expect([version, vendor]).toEqual([1, "migration-guard"])
    expect(validate({ uri })).toEqual({ value: { uri } })
  })

  test("a codec gives issues with their paths", () => {
    expect(migrateCodec()["~standard"].validate(main(exec("nc")))).toEqual({
      issues: [
        {
          message: expect.stringMatching(/^channels\[0\]\.addr\.args\[0\]: The program must be an absolute path\./),
          path: ["channels", "0", "addr", "args", "0"],
        },
      ],
    })
  })
})
