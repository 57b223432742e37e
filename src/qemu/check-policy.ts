import { placed } from "../data/locate.js"
import { atKey, concat, holdTo, type Issue, issueAt, ok, type Refinement } from "../data/refinement.js"
import { isDecimal } from "../net/decimal.js"
import { withoutZone, zoneOf } from "../net/host.js"
import { isInside } from "../net/network.js"
import { normalised } from "../net/path.js"
import type { Checked } from "../violation/checked.js"
import type { Rule } from "../violation/violation.js"
import type { InetSocketAddress, MigrationAddress } from "./addresses.js"
import { type ClientMigrateInfoArguments, isTicket } from "./client-migrate-info.js"
import type { Command } from "./commands.js"
import { type CommandOptions, type Context, contextOf } from "./context.js"
import { type ArgumentsOf, type Touched, touchesOf } from "./entries.js"
import { acceptedPolicy, type InetPolicy, type Policy, rangeOf, type Transport } from "./policy.js"
import { denials } from "./policy-rules.js"

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

/** The denials of one of the tables that an InetPolicy is. */
interface InetDenials {
  readonly hosts: Rule
  readonly ports: Rule
  readonly zones: Rule
}

const isZoneAllowed = (host: string, zones: readonly string[]): boolean => {
  const zone = zoneOf(host)
  return zone === undefined || zones.includes(zone)
}

const inetIssues = (
  address: InetSocketAddress,
  policy: InetPolicy | undefined,
  denied: InetDenials,
): readonly Issue[] => {
  if (policy === undefined) return ok
  const { hosts, ports, zones } = policy
  return concat(
    hosts === undefined || isHostAllowed(address.host, hosts) ? ok : issueAt("host", denied.hosts),
    zones === undefined || isZoneAllowed(address.host, zones) ? ok : issueAt("host", denied.zones),
    ports === undefined || isPortAllowed(address, ports) ? ok : issueAt("port", denied.ports),
  )
}

const denialsOfInet: InetDenials = { hosts: denials.inetHosts, ports: denials.inetPorts, zones: denials.inetZones }
const denialsOfRdma: InetDenials = { hosts: denials.rdmaHosts, ports: denials.rdmaPorts, zones: denials.rdmaZones }

/** Programs that run what their arguments say. */
const shells: ReadonlySet<string | undefined> = new Set(
  "sh ash bash csh dash fish ksh ksh93 lksh mksh posh rbash tcsh yash zsh busybox toybox env".split(" "),
)

const isSameArgv = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((argument, index) => argument === other[index])

/** Judges a program to run; what is wrong is said at `key`, and that none may be run at `whole`. */
const argvIssues = (argv: readonly string[], { exec }: Policy, key: string, whole = key): readonly Issue[] => {
  if (exec === undefined) return issueAt(whole, denials.exec)
  if (exec.commands?.some((command) => isSameArgv(command, argv)) === true) return ok
  const path = normalised(argv[0])
  const isListed = path !== undefined && exec.programs?.some((entry) => normalised(entry) === path) === true
  const isShell = shells.has(path?.split("/").at(-1))
  return concat(
    isListed ? ok : issueAt(key, denials.programs),
    isShell && exec.shell !== true ? issueAt(key, denials.shell) : ok,
  )
}

const vsockIssues = (cid: string, port: string, { vsock = {} }: Policy): readonly Issue[] => {
  const isAllowed = (number: string, allowed: readonly (number | string)[] | undefined) =>
    allowed === undefined || isRangeAllowed(Number(number), Number(number), allowed)
  return concat(
    isAllowed(cid, vsock.cids) ? ok : issueAt("cid", denials.cids),
    isAllowed(port, vsock.ports) ? ok : issueAt("port", denials.vsockPorts),
  )
}

const isUnixAllowed = (path: string, abstract: boolean, { unix = {} }: Policy): boolean =>
  unix.paths === undefined || (abstract ? isAbstractAllowed(path, unix.paths) : isBelow(path, unix.paths))

const descriptorIssues = (str: string, { fd = {} }: Policy): readonly Issue[] => {
  if (!isDecimal(str)) return fd.names?.includes(str) === false ? issueAt("str", denials.names) : ok
  const number = Number(str)
  return isRangeAllowed(number, number, fd.numbers ?? []) ? ok : issueAt("str", denials.numbers)
}

