import { viewOf } from "../violation/bytes.js"
import type { Rule } from "../violation/violation.js"
import {
  ethernet,
  exportedTag,
  ipv4,
  ipv6,
  ipv6Extension,
  ipv6Fragment,
  linuxCooked,
  linuxCooked2,
  loopback,
  tcp,
  vlanTag,
} from "./layouts.js"
import { headerOf } from "./numbers.js"
import type { Packet } from "./packets.js"
import { captureRules } from "./rules.js"

/** What one packet carries of a TCP connection. Endpoints are texts like 192.0.2.1:5900. */
export interface Segment {
  readonly from: string
  readonly to: string
  /** The number of its first byte, modulo 2^32; undefined where only the order of packets says it. */
  readonly sequence: number | undefined
  /** The number of the next byte that the sender waits for; undefined where the packet does not say. */
  readonly acknowledgement: number | undefined
  readonly syn: boolean
  readonly fin: boolean
  readonly rst: boolean
  /** What was kept of its bytes. */
  readonly bytes: Uint8Array
  /** How many bytes it had. */
  readonly length: number
}

/** A packet's segment, why it has none, or undefined where it is no packet of TCP. */
type Found = Segment | Rule | undefined

export const isRule = (found: NonNullable<Found>): found is Rule => "requirement" in found

/** What is left of a packet: the bytes from `at` to `end`, of which only some may have been kept. */
interface Rest {
  readonly view: DataView
  readonly at: number
  readonly end: number
}

const keeps = ({ view, at, end }: Rest, size: number): boolean => at + size <= Math.min(end, view.byteLength)

/** The rule for a header that does not fit: into what was kept, or into the packet. */
const misfit = ({ view, end }: Rest): Rule => (view.byteLength < end ? captureRules.cut : captureRules.header)

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd } as const
const vlanTypes: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])
const protocols = { tcp: 6, fragment: 44, authentication: 51 } as const

/** Extension headers of IPv6: hop by hop, routing, fragment, authentication, destination, mobility, HIP, Shim6. */
const extensions: ReadonlySet<number> = new Set([
  0,
  43,
  protocols.fragment,
  protocols.authentication,
  60,
  135,
  139,
  140,
])

const tcpHeader = headerOf(tcp)
const tcpAt = {
  sourcePort: tcpHeader.number("source_port"),
  destinationPort: tcpHeader.number("destination_port"),
  sequence: tcpHeader.number("sequence"),
  acknowledgement: tcpHeader.number("acknowledgement"),
  fin: tcpHeader.number("flags.fin"),
  syn: tcpHeader.number("flags.syn"),
  rst: tcpHeader.number("flags.rst"),
  ack: tcpHeader.number("flags.ack"),
  words: tcpHeader.number("flags.words"),
}

/** Reads a segment of TCP between two hosts. */
const readTcp = (rest: Rest, from: string, to: string): Found => {
  const { view, at, end } = rest
  if (!keeps(rest, tcpHeader.size)) return misfit(rest)
  const begin = at + 4 * tcpAt.words(view, at)
  if (begin < at + tcpHeader.size || begin > end) return captureRules.header
  const kept = Math.min(end, view.byteLength)
  const bytes = new Uint8Array(view.buffer, view.byteOffset + Math.min(begin, kept), Math.max(0, kept - begin))
  return {
    from: `${from}:${tcpAt.sourcePort(view, at)}`,
    to: `${to}:${tcpAt.destinationPort(view, at)}`,
    sequence: tcpAt.sequence(view, at),
    acknowledgement: tcpAt.ack(view, at) === 1 ? tcpAt.acknowledgement(view, at) : undefined,
    syn: tcpAt.syn(view, at) === 1,
    fin: tcpAt.fin(view, at) === 1,
    rst: tcpAt.rst(view, at) === 1,
    bytes,
    length: end - begin,
  }
}

const ipv4Header = headerOf(ipv4)
const ipv4At = {
  words: ipv4Header.number("first.words"),
  version: ipv4Header.number("first.version"),
  totalLength: ipv4Header.number("total_length"),
  more: ipv4Header.number("fragment.more"),
  offset: ipv4Header.number("fragment.offset"),
  protocol: ipv4Header.number("protocol"),
}

/** An IPv4 address. */
const ipv4Text = (view: DataView, at: number): string =>
  `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`

