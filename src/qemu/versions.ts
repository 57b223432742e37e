/**
 * Everything that differs between versions of QEMU, in one table: who asks for a member, a value or a way of reading
 * asks here. Read off qapi/{migration,sockets,ui,block-export,dump}.json, util/qemu-sockets.c and migration/ of each
 * release, and held against `query-qmp-schema` of real ones.
 */

/**
 * The versions of QEMU at which arguments changed; each stands for the releases up to the next one.
 *
 * @since 0.2.0
 */
export const qemuVersions = ["7.2", "8.2", "9.1", "10.0", "10.1", "10.2", "11.0", "11.1"] as const

export type QemuVersion = (typeof qemuVersions)[number]

/** The version that is assumed where none is given. */
export const newestVersion: QemuVersion = "11.1"

/** Versions that have something: from `since` on, before `until`. `deprecated` is the first that warns of its end. */
export interface Span {
  readonly since?: QemuVersion
  readonly deprecated?: QemuVersion
  readonly until?: QemuVersion
}

type Spans = Readonly<Record<string, Span>>

const from = (since: QemuVersion): Span => ({ since })
const before = (until: QemuVersion): Span => ({ until })

/** Members that only some versions have, by the command or the type that has them. What is not listed, all have. */
export const members = {
  migrate: {
    channels: from("8.2"),
    blk: before("9.1"),
    inc: before("9.1"),
    detach: { deprecated: "10.1", until: "11.0" },
  },
  "migrate-incoming": { channels: from("8.2"), "exit-on-error": from("9.1") },
  InetSocketAddress: {
    "keep-alive-count": from("10.1"),
    "keep-alive-idle": from("10.1"),
    "keep-alive-interval": from("10.1"),
  },
  "nbd-server-start": { "handshake-max-seconds": from("10.0") },
  "block-export-add": { "allow-inactive": from("10.0") },
  "migrate-set-parameters": {
    "compress-level": before("9.1"),
    "compress-threads": before("9.1"),
    "compress-wait-thread": before("9.1"),
    "decompress-threads": before("9.1"),
    "block-incremental": before("9.1"),
    "avail-switchover-bandwidth": from("8.2"),
    "x-vcpu-dirty-limit-period": from("8.2"),
    "vcpu-dirty-limit": from("8.2"),
    mode: from("8.2"),
    "zero-page-detection": from("9.1"),
    "direct-io": from("9.1"),
    "multifd-qatzip-level": from("10.0"),
    "cpr-exec-command": from("10.2"),
    "x-rdma-chunk-size": from("11.1"),
  },
} as const satisfies Readonly<Record<string, Spans>>

/** A table of members. */
export type MemberTable = keyof typeof members

/** Names of enumerations that only some versions have, by the enumeration. */
export const names = {
  MigrationChannelType: { cpr: from("10.0") },
  MigMode: { "cpr-transfer": from("10.0"), "cpr-exec": from("10.2") },
  MultiFDCompression: { qpl: from("9.1"), uadk: from("9.1"), qatzip: from("10.0") },
  MigrationCapability: {
    block: before("9.1"),
    compress: before("9.1"),
    "zero-blocks": { deprecated: "10.0", until: "11.0" },
    "switchover-ack": from("8.2"),
    "dirty-limit": from("8.2"),
    "mapped-ram": from("9.1"),
  },
  DumpGuestMemoryFormat: {
    "kdump-raw-zlib": from("8.2"),
    "kdump-raw-lzo": from("8.2"),
    "kdump-raw-snappy": from("8.2"),
  },
} as const satisfies Readonly<Record<string, Spans>>

/** A table of names. */
export type EnumerationTable = keyof typeof names

/** Two capabilities, and the versions in which something holds of them. */
type CapabilityPair = readonly [one: string, other: string, span: Span]

const always: Span = {}

/** What background-snapshot cannot be on with. */
const backgroundExcludes = [
  ...["postcopy-ram", "dirty-bitmaps", "postcopy-blocktime", "late-block-activate", "return-path", "multifd"],
  ...["pause-before-switchover", "auto-converge", "release-ram", "rdma-pin-all", "compress", "xbzrle", "x-colo"],
  ...["validate-uuid", "zero-copy-send"],
].map((other): CapabilityPair => ["background-snapshot", other, always])

/** Capabilities that cannot be on together (migrate_caps_check of migration/options.c). */
export const excludedCapabilities: readonly CapabilityPair[] = [
  ["multifd", "compress", always],
  ["multifd", "xbzrle", from("8.2")],
  ["multifd", "postcopy-ram", { since: "8.2", until: "10.1" }],
  ["compress", "xbzrle", from("8.2")],
  ["compress", "postcopy-preempt", always],
  ["postcopy-ram", "x-ignore-shared", always],
  ["mapped-ram", "xbzrle", always],
  ["mapped-ram", "postcopy-ram", always],
  ["dirty-limit", "auto-converge", always],
  ["zero-copy-send", "xbzrle", always],
  ...backgroundExcludes,
]

