import * as L from "../layout/index.js"
import { noBytes } from "../spice/wire/input.js"
import { joined, viewOf } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"
import { ipv4, ipv6, ngBlock, ngInterface, ngPacket, ngSection, tcp } from "./layouts.js"
import { headerOf } from "./numbers.js"
import type { Side } from "./types.js"

/** Writes connections as a pcapng file of packets that there never were: what a guard passed on in the clear. */

/** One end of a connection: 4 or 16 bytes of its address, and a port. */
export interface Endpoint {
  readonly address: Uint8Array
  readonly port: number
}

/** Writes the packets of one connection; times are milliseconds since 1970. */
export interface ConnectionWriter {
  readonly begin: (time: number) => Uint8Array
  /** What a side has said. It is copied. */
  readonly said: (from: Side, bytes: Uint8Array, time: number) => readonly Uint8Array[]
  readonly end: (time: number) => Uint8Array
}

const encoded = <Y extends L.Layout>(layout: Y, state: L.State<Y>): Uint8Array => {
  const bytes = L.encode(layout, state)
  if (bytes instanceof Violation) throw new TypeError(`no ${layout.format}: ${bytes.message}`)
  return bytes
}

/** The size of a block's header, and with the length at its end. */
const blockHead = 8
const around = blockHead + 4

const block = (type: number, body: Uint8Array): Uint8Array => {
  const total_length = around + body.length
  const end = new Uint8Array(4)
  viewOf(end).setUint32(0, total_length, true)
  return joined(encoded(ngBlock.little, { type, total_length }), body, end)
}

const unknownLength = 0xffffffff

/** What a pcapng file begins with: a section, and an interface of raw IP with times in microseconds. */
export const captureHead: Uint8Array = joined(
  block(
    0x0a0d0d0a,
    encoded(ngSection.little, {
      ...{ byte_order_magic: 0x1a2b3c4d, major_version: 1, minor_version: 0 },
      ...{ section_length_low: unknownLength, section_length_high: unknownLength },
    }),
  ),
  block(1, encoded(ngInterface.little, { linktype: 101, reserved: 0, snaplen: 0 })),
)

const packetHeader = headerOf(ngPacket.little)
const [ipv4Header, ipv6Header, tcpHeader] = [headerOf(ipv4), headerOf(ipv6), headerOf(tcp)]

const write = {
  blockLength: headerOf(ngBlock.little).write("total_length"),
  high: packetHeader.write("timestamp_high"),
  low: packetHeader.write("timestamp_low"),
  caplen: packetHeader.write("caplen"),
  len: packetHeader.write("len"),
  ipv4Length: ipv4Header.write("total_length"),
  ipv6Length: ipv6Header.write("payload_length"),
  sequence: tcpHeader.write("sequence"),
  acknowledgement: tcpHeader.write("acknowledgement"),
  flags: tcpHeader.write("flags"),
}

/** The number of TCP's flags, with the header's size of 5 words. */
const flags = { fin: 0x5001, syn: 0x5002, ack: 0x5010 } as const

/** The flags that take a number of their own. */
const counted = 0x0003

/** IPv4 inside IPv6, where only one end has that (RFC 4291, 2.5.5.2). */
const mapped = (address: Uint8Array): Uint8Array =>
  address.length === 16 ? address : joined(new Uint8Array(10), Uint8Array.of(0xff, 0xff), address)

const tcpProtocol = 6
const hops = 64

const ipHead = (source: Uint8Array, destination: Uint8Array): Uint8Array =>
  source.length === 4 && destination.length === 4
    ? encoded(ipv4, {
        ...{ first: { words: 5, version: 4 }, dscp_ecn: 0, total_length: 0, id: 0 },
        ...{ fragment: { offset: 0, more: false, rest: 0 }, ttl: hops, protocol: tcpProtocol, checksum: 0 },
        ...{ source, destination },
      })
    : encoded(ipv6, {
        ...{ version: 0x60000000, payload_length: 0, next_header: tcpProtocol, hop_limit: hops },
        ...{ source: mapped(source), destination: mapped(destination) },
      })

const tcpHead = (source_port: number, destination_port: number): Uint8Array =>
  encoded(tcp, {
    ...{ source_port, destination_port, sequence: 0, acknowledgement: 0 },
    flags: { fin: false, syn: false, rst: false, psh: false, ack: true, rest: 0, words: 5 },
    ...{ window: 0xffff, checksum: 0, urgent: 0 },
  })

const packetBlock = 6

/** All of a packet's block in front of its payload, with the numbers that change still 0. */
const template = (from: Endpoint, to: Endpoint): Uint8Array =>
  joined(
    encoded(ngBlock.little, { type: packetBlock, total_length: 0 }),
    encoded(ngPacket.little, { interface_id: 0, timestamp_high: 0, timestamp_low: 0, caplen: 0, len: 0 }),
    ipHead(from.address, to.address),
    tcpHead(from.port, to.port),
  )

/** The most of a message in one packet. */
const mostPayload = 32_768

/** Spreads the first numbers of connections: one that uses the ports of another is told from it. */
const spread = 0x9e3779b1

/**
 * Writes a connection.
 *
 * @param number - of the connection: no other of the same ends has it
 */
export const writeConnection = (client: Endpoint, server: Endpoint, number: number): ConnectionWriter => {
  const heads = { client: template(client, server), server: template(server, client) }
  const first = Math.imul(number, spread) >>> 0
  const next = { client: first, server: (first ^ 0x80000000) >>> 0 }
  const ipAt = blockHead + packetHeader.size
  const tcpAt = heads.client.length - tcpHeader.size
  const isIpv4 = tcpAt - ipAt === ipv4Header.size

  const packet = (from: Side, set: number, payload: Uint8Array, time: number): Uint8Array => {
    const head = heads[from]
    const size = head.length - ipAt + payload.length
    const padded = (size + 3) & ~3
    const bytes = new Uint8Array(ipAt + padded + 4)
    bytes.set(head)
    bytes.set(payload, head.length)
    const view = viewOf(bytes)
    const microseconds = Math.max(0, Math.round(time * 1000))
    write.blockLength(view, 0, bytes.length)
    write.high(view, blockHead, Math.floor(microseconds / 2 ** 32))
    write.low(view, blockHead, microseconds % 2 ** 32)
    write.caplen(view, blockHead, size)
    write.len(view, blockHead, size)
    if (isIpv4) write.ipv4Length(view, ipAt, size)
    else write.ipv6Length(view, ipAt, size - ipv6Header.size)
    write.sequence(view, tcpAt, next[from])
    write.acknowledgement(view, tcpAt, set === flags.syn ? 0 : next[from === "client" ? "server" : "client"])
    write.flags(view, tcpAt, set)
    view.setUint32(bytes.length - 4, bytes.length, true)
    next[from] = (next[from] + payload.length + ((set & counted) !== 0 ? 1 : 0)) >>> 0
    return bytes
  }

  return {
    begin: (time) =>
      joined(
        packet("client", flags.syn, noBytes, time),
        packet("server", flags.syn | flags.ack, noBytes, time),
        packet("client", flags.ack, noBytes, time),
      ),
    said: (from, bytes, time) =>
      Array.from({ length: Math.ceil(bytes.length / mostPayload) }, (_, index) =>
        packet(from, flags.ack, bytes.subarray(index * mostPayload, (index + 1) * mostPayload), time),
      ),
    end: (time) =>
      joined(
        packet("client", flags.fin | flags.ack, noBytes, time),
        packet("server", flags.fin | flags.ack, noBytes, time),
        packet("client", flags.ack, noBytes, time),
      ),
  }
}
