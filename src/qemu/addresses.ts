import * as t from "io-ts"
import { atKey, concat, type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { isDecimal } from "../net/decimal.js"
import { isAddress } from "../net/host.js"
import { familyOf } from "../net/network.js"
import type { MigrateCommand } from "./context.js"
import { hostFaults } from "./host.js"
import { offset, uint16 } from "./number.js"
import { portFaults, vsockFaults } from "./port.js"
import { checks } from "./rules.js"
import { lengthFaults, text } from "./text.js"

/**
 * A TCP address (qapi/sockets.json of QEMU 10.0).
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
  /** Connecting only. */
  readonly "keep-alive"?: boolean
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
 * A file descriptor that QEMU was handed by QMP's getfd, under that name.
 *
 * @since 0.2.0
 */
export interface FdSocketAddress {
  readonly str: string
}

/**
 * Where a socket leads (qapi/sockets.json of QEMU 10.0), its kind beside its members.
 *
 * @since 0.2.0
 */
export type SocketAddress =
  | ({ readonly type: "inet" } & InetSocketAddress)
  | ({ readonly type: "unix" } & UnixSocketAddress)
  | ({ readonly type: "vsock" } & VsockSocketAddress)
  | ({ readonly type: "fd" } & FdSocketAddress)

/**
 * Where a migration goes to or comes from (qapi/migration.json of QEMU 10.0), the transport beside its members.
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

const inetOptions = t.partial({
  numeric: t.boolean,
  to: uint16,
  ipv4: t.boolean,
  ipv6: t.boolean,
  "keep-alive": t.boolean,
  mptcp: t.boolean,
})

/** Whether a family is allowed, by its own flag and that of the other (inet_ai_family_from_address of util/qemu-sockets.c). */
const isAllowed = (flag: boolean | undefined, other: boolean | undefined): boolean =>
  flag === true || (flag === undefined && other !== true)

const familyFaults = ({ host, ipv4, ipv6 }: InetSocketAddress, command: MigrateCommand): readonly Issue[] => {
  if (ipv4 === undefined && ipv6 === undefined) return ok
  if (ipv4 === false && ipv6 === false) return issue(checks.noFamily)
  const family = familyOf(host)
  // To connect, an address of IPv4 is as good in its IPv6 form.
  const isWrong =
    (family === "ipv6" && !isAllowed(ipv6, ipv4)) ||
    (family === "ipv4" && !isAllowed(ipv4, ipv6) && command !== "migrate")
  return isWrong ? issueAt("host", checks.family) : ok
}

/** What an address may say of how to listen, and of how to connect. */
const directionFaults = (address: InetSocketAddress, command: MigrateCommand): readonly Issue[] => {
  if (command === "migrate-incoming")
    return address["keep-alive"] === true ? issueAt("keep-alive", checks.connectOnly) : ok
  if (address.to === undefined && address.numeric !== true) return ok
  return concat(
    address.to === undefined ? ok : issueAt("to", checks.listenOnly),
    address.numeric === true ? issueAt("numeric", checks.listenOnly) : ok,
  )
}

const numericFaults = ({ numeric, host, port }: InetSocketAddress): readonly Issue[] => {
  if (numeric !== true) return ok
  return concat(
    host === "" || isAddress(host) ? ok : issueAt("host", checks.portNumeric),
    isDecimal(port) ? ok : issueAt("port", checks.portNumeric),
  )
}

const rangeFaults = ({ port, to }: InetSocketAddress): readonly Issue[] => {
  if (to === undefined) return ok
  if (!isDecimal(port)) return issueAt("to", checks.to)
  return Number(port) > to ? issueAt("to", checks.to, to, Number(port)) : ok
}

const inetFaults =
  (command: MigrateCommand) =>
  (address: InetSocketAddress): readonly Issue[] => {
    const { host, port } = address
    const ofHost = hostFaults(host, command)
    const ofPort = portFaults(port, command)
    if (ofHost.length > 0 || ofPort.length > 0) return concat(atKey("host", ofHost), atKey("port", ofPort))
    const faults = concat(familyFaults(address, command), directionFaults(address, command))
    return command === "migrate" ? faults : concat(faults, numericFaults(address), rangeFaults(address))
  }

const rdmaOptions = ["numeric", "to", "ipv4", "ipv6", "keep-alive", "mptcp"] as const

const rdmaFaults =
  (command: MigrateCommand) =>
  (address: InetSocketAddress): readonly Issue[] => {
    const port = portFaults(address.port, command)
    return concat(
      atKey("host", hostFaults(address.host, "migrate")),
      atKey("port", port),
      port.length === 0 && !isDecimal(address.port) ? issueAt("port", checks.portRdma) : ok,
      ...rdmaOptions.map((name) => (address[name] === undefined ? ok : issueAt(name, checks.rdmaOption))),
    )
  }

const unixFaults = ({ path, abstract, tight }: UnixSocketAddress): readonly Issue[] =>
  concat(
    atKey("path", lengthFaults(path, abstract === true ? 107 : 108, checks.pathEmpty, checks.pathLength)),
    path.startsWith("@") && abstract !== true ? issueAt("path", checks.pathAt) : ok,
    tight !== undefined && abstract !== true ? issueAt("tight", checks.tight) : ok,
  )

const vsockAddressFaults =
  (command: MigrateCommand) =>
  ({ cid, port }: VsockSocketAddress): readonly Issue[] =>
    concat(atKey("cid", vsockFaults(cid, command)), atKey("port", vsockFaults(port, command)))

const fdName = refined(text, (name) => (/^(?:[0-9]|$)/.test(name) ? issue(checks.fdName) : ok))

const argv = refined(t.readonlyArray(text), ([program]) => {
  if (program === undefined) return issue(checks.argvEmpty)
  return program.startsWith("/") ? ok : issueAt("0", checks.argvAbsolute)
})

const filename = refined(text, (name) => lengthFaults(name, 4095, checks.filenameEmpty, checks.filenameLength))

/** The types of a socket's address, each with the members that stand beside it. */
const socketTypes = <P extends t.Props>(beside: P, command: MigrateCommand) =>
  [
    refined(
      t.exact(t.intersection([t.type({ ...beside, type: t.literal("inet"), ...inetMembers }), inetOptions])),
      inetFaults(command),
    ),
    refined(
      t.exact(
        t.intersection([
          t.type({ ...beside, type: t.literal("unix"), path: text }),
          t.partial({ abstract: t.boolean, tight: t.boolean }),
        ]),
      ),
      unixFaults,
    ),
    refined(
      t.exact(t.type({ ...beside, type: t.literal("vsock"), cid: t.string, port: t.string })),
      vsockAddressFaults(command),
    ),
    t.exact(t.type({ ...beside, type: t.literal("fd"), str: fdName })),
  ] as const

/** A socket's address as an io-ts type. */
export const socketAddress = (command: MigrateCommand): t.Type<SocketAddress, unknown> =>
  t.union([...socketTypes({}, command)])

/** A migration's address as an io-ts type. */
export const migrationAddress = (command: MigrateCommand): t.Type<MigrationAddress, unknown> =>
  t.union([
    ...socketTypes({ transport: t.literal("socket") }, command),
    t.exact(t.type({ transport: t.literal("exec"), args: argv })),
    refined(
      t.exact(t.intersection([t.type({ transport: t.literal("rdma"), ...inetMembers }), inetOptions])),
      rdmaFaults(command),
    ),
    t.exact(t.type({ transport: t.literal("file"), filename, offset })),
  ])
