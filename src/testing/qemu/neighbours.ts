import * as fc from "fast-check"
import { isUnspecified } from "../../net/network.js"
import { type MigrateSetCapabilitiesArguments, togetherIssues } from "../../qemu/capabilities.js"
import type { Command } from "../../qemu/commands.js"
import type { Context } from "../../qemu/context.js"
import { type EnumerationTable, isKnown, members, names } from "../../qemu/versions.js"
import { commandLines, fdNames, fileNames, maybe, plain, socketsOf } from "./addresses.js"
import { nonEmptyTextUpTo, textUpTo } from "./characters.js"
import { hosts } from "./hosts.js"

/** Valid arguments of the commands beside migrate and migrate-incoming, by construction as theirs are. */

type Members = Readonly<Record<string, fc.Arbitrary<unknown>>>

/** Objects of some members that must be there, and others that may. */
const record = (required: Members, optional: Members = {}): fc.Arbitrary<object> =>
  fc.record({ ...required, ...optional }, { ...plain, requiredKeys: Object.keys(required) })

/** Those members of a table that a version has. */
const known = ({ version }: Context, table: keyof typeof members, all: Members): Members =>
  Object.fromEntries(Object.entries(all).filter(([name]) => isKnown(version, members[table], name)))

const nameOf = ({ version }: Context, table: EnumerationTable, all: readonly string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...all.filter((name) => isKnown(version, names[table], name)))

const flag = fc.boolean()
const name = nonEmptyTextUpTo(40)
const identifier = fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,20}$/)
const uint32 = fc.oneof(fc.nat({ max: 9 }), fc.nat({ max: 0xffff_ffff }))

/** An integer of up to 64 bits, a bigint where a number is not exact. */
const upTo = (max: bigint): fc.Arbitrary<number | bigint> =>
  fc.bigInt({ min: 0n, max }).map((value) => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : value))

const [int64, uint64] = [2n ** 63n - 1n, 2n ** 64n - 1n]

const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })

const power = (least: number, most: number): fc.Arbitrary<number> => int(least, most).map((bits) => 2 ** bits)

const tickets = fc
  .tuple(fc.nat({ max: 0xffff_ffff }), int(100, 999), fc.stringMatching(/^[0-9a-f]{40}$/))
  .map(([time, id, digest]) => `pvespiceproxy:${time.toString(16)}:${id}:node::${digest}`)

const spiceHosts = fc.oneof(
  hosts(253, 254)
    .map(({ text }) => text)
    .filter((text) => !isUnspecified(text)),
  tickets,
)

