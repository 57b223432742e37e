import * as E from "fp-ts/lib/Either.js"
import { placed } from "../data/locate.js"
import { atKey, check, type Issue, issueAt, ok, type Refinement } from "../data/refinement.js"
import { isDecimal } from "../net/decimal.js"
import { isInside } from "../net/network.js"
import { normalised } from "../net/path.js"
import type { Checked } from "../violation/codec.js"
import type { Rule } from "../violation/violation.js"
import type { InetSocketAddress, MigrationAddress } from "./addresses.js"
import type { MigrateArguments, MigrateIncomingArguments } from "./arguments.js"
import { type Context, contextOf } from "./context.js"
import { acceptedPolicy, type InetPolicy, type Policy, rangeOf, type Transport } from "./policy.js"
import { type UriOptions, uriReader } from "./uri.js"

const denial = (line: string, requirement: string): Rule => ({
  id: `policy/${line}`,
  code: "policy-denied",
  requirement: `${requirement} It is ${line} of the policy that denies it.`,
  consequence: "QEMU would do it.",
})

/** The denials, each under the name of the policy's line that it comes from. */
export const denials = {
  transports: denial("transports", "This kind of address must be allowed."),
  exec: denial("exec", "Programs may be run only where the policy has a table of them."),
  programs: denial("exec.programs", "The program must be one of those that may be run, without .. in its path."),
  shell: denial("exec.shell", "The program must not be a shell, nor env."),
  inetHosts: denial("inet.hosts", "The host must be one of those allowed."),
  inetPorts: denial("inet.ports", "The port must be one of those allowed, and each one up to that of to."),
  rdmaHosts: denial("rdma.hosts", "The host must be one of those allowed."),
  rdmaPorts: denial("rdma.ports", "The port must be one of those allowed."),
  unixPaths: denial("unix.paths", "The path must be one of those allowed, or below one, without .. in it."),
  filePaths: denial("file.paths", "The path must be one of those allowed, or below one, without .. in it."),
  cids: denial("vsock.cids", "The cid must be one of those allowed."),
  vsockPorts: denial("vsock.ports", "The port must be one of those allowed."),
  names: denial("fd.names", "The name must be one of those allowed."),
} as const satisfies Record<string, Rule>

const isBelow = (path: string, allowed: readonly string[]): boolean => {
  const asked = normalised(path)
  if (asked === undefined) return false
  return allowed.some((entry) => {
    const top = normalised(entry)
    return top !== undefined && (asked === top || asked.startsWith(top === "/" ? top : `${top}/`))
  })
}

const isAbstractAllowed = (path: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => entry.startsWith("@") && `@${path}`.startsWith(entry))

const plainName = (name: string): string => name.replace(/\.$/, "").toLowerCase()

const isHostAllowed = (host: string, hosts: readonly string[]): boolean =>
  isInside(host, hosts) || (host !== "" && hosts.some((entry) => plainName(entry) === plainName(host)))

const isRangeAllowed = (first: number, last: number, allowed: readonly (number | string)[]): boolean =>
  allowed.some((entry) => {
    const [least, most] = rangeOf(entry) ?? []
    return least !== undefined && most !== undefined && least <= first && last <= most
  })

const isPortAllowed = ({ port, to }: InetSocketAddress, ports: readonly (number | string)[]): boolean => {
  if (isDecimal(port)) return isRangeAllowed(Number(port), to ?? Number(port), ports)
  return to === undefined && ports.some((entry) => String(entry).toLowerCase() === port.toLowerCase())
}

const inetFaults = (
  address: InetSocketAddress,
  { hosts, ports }: InetPolicy,
  denied: { readonly hosts: Rule; readonly ports: Rule },
): readonly Issue[] => [
  ...(hosts === undefined || isHostAllowed(address.host, hosts) ? ok : issueAt("host", denied.hosts)),
  ...(ports === undefined || isPortAllowed(address, ports) ? ok : issueAt("port", denied.ports)),
]

/** Programs that run what their arguments say. */
const shells: ReadonlySet<string | undefined> = new Set(
  "sh ash bash csh dash fish ksh ksh93 lksh mksh posh rbash tcsh yash zsh busybox toybox env".split(" "),
)

