import * as t from "io-ts"
import { atKey, concat, type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { isDecimal } from "../net/decimal.js"
import { isAddress } from "../net/host.js"
import { familyOf } from "../net/network.js"
import { type Direction, descriptorsOf, directionOf } from "./commands.js"
import type { Context } from "./context.js"
import { descriptorNumber, isStandard } from "./descriptor.js"
import { hostIssues } from "./host.js"
import { keepAliveCount, keepAliveTime, offset, uint16 } from "./number.js"
import { portIssues, vsockIssues } from "./port.js"
import { qemuRules } from "./rules.js"
import { lengthIssues, text } from "./text.js"
import { behaviour, isIn, isKnown, type MemberTable, members } from "./versions.js"

/**
 * A TCP address (qapi/sockets.json of QEMU 11.1).
 *
 * @since 0.2.0
 */
export interface InetSocketAddress {
  /** A name of at most 253 characters, four decimal numbers, or an IPv6 address without brackets; "0" is any, and so is "" to listen on. */
  readonly host: string
  /** A decimal number of 1 to 65535, 0 to listen on any; or a service name of RFC 6335. */
  readonly port: string
  /** Whether host and port are taken for numbers only. Listening only. */
  readonly numeric?: boolean
  /** Last port to try, 0 to 65535. Listening only. */
  readonly to?: number
  readonly ipv4?: boolean
  readonly ipv6?: boolean
  /** Before QEMU 10.1, connecting only. */
  readonly "keep-alive"?: boolean
  /** Unanswered probes, 1 to 127, after which the connection is given up; 0 is the host's setting. From QEMU 10.1 on. */
  readonly "keep-alive-count"?: number
  /** Seconds without data before the first probe, 1 to 32767; 0 is the host's setting. From QEMU 10.1 on. */
  readonly "keep-alive-idle"?: number
  /** Seconds between probes, 1 to 32767; 0 is the host's setting. From QEMU 10.1 on. */
  readonly "keep-alive-interval"?: number
  readonly mptcp?: boolean
}

/**
 * The path of a socket: at most 108 bytes of UTF-8, 107 of an abstract one (sun_path of Linux).
 *
 * @since 0.2.0
 */
export interface UnixSocketAddress {
  readonly path: string
  readonly abstract?: boolean
  /** Whether an abstract address ends with its path; without it, it is filled up with zeros to 108 bytes. */
  readonly tight?: boolean
}

/**
 * A guest's or a host's address of vsock: both decimal numbers of 0 to 4294967295, the highest to listen on only.
 *
 * @since 0.2.0
 */
export interface VsockSocketAddress {
  readonly cid: string
  readonly port: string
}

/**
 * A file descriptor that QEMU was handed by QMP's getfd, under that name; where it waits for a migration, also one that
 * it inherited, by its number.
 *
 * @since 0.2.0
 */
export interface FdSocketAddress {
  readonly str: string
}

/**
 * Where a socket leads (qapi/sockets.json of QEMU 11.1), its kind beside its members.
 *
 * @since 0.2.0
 */
export type SocketAddress =
  | ({ readonly type: "inet" } & InetSocketAddress)
  | ({ readonly type: "unix" } & UnixSocketAddress)
  | ({ readonly type: "vsock" } & VsockSocketAddress)
  | ({ readonly type: "fd" } & FdSocketAddress)

/**
 * Where a socket leads, its members in `data` (SocketAddressLegacy of qapi/sockets.json).
 *
 * @since 0.6.0
 */
export type SocketAddressLegacy =
  | { readonly type: "inet"; readonly data: InetSocketAddress }
  | { readonly type: "unix"; readonly data: UnixSocketAddress }
  | { readonly type: "vsock"; readonly data: VsockSocketAddress }
  | { readonly type: "fd"; readonly data: FdSocketAddress }

/**
 * Where a migration goes to or comes from (qapi/migration.json of QEMU 11.1), the transport beside its members.
 *
 * @since 0.2.0
 */
export type MigrationAddress =
  | ({ readonly transport: "socket" } & SocketAddress)
  | {
      readonly transport: "exec"
      /** The program, an absolute path, and its arguments. No shell takes part, unless it is the program. */
      readonly args: readonly string[]
    }
  | ({ readonly transport: "rdma" } & InetSocketAddress)
  | {
      readonly transport: "file"
      /** At most 4095 bytes of UTF-8. */
      readonly filename: string
      /** Bytes from the file's beginning, 0 to 9223372036854775807: a bigint where a number is not exact. */
      readonly offset: number | bigint
    }

/** Their rules say which characters they may have. */
const inetMembers = { host: t.string, port: t.string }

const allInetOptions = {
  numeric: t.boolean,
  to: uint16,
  ipv4: t.boolean,
  ipv6: t.boolean,
  "keep-alive": t.boolean,
  "keep-alive-count": keepAliveCount,
  "keep-alive-idle": keepAliveTime,
  "keep-alive-interval": keepAliveTime,
  mptcp: t.boolean,
}

/** The declared properties that a version of QEMU has, by the table of the command or the type that declares them. */
export const knownMembers = <P extends t.Props>({ version }: Context, table: MemberTable, props: P): P =>
  Object.fromEntries(Object.entries(props).filter(([name]) => isKnown(version, members[table], name))) as P

const inetOptions = (context: Context) => t.partial(knownMembers(context, "InetSocketAddress", allInetOptions))

const unixOptions = t.partial({ abstract: t.boolean, tight: t.boolean })

/** Whether a family is allowed, by its own flag and that of the other (inet_ai_family_from_address of util/qemu-sockets.c). */
const isAllowed = (flag: boolean | undefined, other: boolean | undefined): boolean =>
  flag === true || (flag === undefined && other !== true)

const familyIssues = ({ host, ipv4, ipv6 }: InetSocketAddress, direction: Direction): readonly Issue[] => {
  if (ipv4 === undefined && ipv6 === undefined) return ok
  if (ipv4 === false && ipv6 === false) return issue(qemuRules.noFamily)
  const family = familyOf(host)
  // To connect, an address of IPv4 is as good in its IPv6 form.
  const isWrong =
    (family === "ipv6" && !isAllowed(ipv6, ipv4)) ||
    (family === "ipv4" && !isAllowed(ipv4, ipv6) && direction === "listen")
  return isWrong ? issueAt("host", qemuRules.family) : ok
}

const timings = ["keep-alive-count", "keep-alive-idle", "keep-alive-interval"] as const

const keepAliveIssues = (address: InetSocketAddress, isTaken: boolean): readonly Issue[] => {
  if (address["keep-alive"] === true) return isTaken ? ok : issueAt("keep-alive", qemuRules.connectOnly)
  if (timings.every((name) => address[name] === undefined)) return ok
  return concat(...timings.map((name) => (address[name] === undefined ? ok : issueAt(name, qemuRules.keepAliveOff))))
}

const listenOnlyIssues = ({ to, numeric }: InetSocketAddress): readonly Issue[] => {
  if (to === undefined && numeric !== true) return ok
  return concat(
    to === undefined ? ok : issueAt("to", qemuRules.listenOnly),
    numeric === true ? issueAt("numeric", qemuRules.listenOnly) : ok,
  )
}

const numericIssues = ({ numeric, host, port }: InetSocketAddress): readonly Issue[] => {
  if (numeric !== true) return ok
  return concat(
    host === "" || isAddress(host) ? ok : issueAt("host", qemuRules.portNumeric),
    isDecimal(port) ? ok : issueAt("port", qemuRules.portNumeric),
  )
}

const rangeIssues = ({ port, to }: InetSocketAddress): readonly Issue[] => {
  if (to === undefined) return ok
  if (!isDecimal(port)) return issueAt("to", qemuRules.to)
  return Number(port) > to ? issueAt("to", qemuRules.to, to, Number(port)) : ok
}

const inetIssues = ({ command, version }: Context) => {
  const direction = directionOf(command)
  const isKeptAlive = direction === "connect" || isIn(version, behaviour.keepAliveOnListeners)
  return (address: InetSocketAddress): readonly Issue[] => {
    const ofHost = hostIssues(address.host, direction)
    const ofPort = portIssues(address.port, direction)
    if (ofHost !== ok || ofPort !== ok) return concat(atKey("host", ofHost), atKey("port", ofPort))
    const issues = concat(familyIssues(address, direction), keepAliveIssues(address, isKeptAlive))
    return direction === "connect"
      ? concat(issues, listenOnlyIssues(address))
      : concat(issues, numericIssues(address), rangeIssues(address))
  }
}

const inetOptionNames = Object.keys(allInetOptions) as readonly (keyof typeof allInetOptions)[]

const rdmaIssues = ({ command }: Context) => {
  const direction = directionOf(command)
  return (address: InetSocketAddress): readonly Issue[] => {
    const port = portIssues(address.port, direction)
    return concat(
      // RDMA looks a host up to listen, too.
      atKey("host", hostIssues(address.host, "connect")),
      atKey("port", port),
      port === ok && !isDecimal(address.port) ? issueAt("port", qemuRules.portRdma) : ok,
      ...inetOptionNames.map((name) => (address[name] === undefined ? ok : issueAt(name, qemuRules.rdmaOption))),
    )
  }
}

const unixIssues = ({ path, abstract, tight }: UnixSocketAddress): readonly Issue[] =>
  concat(
    atKey("path", lengthIssues(path, abstract === true ? 107 : 108, qemuRules.pathEmpty, qemuRules.pathLength)),
    path.startsWith("@") && abstract !== true ? issueAt("path", qemuRules.pathAt) : ok,
    tight !== undefined && abstract !== true ? issueAt("tight", qemuRules.tight) : ok,
  )

const vsockAddressIssues = ({ command }: Context) => {
  const direction = directionOf(command)
  return ({ cid, port }: VsockSocketAddress): readonly Issue[] =>
    concat(atKey("cid", vsockIssues(cid, direction)), atKey("port", vsockIssues(port, direction)))
}

/** The name of a descriptor, or its number where the command takes one. */
const descriptor = ({ command }: Context) => {
  const kinds = descriptorsOf(command)
  return refined(text, (name) => {
    if (!/^(?:[0-9]|$)/.test(name)) return kinds.includes("name") ? ok : issue(qemuRules.fdUnnamed)
    if (name === "" || !kinds.includes("number")) return issue(qemuRules.fdName)
    if (descriptorNumber(name) === undefined) return issue(qemuRules.fdNumber)
    return isStandard(name) ? issue(qemuRules.fdStandard) : ok
  })
}

const argv = refined(t.readonlyArray(text), ([program]) => {
  if (program === undefined) return issue(qemuRules.argvEmpty)
  return program.startsWith("/") ? ok : issueAt("0", qemuRules.argvAbsolute)
})

/** The name of a file, of at most PATH_MAX bytes. */
export const filename = refined(text, (name) =>
  lengthIssues(name, 4095, qemuRules.filenameEmpty, qemuRules.filenameLength),
)

/** The types of a socket's address, each with the members that stand beside it. */
const socketTypes = <P extends t.Props>(context: Context, beside: P) =>
  [
    refined(
      t.exact(t.intersection([t.type({ ...beside, type: t.literal("inet"), ...inetMembers }), inetOptions(context)])),
      inetIssues(context),
    ),
    refined(
      t.exact(t.intersection([t.type({ ...beside, type: t.literal("unix"), path: text }), unixOptions])),
      unixIssues,
    ),
    refined(
      t.exact(t.type({ ...beside, type: t.literal("vsock"), cid: t.string, port: t.string })),
      vsockAddressIssues(context),
    ),
    t.exact(t.type({ ...beside, type: t.literal("fd"), str: descriptor(context) })),
  ] as const

const wrapped = <N extends string, A>(type: N, data: t.Type<A, unknown>) =>
  t.exact(t.type({ type: t.literal(type), data }))

/** A socket's address as nbd-server-start takes it: its members in `data`. */
export const socketAddressLegacy = (context: Context): t.Type<SocketAddressLegacy, unknown> =>
  t.union([
    wrapped("inet", refined(t.exact(t.intersection([t.type(inetMembers), inetOptions(context)])), inetIssues(context))),
    wrapped("unix", refined(t.exact(t.intersection([t.type({ path: text }), unixOptions])), unixIssues)),
    wrapped("vsock", refined(t.exact(t.type({ cid: t.string, port: t.string })), vsockAddressIssues(context))),
    wrapped("fd", t.exact(t.type({ str: descriptor(context) }))),
  ])

/** A socket's address as an io-ts type. */
export const socketAddress = (context: Context): t.Type<SocketAddress, unknown> =>
  t.union([...socketTypes(context, {})])

/** A migration's address as an io-ts type. */
export const migrationAddress = (context: Context): t.Type<MigrationAddress, unknown> =>
  t.union([
    ...socketTypes(context, { transport: t.literal("socket") }),
    t.exact(t.type({ transport: t.literal("exec"), args: argv })),
    refined(
      t.exact(t.intersection([t.type({ transport: t.literal("rdma"), ...inetMembers }), inetOptions(context)])),
      rdmaIssues(context),
    ),
    t.exact(t.type({ transport: t.literal("file"), filename, offset })),
  ])
