import ipaddr from "ipaddr.js"
import { isAddress, isIpv4, withoutZone } from "./host.js"

type Address = ReturnType<typeof ipaddr.process>
type Network = readonly [Address, number]

const [anyIpv4, anyIpv6] = ["0.0.0.0", "::"] as const

/**
 * An address as bits. ipaddr.js takes ::a.b.c.d for an address of IPv4, which it is to nobody else: dotted numbers
 * are written as hexadecimal ones for it. An IPv4 address in IPv6's clothes, ::ffff:a.b.c.d, is one of IPv4.
 */
const parse = (address: string): Address =>
  ipaddr.process(
    address.replace(/:(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => `:${hexadecimal(a, b)}:${hexadecimal(c, d)}`),
  )

const hexadecimal = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16)

/** The address that a host is. */
const addressOf = (host: string): Address => parse(host === "0" ? anyIpv4 : withoutZone(host))

/** The family of a host that is an address; an IPv4 address in IPv6's clothes is one of IPv4. */
export const familyOf = (host: string): "ipv4" | "ipv6" | undefined =>
  isAddress(host) ? addressOf(host).kind() : undefined

/** The one text of an address, without the interface that it may name; undefined for a host that is none. */
export const textOfAddress = (host: string): string | undefined =>
  isAddress(host) ? addressOf(host).toString() : undefined

/** Whether a host is the address that stands for all others, which there is to listen on only. */
export const isUnspecified = (host: string): boolean => isAddress(host) && addressOf(host).range() === "unspecified"

const network = /^([^/%]+)(?:\/(0|[1-9][0-9]{0,2}))?$/

/** A network as an address, or as an address and the length of its prefix in bits; of IPv4 in its own clothes only. */
const parseNetwork = (text: string): Network | undefined => {
  const [, address = "", bits] = network.exec(text) ?? []
  if (!isIpv4(address) && familyOf(address) !== "ipv6") return undefined
  const size = isIpv4(address) ? 32 : 128
  const length = Number(bits ?? size)
  return length <= size ? [parse(address), length] : undefined
}

/** Whether a text is an address or a network in CIDR notation. */
export const isNetwork = (text: string): boolean => parseNetwork(text) !== undefined

/** The addresses that a host stands for: "" and :: are all of both families to whoever listens on them. */
const addressesOf = (host: string): readonly Address[] => {
  const address = host === "" ? parse(anyIpv6) : addressOf(host)
  return address.kind() === "ipv6" && address.range() === "unspecified" ? [address, parse(anyIpv4)] : [address]
}

const known = new WeakMap<readonly string[], readonly Network[]>()

/** The networks in a list of a policy, which are parsed once. */
const networksOf = (entries: readonly string[]): readonly Network[] => {
  const parsed = known.get(entries) ?? entries.map(parseNetwork).filter((network) => network !== undefined)
  known.set(entries, parsed)
  return parsed
}

/** Whether each address that a host stands for lies in one of some networks. */
export const isInside = (host: string, networks: readonly string[]): boolean => {
  if (host !== "" && !isAddress(host)) return false
  const parsed = networksOf(networks)
  return addressesOf(host).every((address) =>
    parsed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits)),
  )
}