const [ipv4Source, ipv4Destination] = [ipv4Header.place("source"), ipv4Header.place("destination")]

const readIpv4 = (rest: Rest): Found => {
  const { view, at, end } = rest
  if (!keeps(rest, ipv4Header.size)) return misfit(rest)
  const size = 4 * ipv4At.words(view, at)
  const total = ipv4At.totalLength(view, at) || end - at
  if (ipv4At.version(view, at) !== 4 || size < ipv4Header.size || total < size || at + total > end)
    return captureRules.header
  if (ipv4At.protocol(view, at) !== protocols.tcp) return undefined
  if (ipv4At.more(view, at) === 1 || ipv4At.offset(view, at) > 0) return captureRules.fragment
  const [from, to] = [ipv4Text(view, at + ipv4Source), ipv4Text(view, at + ipv4Destination)]
  return readTcp({ view, at: at + size, end: at + total }, from, to)
}

const ipv6Header = headerOf(ipv6)
const ipv6At = {
  version: ipv6Header.number("version"),
  payloadLength: ipv6Header.number("payload_length"),
  nextHeader: ipv6Header.number("next_header"),
}
const extensionHeader = headerOf(ipv6Extension)
const extensionAt = { nextHeader: extensionHeader.number("next_header"), length: extensionHeader.number("length") }
const fragmentHeader = headerOf(ipv6Fragment)
const fragmentAt = { more: fragmentHeader.number("fragment.more"), offset: fragmentHeader.number("fragment.offset") }

/** An IPv6 address; the first two zeros or more are left out. */
const ipv6Text = (view: DataView, at: number): string => {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index).toString(16))
  return `[${groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::")}]`
}

const [ipv6Source, ipv6Destination] = [ipv6Header.place("source"), ipv6Header.place("destination")]

/** The size of an extension header, which its second byte says. */
const extensionSize = (protocol: number, length: number): number => {
  if (protocol === protocols.fragment) return fragmentHeader.size
  return protocol === protocols.authentication ? 4 * (length + 2) : 8 * (length + 1)
}

/** Reads what follows an IPv6 header, behind its extension headers. */
const readExtensions = (rest: Rest, first: number, from: string, to: string): Found => {
  const { view, end } = rest
  let { at } = rest
  let protocol = first
  let isFragment = false
  while (extensions.has(protocol)) {
    if (!keeps({ view, at, end }, extensionHeader.size)) return misfit(rest)
    if (protocol === protocols.fragment) isFragment = fragmentAt.more(view, at) === 1 || fragmentAt.offset(view, at) > 0
    const size = extensionSize(protocol, extensionAt.length(view, at))
    protocol = extensionAt.nextHeader(view, at)
    at += size
  }
  if (protocol !== protocols.tcp) return undefined
  if (isFragment) return captureRules.fragment
  return at > end ? captureRules.header : readTcp({ view, at, end }, from, to)
}

const readIpv6 = (rest: Rest): Found => {
  const { view, at, end } = rest
  if (!keeps(rest, ipv6Header.size)) return misfit(rest)
  const begin = at + ipv6Header.size
  const length = ipv6At.payloadLength(view, at) || end - begin
  if (ipv6At.version(view, at) >>> 28 !== 6 || begin + length > end) return captureRules.header
  const [from, to] = [ipv6Text(view, at + ipv6Source), ipv6Text(view, at + ipv6Destination)]
  return readExtensions({ view, at: begin, end: begin + length }, ipv6At.nextHeader(view, at), from, to)
}

/** IPv4 or IPv6, as its first bits say. */
const readIp = (rest: Rest): Found => {
  if (!keeps(rest, 1)) return misfit(rest)
  const version = rest.view.getUint8(rest.at) >>> 4
  if (version === 4) return readIpv4(rest)
  return version === 6 ? readIpv6(rest) : undefined
}

const vlanHeader = headerOf(vlanTag)
const vlanType = vlanHeader.number("type")

/** Reads what an EtherType says that follows, behind the tags of VLANs. */
const readEther = ({ view, at: begin, end }: Rest, first: number): Found => {
  let [at, type] = [begin, first]
  while (vlanTypes.has(type)) {
    if (!keeps({ view, at, end }, vlanHeader.size)) return misfit({ view, at, end })
    type = vlanType(view, at)
    at += vlanHeader.size
  }
  if (type === etherTypes.ipv4) return readIpv4({ view, at, end })
  return type === etherTypes.ipv6 ? readIpv6({ view, at, end }) : undefined
}