/** Judges the details of an address whose kind is allowed. */
const detailIssues = (address: MigrationAddress, policy: Policy): readonly Issue[] => {
  switch (address.transport) {
    case "exec":
      return argvIssues(address.args, policy, "args", "transport")
    case "rdma":
      return inetIssues(address, policy.rdma, denialsOfRdma)
    case "file":
      return policy.file?.paths === undefined || isBelow(address.filename, policy.file.paths)
        ? ok
        : issueAt("filename", denials.filePaths)
  }
  switch (address.type) {
    case "inet":
      return inetIssues(address, policy.inet, denialsOfInet)
    case "unix":
      return isUnixAllowed(address.path, address.abstract === true, policy) ? ok : issueAt("path", denials.unixPaths)
    case "vsock":
      return vsockIssues(address.cid, address.port, policy)
    case "fd":
      return descriptorIssues(address.str, policy)
  }
}

const kindOf = (address: MigrationAddress): Transport =>
  address.transport === "socket" ? address.type : address.transport

const addressIssues = (address: MigrationAddress, policy: Policy): readonly Issue[] => {
  const kind = kindOf(address)
  if (policy.transports === undefined || policy.transports.includes(kind)) return detailIssues(address, policy)
  return issueAt(address.transport === "socket" ? "type" : "transport", denials.transports)
}

const destinationPorts = (info: ClientMigrateInfoArguments) =>
  (["port", "tls-port"] as const).filter((name) => (info[name] ?? 0) > 0)

/** Judges where SPICE's clients are sent to. A port that is 0 is none. */
const destinationIssues = (info: ClientMigrateInfoArguments, { spice = {} }: Policy): readonly Issue[] => {
  const { hosts, zones, ports, tickets = hosts === undefined } = spice
  const { hostname: host } = info
  const ofPorts =
    ports === undefined
      ? []
      : destinationPorts(info).filter((name) => !isPortAllowed({ host, port: String(info[name]) }, ports))
  const ofTicket = tickets ? ok : issueAt("hostname", denials.spiceTickets)
  const ofHost = concat(
    hosts === undefined || isHostAllowed(withoutZone(host), hosts) ? ok : issueAt("hostname", denials.spiceHosts),
    zones === undefined || isZoneAllowed(host, zones) ? ok : issueAt("hostname", denials.spiceZones),
  )
  return concat(isTicket(host) ? ofTicket : ofHost, ...ofPorts.map((name) => issueAt(name, denials.spicePorts)))
}

const touchedIssues = (touched: Touched, policy: Policy): readonly Issue[] => {
  if ("issues" in touched) return touched.issues
  if ("address" in touched) return addressIssues(touched.address, policy)
  return "argv" in touched ? argvIssues(touched.argv, policy, "0") : destinationIssues(touched.destination, policy)
}

const below = (keys: readonly string[], issues: readonly Issue[]): readonly Issue[] =>
  keys.reduceRight((said, key) => atKey(key, said), issues)

/** A policy as a rule of the arguments of a command. */
export const policyRule = <C extends Command>(
  given: Policy,
  context: Context & { readonly command: C },
): Refinement<ArgumentsOf[C]> => {
  const policy = acceptedPolicy(given)
  return (args) => {
    let said = ok
    for (const touched of touchesOf(args, context)) {
      const issues = touchedIssues(touched, policy)
      if (issues !== ok) said = concat(said, below(touched.keys, issues))
    }
    return said
  }
}

/** Judges a program that something else than arguments makes QEMU run; what is wrong is said at `key`. */
export const programIssues = (argv: readonly string[], policy: Policy, key: string): readonly Issue[] =>
  argvIssues(argv, acceptedPolicy(policy), key)

/**
 * Holds decoded arguments against what a host's operator allows. Paths are compared without empty and `.` parts, and one
 * with a `..` is denied; no link is looked at and no name is looked up: the arguments are judged, not the host.
 *
 * @param policy - plain data that {@link policyCodec} takes; it is read once, so it must not change afterwards
 * @param checked - what a codec of this command decoded
 * @param options - the command, `migrate` by default, and the QEMU that the arguments are for
 * @returns the arguments, or a violation for each line of the policy that denies them
 * @throws TypeError for a policy that is none
 * @example
 * const policy = { inet: { hosts: ["10.0.0.0/8"] } }
 * const checked = checkPolicy(policy, { uri: "tcp:192.0.2.1:49152" })
 * checked._tag === "Left" && checked.left.map(({ code, rule, path }) => [code, rule, path])
 * // [["policy-denied", "policy/inet.hosts", "uri.host"]]
 * @since 0.2.0
 */
export const checkPolicy = <A extends ArgumentsOf[Command]>(
  policy: Policy,
  checked: A,
  options: CommandOptions = {},
): Checked<A> => placed(holdTo(policyRule(policy, contextOf(options)) as Refinement<A>)(checked))