/** Capabilities of which the first needs the second. */
export const neededCapabilities: readonly CapabilityPair[] = [
  ["zero-copy-send", "multifd", always],
  ["postcopy-preempt", "postcopy-ram", always],
  ["switchover-ack", "return-path", always],
  ["x-colo", "return-path", from("11.1")],
]

/** Capabilities that no mode of cpr goes with, and the versions that refuse to migrate so in each mode. */
export const cprExcludes = {
  capabilities: ["postcopy-ram", "background-snapshot", "x-colo"],
  modes: { "cpr-reboot": from("10.0"), "cpr-transfer": from("10.2"), "cpr-exec": from("10.2") },
} as const satisfies { readonly capabilities: readonly string[]; readonly modes: Spans }

/** How texts and descriptors are read, and what QEMU can do with them. */
export const behaviour = {
  /** `file:` as a scheme (migration/file.c). */
  fileUri: from("8.2"),
  /** inet_parse() reads options as QemuOpts: unknown ones are refused, the last of two counts, `addr=` moves the address. */
  inetQemuOpts: from("10.1"),
  /** A host in a URI of at most 64 bytes. */
  shortUriHosts: before("10.1"),
  /** keep-alive counts for listening sockets too; earlier ones ignore it there. */
  keepAliveOnListeners: from("10.1"),
  /** `-incoming` takes a channel in JSON or as key=value, beside URIs. */
  incomingChannels: from("10.0"),
  /** The cpr channel of `-incoming` may be a descriptor. */
  cprDescriptors: from("10.1"),
  /** A plain file behind `fd:` is read and written; from 9.1 on that is deprecated. */
  fdOnFiles: { deprecated: "9.1", until: "11.0" },
  /** In the mode cpr-exec, migrating runs the program of cpr-exec-command. */
  cprExec: from("10.2"),
  /** RDMA refuses the capabilities xbzrle, multifd and postcopy-ram when the migration begins. */
  rdmaCapabilities: from("10.2"),
} as const satisfies Spans

const at = (version: QemuVersion): number => qemuVersions.indexOf(version)

/** Whether a version is `first` or a later one. */
export const isSince = (version: QemuVersion, first: QemuVersion): boolean => at(version) >= at(first)

/** Whether a version has what a span says. */
export const isIn = (version: QemuVersion, { since = "7.2", until }: Span): boolean =>
  isSince(version, since) && (until === undefined || !isSince(version, until))

/** Whether a version warns that something will go. */
export const isDeprecated = (version: QemuVersion, span: Span): boolean =>
  span.deprecated !== undefined && isSince(version, span.deprecated) && isIn(version, span)

/** The versions that have a member or a name of a table; undefined if all have it, or none. */
export const spanOf = (spans: Spans, name: string): Span | undefined =>
  Object.hasOwn(spans, name) ? spans[name] : undefined

/** Whether a version has a member or a name, which only those of the table lack in some. */
export const isKnown = (version: QemuVersion, spans: Spans, name: string): boolean =>
  isIn(version, spanOf(spans, name) ?? {})

/** A span in words: `10.1 and later`, `before 9.1`. */
export const spanText = ({ since, until }: Span): string =>
  [since === undefined ? "" : `${since} and later`, until === undefined ? "" : `before ${until}`]
    .filter((text) => text !== "")
    .join(", ")

/** A release as it was asked for, and the version that it is taken as. */
export interface Release {
  readonly version: QemuVersion
  /** Whether the release is of that version itself, such as 10.0.2 of 10.0. */
  readonly isExact: boolean
}

const release = /^(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?$/

const rank = (major: number, minor: number): number => major * 1000 + minor

const rankOf = (version: QemuVersion): number => {
  const [major, minor] = version.split(".")
  return rank(Number(major), Number(minor))
}

/**
 * Takes a release of QEMU, `9.0` or `10.0.2`, as the newest version of {@link qemuVersions} that is not newer.
 *
 * @returns undefined for what is no release, is older than the oldest version or newer than the newest one
 * @example
 * releaseOf("9.0")
 * // { version: "8.2", isExact: false }
 * @since 0.6.0
 */
export const releaseOf = (text: string): Release | undefined => {
  const [, major, minor] = release.exec(text) ?? []
  const asked = rank(Number(major), Number(minor))
  const version = qemuVersions.findLast((known) => rankOf(known) <= asked)
  if (version === undefined || asked > rankOf(newestVersion)) return undefined
  return { version, isExact: rankOf(version) === asked }
}
