import ipaddr from "ipaddr.js"
import { isAddress, isIpv4, isIpv6 } from "./host.js"

type Address = ReturnType<typeof ipaddr.process>
type Network = readonly [Address, number]

const [anyIpv4, anyIpv6] = ["0.0.0.0", "::"] as const

const prefix = /^(?:[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])$/

/** A network as an address, or as an address and the length of its prefix in bits. */
const parseNetwork = (text: string): Network | undefined => {
  const [address = "", bits, ...more] = text.split("/")
  if (!(isIpv4(address) || (isIpv6(address) && !address.includes("%"))) || more.length > 0) return undefined
  const parsed = ipaddr.parse(address)
  const size = parsed.kind() === "ipv4" ? 32 : 128
  if (bits === undefined) return [parsed, size]
  return prefix.test(bits) && Number(bits) <= size ? [parsed, Number(bits)] : undefined
}

/** Whether a text is an address or a network in CIDR notation. */
export const isNetwork = (text: string): boolean => parseNetwork(text) !== undefined

/** The addresses that a host stands for; of a name they are not known. An IPv4 address in IPv6's clothes is one of IPv4. */
const addressesOf = (host: string): readonly Address[] => {
  if (host === "") return [anyIpv4, anyIpv6].map(ipaddr.parse)
  if (host === "0") return [ipaddr.parse(anyIpv4)]
  return [ipaddr.process(host.replace(/%.*$/, ""))]
}

/** Whether each address that a host stands for lies in one of some networks. */
export const isInside = (host: string, networks: readonly string[]): boolean => {
  if (host !== "" && !isAddress(host)) return false
  const parsed = networks.map(parseNetwork).filter((network) => network !== undefined)
  return addressesOf(host).every((address) =>
    parsed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits)),
  )
}