const subjects = fc
  .array(fc.tuple(fc.constantFrom("C", "O", "OU", "CN", "1.2.3"), fc.stringMatching(/^[A-Za-z0-9 .*-]{1,12}$/)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.map(([key, value]) => `${key.replace(/^1/, "OID.1")}=${value}`).join(","))

const ports = fc.oneof(
  record({ port: int(1, 65535) }, { "tls-port": int(0, 65535) }),
  record({ "tls-port": int(1, 65535) }, { port: int(0, 65535) }),
)

const clientMigrateInfo = fc
  .tuple(ports, record({ protocol: fc.constant("spice"), hostname: spiceHosts }, { "cert-subject": subjects }))
  .map(([numbers, others]) => ({ ...others, ...numbers }))

const wrapped = (context: Context): fc.Arbitrary<object> =>
  fc.oneof(...socketsOf(context)).map(({ type, ...data }) => ({ type, data }))

const nbdServerStart = (context: Context): fc.Arbitrary<object> =>
  record(
    { addr: wrapped(context) },
    known(context, "nbd-server-start", {
      "handshake-max-seconds": uint32,
      "tls-creds": textUpTo(40),
      "tls-authz": textUpTo(40),
      "max-connections": uint32,
    }),
  )

const exportNames = { name: textUpTo(4096), description: textUpTo(4096) }

/** What has no name is called by its device. */
const nbdServerAdd = (): fc.Arbitrary<object> => {
  const options = { description: exportNames.description, writable: flag, bitmap: name }
  return fc.oneof(record({ device: name, name: identifier }, options), record({ device: identifier }, options))
}

const blockExportAdd = (context: Context): fc.Arbitrary<object> =>
  record(
    { type: fc.constant("nbd"), id: identifier, "node-name": name },
    known(context, "block-export-add", {
      ...exportNames,
      iothread: name,
      "fixed-iothread": flag,
      writable: flag,
      writethrough: flag,
      "allow-inactive": flag,
      bitmaps: fc.array(fc.oneof(name, fc.record({ node: name, name })), { maxLength: 3 }),
      "allocation-depth": flag,
    }),
  )

const aliases = fc.uniqueArray(identifier, { minLength: 2, maxLength: 2 }).chain(([one = "a", other = "b"]) =>
  fc.record(
    {
      "node-name": fc.constant(one),
      alias: fc.constant(other),
      bitmaps: fc
        .uniqueArray(identifier, { maxLength: 2 })
        .map((all) => all.map((each) => ({ name: each, alias: each }))),
    },
    plain,
  ),
)

const textOrNull = fc.option(textUpTo(40))

const parameters = (context: Context): fc.Arbitrary<object> =>
  record(
    {},
    known(context, "migrate-set-parameters", {
      mode: nameOf(context, "MigMode", ["normal", "cpr-reboot", "cpr-transfer", "cpr-exec"]),
      "cpr-exec-command": commandLines,
      "tls-creds": textOrNull,
      "tls-hostname": textOrNull,
      "tls-authz": textOrNull,
      "multifd-channels": int(1, 255),
      "multifd-compression": fc.constantFrom("none", "zlib", "zstd"),
      "multifd-zlib-level": int(0, 9),
      "multifd-zstd-level": int(0, 20),
      "multifd-qatzip-level": int(1, 9),
      "zero-page-detection": fc.constantFrom("none", "legacy", "multifd"),
      "block-bitmap-mapping": fc.array(aliases, { maxLength: 1 }),
      "announce-initial": int(0, 100_000),
      "announce-max": int(0, 100_000),
      "announce-rounds": int(0, 1000),
      "announce-step": int(1, 10_000),
      "throttle-trigger-threshold": int(1, 100),
      "cpu-throttle-initial": int(1, 99),
      "cpu-throttle-increment": int(1, 99),
      "cpu-throttle-tailslow": flag,
      "max-cpu-throttle": fc.constant(99),
      "max-bandwidth": upTo(uint64),
      "avail-switchover-bandwidth": upTo(uint64),
      "max-postcopy-bandwidth": upTo(uint64),
      "downtime-limit": int(0, 2_000_000),
      "x-checkpoint-delay": uint32,
      "xbzrle-cache-size": power(12, 40),
      "x-vcpu-dirty-limit-period": int(1, 1000),
      "vcpu-dirty-limit": int(1, 1_000_000),
      "x-rdma-chunk-size": power(20, 30),
      "compress-level": int(0, 9),
      "compress-threads": int(1, 255),
      "compress-wait-thread": flag,
      "decompress-threads": int(1, 255),
      "block-incremental": flag,
    }),
  )

const capabilityNames = [
  ...["xbzrle", "auto-converge", "events", "release-ram", "return-path", "pause-before-switchover"],
  ...["multifd", "dirty-bitmaps", "late-block-activate", "x-ignore-shared", "validate-uuid"],
  ...["zero-blocks", "switchover-ack"],
]

const capabilities = (context: Context): fc.Arbitrary<object> =>
  fc
    .uniqueArray(nameOf(context, "MigrationCapability", capabilityNames), { maxLength: 4 })
    .chain((all) =>
      fc.tuple(...all.map((capability) => fc.record({ capability: fc.constant(capability), state: flag }, plain))),
    )
    .map((all) => ({ capabilities: all as MigrateSetCapabilitiesArguments["capabilities"] }))
    .filter((args) => togetherIssues(args, context.version).length === 0)

const formats = ["elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "kdump-raw-zlib", "kdump-raw-lzo", "win-dmp"]

const dumpGuestMemory = (context: Context): fc.Arbitrary<object> => {
  const protocol = fc.oneof(
    fdNames.map((str) => `fd:${str}`),
    fileNames.map((path) => `file:${path}`),
  )
  const length = upTo(int64).map((size) => (Number(size) === 0 ? 1 : size))
  const range = maybe(fc.tuple(upTo(int64), length))
  const plainly = fc
    .tuple(record({ paging: flag, protocol }, { detach: flag }), range)
    .map(([others, parts]) => (parts === undefined ? others : { ...others, begin: parts[0], length: parts[1] }))
  const compressed = record(
    { paging: fc.constant(false), protocol, format: nameOf(context, "DumpGuestMemoryFormat", formats) },
    { detach: flag },
  )
  return fc.oneof(plainly, compressed)
}

/** The arguments by their commands. */
export const neighbours = {
  client_migrate_info: () => clientMigrateInfo,
  "nbd-server-start": nbdServerStart,
  "nbd-server-add": nbdServerAdd,
  "block-export-add": blockExportAdd,
  getfd: () => record({ fdname: fdNames }),
  "add-fd": () => record({}, { "fdset-id": upTo(int64), opaque: textUpTo(40) }),
  "migrate-set-parameters": parameters,
  "migrate-set-capabilities": capabilities,
  "dump-guest-memory": dumpGuestMemory,
} as const satisfies Partial<Record<Command, (context: Context) => fc.Arbitrary<object>>>