const execFaults = ([program]: readonly string[], { exec }: Policy): readonly Issue[] => {
  if (exec === undefined) return issueAt("transport", denials.exec)
  const path = normalised(program)
  const isListed = path !== undefined && exec.programs.some((entry) => normalised(entry) === path)
  const isShell = shells.has(path?.split("/").at(-1))
  return [
    ...(isListed ? ok : issueAt("args", denials.programs)),
    ...(isShell && exec.shell !== true ? issueAt("args", denials.shell) : ok),
  ]
}

const vsockFaults = (cid: string, port: string, { vsock = {} }: Policy): readonly Issue[] => {
  const isAllowed = (number: string, entries: readonly (number | string)[] | undefined) =>
    entries === undefined || isRangeAllowed(Number(number), Number(number), entries)
  return [
    ...(isAllowed(cid, vsock.cids) ? ok : issueAt("cid", denials.cids)),
    ...(isAllowed(port, vsock.ports) ? ok : issueAt("port", denials.vsockPorts)),
  ]
}

const isUnixAllowed = (path: string, abstract: boolean, { unix = {} }: Policy): boolean =>
  unix.paths === undefined || (abstract ? isAbstractAllowed(path, unix.paths) : isBelow(path, unix.paths))

/** What a policy has against the details of an address whose kind it allows. */
const detailFaults = (address: MigrationAddress, policy: Policy): readonly Issue[] => {
  switch (address.transport) {
    case "exec":
      return execFaults(address.args, policy)
    case "rdma":
      return inetFaults(address, policy.rdma ?? {}, { hosts: denials.rdmaHosts, ports: denials.rdmaPorts })
    case "file":
      return policy.file?.paths === undefined || isBelow(address.filename, policy.file.paths)
        ? ok
        : issueAt("filename", denials.filePaths)
  }
  switch (address.type) {
    case "inet":
      return inetFaults(address, policy.inet ?? {}, { hosts: denials.inetHosts, ports: denials.inetPorts })
    case "unix":
      return isUnixAllowed(address.path, address.abstract === true, policy) ? ok : issueAt("path", denials.unixPaths)
    case "vsock":
      return vsockFaults(address.cid, address.port, policy)
    case "fd":
      return policy.fd?.names?.includes(address.str) === false ? issueAt("str", denials.names) : ok
  }
}

const kindOf = (address: MigrationAddress): Transport =>
  address.transport === "socket" ? address.type : address.transport

const addressFaults = (address: MigrationAddress, policy: Policy): readonly Issue[] => {
  const kind = kindOf(address)
  if (policy.transports === undefined || policy.transports.includes(kind)) return detailFaults(address, policy)
  return issueAt(address.transport === "socket" ? "type" : "transport", denials.transports)
}

/** A policy as a rule of arguments. */
export const policyRule = (
  given: Policy,
  context: Context,
): Refinement<MigrateArguments | MigrateIncomingArguments> => {
  const policy = acceptedPolicy(given)
  return ({ uri, channels = [] }) => {
    const named = channels.flatMap(({ addr }, index) =>
      atKey("channels", atKey(String(index), atKey("addr", addressFaults(addr, policy)))),
    )
    if (uri === undefined) return named
    const read = uriReader(context)(uri)
    return [...named, ...atKey("uri", E.isLeft(read) ? read.left : addressFaults(read.right, policy))]
  }
}

/**
 * Holds decoded arguments against what a host's operator allows. Paths are compared without empty and `.` parts, and one
 * with a `..` is denied; no link is looked at and no name is looked up: the arguments are judged, not the host.
 *
 * @param policy - plain data that {@link policyCodec} takes; it is read once, so it must not change afterwards
 * @param checked - what `migrateCodec` or `migrateIncomingCodec` decoded
 * @param options - the command and the QEMU that the arguments are for
 * @returns the arguments, or a violation for each line of the policy that denies them
 * @throws TypeError for a policy that is none
 * @example
 * const policy = { inet: { hosts: ["10.0.0.0/8"] } }
 * const checked = checkPolicy(policy, { uri: "tcp:192.0.2.1:49152" })
 * checked._tag === "Left" && checked.left.map(({ code, rule, path }) => [code, rule, path])
 * // [["policy-denied", "policy/inet.hosts", "uri.host"]]
 * @since 0.2.0
 */
export const checkPolicy = <A extends MigrateArguments | MigrateIncomingArguments>(
  policy: Policy,
  checked: A,
  options: UriOptions = {},
): Checked<A> => placed(check(policyRule(policy, contextOf(options)))(checked))
