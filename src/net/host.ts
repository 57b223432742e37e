import ipaddr from "ipaddr.js"

const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
const ipv4 = new RegExp(`^(?:${octet}\\.){3}${octet}$`)

/** A last label that is a number makes a host an IPv4 address of some form, and no name. */
const numeric = /(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$/

const label = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
const name = new RegExp(`^${label}(?:\\.${label})*\\.?$`)
const maxName = 253

const linkLocal = /^fe[89ab][0-9a-f]:/i

/** The interface of a link-local address, by its name or number. */
const zone = /^%[A-Za-z0-9._-]{1,15}$/

/** ff00::/8 */
const multicast = /^ff[0-9a-f]{2}:/i

export const isIpv4 = (host: string): boolean => ipv4.test(host)

/** An address without the interface that it may name. */
export const withoutZone = (host: string): string => host.replace(/%.*$/su, "")

/** The interface that an address names; undefined where it names none. */
export const zoneOf = (host: string): string | undefined => /%(.*)$/su.exec(host)?.[1]

/** Whether an address is one of IPv6 that means something on one link only. */
export const isLinkLocal = (host: string): boolean => linkLocal.test(host)

/** Whether an address of IPv6 is that of a group of hosts, to which no connection leads. */
export const isMulticast = (host: string): boolean => multicast.test(host)

export const isIpv6 = (host: string): boolean => {
  const address = withoutZone(host)
  if (address.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(address) || !ipaddr.IPv6.isValid(address)) return false
  const embedded = address.slice(address.lastIndexOf(":") + 1)
  return (
    (!embedded.includes(".") || isIpv4(embedded)) &&
    (address === host || (linkLocal.test(address) && zone.test(host.slice(address.length))))
  )
}

/** Whether a host is a name of the resolver's, and no address of any form. */
export const isName = (host: string): boolean =>
  host.length <= maxName + (host.endsWith(".") ? 1 : 0) && name.test(host) && !numeric.test(host)

/** Whether a host is meant as an IPv4 address of some form, right or wrong. */
export const isNumeric = (host: string): boolean => numeric.test(host) && /^[0-9A-Fa-fxX.]+$/.test(host)

/** Whether a host is an address; "0" is one of all interfaces. */
export const isAddress = (host: string): boolean => host === "0" || isIpv4(host) || isIpv6(host)
