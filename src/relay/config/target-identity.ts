import { type Address, formatAddress } from "./address.js"
import { hostText, type LocalHost, unknownHost } from "./local-host.js"

/** Names of loopback, whatever the hosts file says. */
const loopbackName = /^(?:localhost|localhost\.localdomain|ip6-localhost|ip6-loopback|.+\.localhost)$/

const loopbacks = ["127.0.0.1", "::1"] as const

/** Any address of this machine's: who connects to one of these reaches loopback, who listens on it listens on all. */
const unspecified = ["0.0.0.0", "::"]

const isLoopback = (host: string): boolean =>
  loopbackName.test(host) || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host)

const isOwn = (host: string, { own }: LocalHost): boolean =>
  isLoopback(host) || unspecified.includes(host) || own.includes(host)

/** All that a hosts file puts on one line with a host, or with what it puts on one line with it, and so on. */
const kinOf = (host: string, hosts: LocalHost["hosts"]): ReadonlySet<string> => {
  const kin = new Set([host])
  for (let before = 0; before < kin.size; ) {
    before = kin.size
    for (const line of hosts) if (line.some((each) => kin.has(each))) for (const each of line) kin.add(each)
  }
  return kin
}

/** One name for whatever leads to a host: all of this machine's addresses and names are one host. */
const hostIdentity = (host: string, machine: LocalHost): string => {
  const text = hostText(host)
  if (isOwn(text, machine)) return "localhost"
  const kin = [...kinOf(text, machine.hosts)]
  return kin.some((each) => isOwn(each, machine)) ? "localhost" : (kin.sort()[0] ?? text)
}

/**
 * What an address leads to, by what it is and not by how it is spelled: equal for two spellings of one server. It takes
 * more for one than are one (all addresses of this machine with the same port, with TLS or without) rather than fewer.
 * It does not know names that only DNS knows, proxies and forwarded ports, or that two ports lead to one process.
 */
export const identityOf = (address: Address, machine: LocalHost = unknownHost): string => {
  if (address.scheme === "fd") return formatAddress(address)
  if (address.scheme === "unix") return `unix://${machine.realPath(address.path)}`
  return formatAddress({ scheme: "tcp", host: hostIdentity(address.host, machine), port: address.port })
}

/** The file of a unix socket that is there: what two paths of one socket have in common that are no links, as mounts are. */
export const fileIdentityOf = (address: Address, machine: LocalHost): string | undefined => {
  const file = address.scheme === "unix" ? machine.fileOf(address.path) : undefined
  return file === undefined ? undefined : `unix:${file}`
}

/** For each list of keys a name that all lists share which have a key in common, directly or by way of others. */
export const groupsOf = (lists: readonly (readonly string[])[]): readonly string[] => {
  const groups = new Map<string, ReadonlySet<string>>()
  for (const keys of lists) {
    const group = new Set(keys.flatMap((key) => [...(groups.get(key) ?? [key])]))
    for (const key of group) groups.set(key, group)
  }
  return lists.map(([key = ""]) => [...(groups.get(key) ?? [key])].sort()[0] ?? key)
}

/** The addresses that a host is looked up to, as far as that is known; else the host itself. */
const addressesOf = (host: string, { hosts }: LocalHost): readonly string[] => {
  const text = hostText(host)
  const found = hosts.filter(([, ...names]) => names.includes(text))
  const all = [...found.map(([address = ""]) => address), ...(loopbackName.test(text) ? loopbacks : [])]
  return all.length === 0 ? [text] : all
}

/** Whether who listens on one address also has the other: 0.0.0.0 has all of IPv4, :: all of both families. */
const includes = (listening: string, other: string): boolean =>
  listening === other || listening === "::" || (listening === "0.0.0.0" && !other.includes(":"))

/** Whether two addresses cannot both be listened on. */
export const collide = (one: Address, other: Address, machine: LocalHost): boolean => {
  if (!("port" in one) || !("port" in other)) return identityOf(one, machine) === identityOf(other, machine)
  if (one.port === 0 || one.port !== other.port) return false
  const others = addressesOf(other.host, machine)
  return addressesOf(one.host, machine).some((mine) =>
    others.some((theirs) => includes(mine, theirs) || includes(theirs, mine)),
  )
}

/** Whether what connects to a target comes out where is listened. */
export const leadsTo = (target: Address, listen: Address, machine: LocalHost): boolean => {
  if (!("port" in target) || !("port" in listen)) return identityOf(target, machine) === identityOf(listen, machine)
  if (target.port !== listen.port) return false
  const reached = addressesOf(target.host, machine).map((address) =>
    address === "0.0.0.0" ? loopbacks[0] : address === "::" ? loopbacks[1] : address,
  )
  return addressesOf(listen.host, machine).some((address) =>
    reached.some(
      (each) => address === each || (unspecified.includes(address) && isOwn(each, machine) && includes(address, each)),
    ),
  )
}