type Link = (rest: Rest) => Found

/** A link type whose header has the EtherType of what follows. */
const withEtherType = (layout: Parameters<typeof headerOf>[0], path: string): Link => {
  const header = headerOf(layout)
  const type = header.number(path)
  return (rest) => {
    const { view, at, end } = rest
    return keeps(rest, header.size) ? readEther({ view, at: at + header.size, end }, type(view, at)) : misfit(rest)
  }
}

const loopbackHeader = headerOf(loopback.little)
const families = {
  little: loopbackHeader.number("family"),
  big: headerOf(loopback.big).number("family"),
}
const inet = 2
const inet6: ReadonlySet<number> = new Set([10, 24, 28, 30])

/** BSD's loopback; files are moved between machines, so the byte order is the one in which there is such a family. */
const readLoopback: Link = (rest) => {
  const { view, at, end } = rest
  if (!keeps(rest, loopbackHeader.size)) return misfit(rest)
  const family = Math.min(families.little(view, at), families.big(view, at))
  const behind = { view, at: at + loopbackHeader.size, end }
  if (family === inet) return readIpv4(behind)
  return inet6.has(family) ? readIpv6(behind) : undefined
}

const tagHeader = headerOf(exportedTag)
const tagAt = { tag: tagHeader.number("tag"), length: tagHeader.number("length") }
const tags = { end: 0, ipv4From: 20, ipv4To: 21, ipv6From: 22, ipv6To: 23, portFrom: 25, portTo: 26 } as const

/** Data of a protocol that Wireshark has exported, such as what it has decrypted: its tags say between whom. */
const readExported: Link = (rest) => {
  const { view, end } = rest
  const ends = new Map<number, number>()
  let { at } = rest
  for (;;) {
    if (!keeps({ view, at, end }, tagHeader.size)) return misfit(rest)
    const [tag, length] = [tagAt.tag(view, at), tagAt.length(view, at)]
    at += tagHeader.size
    if (tag === tags.end) break
    if (!keeps({ view, at, end }, length)) return misfit(rest)
    ends.set(tag, at)
    at += (length + 3) & ~3
  }
  const placeOf = (tag: number, size: number): number | undefined => {
    const place = ends.get(tag)
    return place !== undefined && keeps({ view, at: place, end }, size) ? place : undefined
  }
  const host = (four: number, six: number): string | undefined => {
    const [short, long] = [placeOf(four, 4), placeOf(six, 16)]
    if (short !== undefined) return ipv4Text(view, short)
    return long === undefined ? undefined : ipv6Text(view, long)
  }
  const [from, to] = [host(tags.ipv4From, tags.ipv6From), host(tags.ipv4To, tags.ipv6To)]
  const [portFrom, portTo] = [placeOf(tags.portFrom, 4), placeOf(tags.portTo, 4)]
  if (from === undefined || to === undefined || portFrom === undefined || portTo === undefined || at > end)
    return undefined
  const kept = Math.min(end, view.byteLength)
  return {
    from: `${from}:${view.getUint32(portFrom)}`,
    to: `${to}:${view.getUint32(portTo)}`,
    sequence: undefined,
    acknowledgement: undefined,
    ...{ syn: false, fin: false, rst: false },
    bytes: new Uint8Array(view.buffer, view.byteOffset + Math.min(at, kept), Math.max(0, kept - at)),
    length: end - at,
  }
}

const readEthernet = withEtherType(ethernet, "type")

/** By the number of the link type (tcpdump.org/linktypes.html). */
const links: ReadonlyMap<number, Link> = new Map<number, Link>([
  [0, readLoopback],
  [1, readEthernet],
  [12, readIp],
  [14, readIp],
  [101, readIp],
  [108, readLoopback],
  [113, withEtherType(linuxCooked, "protocol")],
  [228, readIpv4],
  [229, readIpv6],
  [252, readExported],
  [276, withEtherType(linuxCooked2, "protocol")],
])

/** Finds the segment of TCP in a packet, down through its headers. */
export const segmentIn = (packet: Packet): Found => {
  const link = links.get(packet.linkType)
  return link === undefined ? captureRules.linkType : link({ view: viewOf(packet.bytes), at: 0, end: packet.size })
}
