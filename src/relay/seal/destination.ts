import ipaddr from "ipaddr.js"
import { isIpv6, withoutZone, zoneOf } from "../../net/host.js"
import type { Destination } from "../../spice/wire/destination.js"

const pattern = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([^\s:*[\]]{1,255}))(?::([1-9]\d{0,4}))?$/

/**
 * A host as it is compared: a name without regard to letters' case and to the dot of the root behind it, an address of
 * IPv6 in its shortest form, with brackets or without.
 */
const plainHost = (text: string): string => {
  const host = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text
  const zone = zoneOf(host)
  if (isIpv6(host))
    return [ipaddr.IPv6.parse(withoutZone(host)).toString(), ...(zone === undefined ? [] : [zone])].join("%")
  return host.toLowerCase().replace(/(?<=[^.])\.$/, "")
}

const parse = (text: string): { readonly host: string; readonly port: number | undefined } | undefined => {
  const [, address, name, digits] = pattern.exec(text) ?? []
  const host = address ?? name
  const port = digits === undefined ? undefined : Number(digits)
  return host === undefined || (port ?? 0) > 65535 ? undefined : { host: plainHost(host), port }
}

/** Whether a text of a configuration names a destination, or all of them. */
export const isDestination = (text: string): boolean => text === "*" || parse(text) !== undefined

/** Whether a text of a configuration names a host and its port. */
export const isPlace = (text: string): boolean => parse(text)?.port !== undefined

/** Such a text as envelopes have it. */
export const placeOf = (text: string): string => {
  const { host = "", port = 0 } = parse(text) ?? {}
  return `${host}:${port}`
}

/** A destination as envelopes have it: its port without TLS, or that with where there is no other. */
export const placeOfDestination = ({ host, port, tlsPort }: Destination): string =>
  `${plainHost(host)}:${port === 0 ? tlsPort : port}`

/** Whether destinations have every port that a client can choose of one. */
export const isListed = (destinations: readonly string[], { host, port, tlsPort }: Destination): boolean => {
  if (destinations.includes("*")) return true
  const listed = destinations.map(parse).filter((each) => each?.host === plainHost(host))
  const ports = [port, tlsPort].filter((each) => each !== 0)
  const has = (wanted: number): boolean => listed.some((each) => each?.port === undefined || each.port === wanted)
  return ports.length > 0 && ports.every(has)
}
