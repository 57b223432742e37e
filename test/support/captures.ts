import { readFileSync } from "node:fs"
import {
  blobsOf,
  type CapturedBlob,
  type CapturedSession,
  type CaptureOptions,
  eventsOf,
  sessionsOf,
} from "../../src/capture/index.js"

/** Captures for tests: real ones taken apart, and put together again in every form that a capture can have. */

/** A packet of IP, and when it was captured. */
export interface IpPacket {
  /** Microseconds since 1970. */
  readonly time: number
  readonly ip: Buffer
}

const corpusFile = (name: string): Buffer => readFileSync(new URL(`../../corpus/captures/${name}`, import.meta.url))

/** The packets of corpus/captures/hostile.pcap: little endian, microseconds, Ethernet, one tag of nothing. */
export const hostilePackets = (): readonly IpPacket[] => {
  const file = corpusFile("hostile.pcap")
  const packets: IpPacket[] = []
  for (let at = 24; at < file.length; ) {
    const time = file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4)
    const size = file.readUInt32LE(at + 8)
    packets.push({ time, ip: file.subarray(at + 16 + 14, at + 16 + size) })
    at += 16 + size
  }
  return packets
}

/** The packets of corpus/captures/seamless.pcapng: little endian, one interface of Ethernet. */
export const seamlessPackets = (): readonly IpPacket[] => {
  const file = corpusFile("seamless.pcapng")
  const packets: IpPacket[] = []
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) !== 6) continue
    const time = file.readUInt32LE(at + 12) * 2 ** 32 + file.readUInt32LE(at + 16)
    packets.push({ time, ip: file.subarray(at + 28 + 14, at + 28 + file.readUInt32LE(at + 20)) })
  }
  return packets
}

export type Order = "LE" | "BE"

const u16 = (order: Order, ...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries())
    order === "LE" ? bytes.writeUInt16LE(value, 2 * index) : bytes.writeUInt16BE(value, 2 * index)
  return bytes
}

const u32 = (order: Order, ...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries())
    order === "LE" ? bytes.writeUInt32LE(value >>> 0, 4 * index) : bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}

const zeros = (size: number): Buffer => Buffer.alloc(size)

/** A link type: its number, and what stands in front of a packet of IP. */
export interface LinkType {
  readonly type: number
  readonly wrap: (ip: Buffer) => Buffer
}

const versionOf = (ip: Buffer): number => ip.readUInt8(0) >> 4
const etherTypeOf = (ip: Buffer): Buffer => u16("BE", versionOf(ip) === 4 ? 0x0800 : 0x86dd)

export const links: Readonly<Record<string, LinkType>> = {
  ethernet: { type: 1, wrap: (ip) => Buffer.concat([zeros(12), etherTypeOf(ip), ip]) },
  "ethernet with padding": { type: 1, wrap: (ip) => Buffer.concat([zeros(12), etherTypeOf(ip), ip, zeros(6)]) },
  vlan: { type: 1, wrap: (ip) => Buffer.concat([zeros(12), u16("BE", 0x8100, 7), etherTypeOf(ip), ip]) },
  "vlan in vlan": {
    type: 1,
    wrap: (ip) => Buffer.concat([zeros(12), u16("BE", 0x88a8, 7, 0x8100, 8), etherTypeOf(ip), ip]),
  },
  "cooked v1": { type: 113, wrap: (ip) => Buffer.concat([zeros(14), etherTypeOf(ip), ip]) },
  "cooked v2": { type: 276, wrap: (ip) => Buffer.concat([etherTypeOf(ip), zeros(18), ip]) },
  "null of little endian": {
    type: 0,
    wrap: (ip) => Buffer.concat([u32("LE", versionOf(ip) === 4 ? 2 : 30), ip]),
  },
  "null of big endian": { type: 0, wrap: (ip) => Buffer.concat([u32("BE", versionOf(ip) === 4 ? 2 : 28), ip]) },
  "OpenBSD's loopback": { type: 108, wrap: (ip) => Buffer.concat([u32("BE", versionOf(ip) === 4 ? 2 : 24), ip]) },
  "raw IP": { type: 101, wrap: (ip) => ip },
}

/** A part of a file, cut to the first so many bytes of each packet. */
const record = (order: Order, link: LinkType, unitsPerMicrosecond: number, snaplen: number) => (packet: IpPacket) => {
  const frame = link.wrap(packet.ip)
  const kept = frame.subarray(0, snaplen)
  const seconds = Math.floor(packet.time / 1e6)
  const rest = Math.round((packet.time - seconds * 1e6) * unitsPerMicrosecond)
  return Buffer.concat([u32(order, seconds, rest, kept.length, frame.length), kept])
}

export interface FileOptions {
  readonly order?: Order
  readonly link?: LinkType
  readonly nanoseconds?: boolean
  readonly snaplen?: number
}

const ethernet: LinkType = { type: 1, wrap: (ip) => Buffer.concat([zeros(12), etherTypeOf(ip), ip]) }

export const pcap = (
  packets: readonly IpPacket[],
  { order = "LE", link = ethernet, nanoseconds = false, snaplen = 262_144 }: FileOptions = {},
): Buffer =>
  Buffer.concat([
    u32(order, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4),
    u16(order, 2, 4),
    u32(order, 0, 0, snaplen, link.type),
    ...packets.map(record(order, link, nanoseconds ? 1000 : 1, snaplen)),
  ])

export const block = (order: Order, type: number, body: Buffer): Buffer => {
  const padded = Buffer.concat([body, zeros((4 - (body.length % 4)) % 4)])
  const length = 12 + padded.length
  return Buffer.concat([u32(order, type, length), padded, u32(order, length)])
}

export const section = (order: Order, length = 0xffffffff): Buffer =>
  block(order, 0x0a0d0d0a, Buffer.concat([u32(order, 0x1a2b3c4d), u16(order, 1, 0), u32(order, length, length)]))

/** Options, each its code and value. */
const optionList = (order: Order, options: readonly (readonly [number, Buffer])[]): Buffer =>
  Buffer.concat([
    ...options.map(([code, value]) =>
      Buffer.concat([u16(order, code, value.length), value, zeros((4 - (value.length % 4)) % 4)]),
    ),
    u16(order, 0, 0),
  ])

export const face = (order: Order, linkType: number, resolution = 6): Buffer =>
  block(
    order,
    1,
    Buffer.concat([
      u16(order, linkType, 0),
      u32(order, 0),
      optionList(order, [
        [2, Buffer.from("lo")],
        [9, Buffer.from([resolution])],
      ]),
    ]),
  )

/** An enhanced packet block of interface 0, with a comment behind the packet. */
export const enhanced = (order: Order, frame: Buffer, time: number, id = 0): Buffer => {
  const padded = Buffer.concat([frame, zeros((4 - (frame.length % 4)) % 4)])
  const head = u32(order, id, Math.floor(time / 2 ** 32), time % 2 ** 32, frame.length, frame.length)
  return block(order, 6, Buffer.concat([head, padded, optionList(order, [[1, Buffer.from("a comment")]])]))
}

export const simple = (order: Order, frame: Buffer): Buffer =>
  block(order, 3, Buffer.concat([u32(order, frame.length), frame]))

/** A pcapng file with blocks of other kinds between the packets. */
export const pcapng = (
  packets: readonly IpPacket[],
  { order = "LE", link = ethernet, isSimple = false }: FileOptions & { readonly isSimple?: boolean } = {},
): Buffer =>
  Buffer.concat([
    section(order),
    block(order, 10, zeros(64)),
    face(order, link.type),
    ...packets.flatMap(({ ip, time }, index) => {
      const frame = link.wrap(ip)
      const own = isSimple ? simple(order, frame) : enhanced(order, frame, time)
      return index % 100 === 0 ? [block(order, 5, zeros(24)), own] : [own]
    }),
  ])

const headerSizeOf = (ip: Buffer): number => 4 * (ip.readUInt8(0) & 15)

/** The same packet in IPv6, behind so many extension headers. */
export const asIpv6 = ({ time, ip }: IpPacket, extensions: "none" | "some" = "none"): IpPacket => {
  const tcp = ip.subarray(headerSizeOf(ip), ip.readUInt16BE(2))
  const address = (at: number): Buffer =>
    Buffer.concat([Buffer.from("20010db8", "hex"), zeros(8), ip.subarray(at, at + 4)])
  // Hop by hop, destination options of 16 bytes, an authentication header of 16, a fragment that is whole.
  const between = Buffer.concat([
    Buffer.from([60, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.concat([Buffer.from([51, 1]), zeros(14)]),
    Buffer.concat([Buffer.from([44, 2]), zeros(14)]),
    Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]),
  ])
  const payload = extensions === "none" ? tcp : Buffer.concat([between, tcp])
  const first = extensions === "none" ? 6 : 0
  const head = Buffer.concat([u32("BE", 0x60000000), u16("BE", payload.length), Buffer.from([first, 64])])
  return { time, ip: Buffer.concat([head, address(12), address(16), payload]) }
}

/** A segment of TCP taken apart. */
export interface TcpPacket {
  readonly time: number
  readonly from: string
  readonly to: string
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: number
  readonly payload: Buffer
}

export const flag = { fin: 1, syn: 2, rst: 4, ack: 16 } as const

export const tcpOf = ({ time, ip }: IpPacket): TcpPacket => {
  const tcp = ip.subarray(headerSizeOf(ip), ip.readUInt16BE(2))
  const host = (at: number): string => [...ip.subarray(at, at + 4)].join(".")
  return {
    time,
    from: `${host(12)}:${tcp.readUInt16BE(0)}`,
    to: `${host(16)}:${tcp.readUInt16BE(2)}`,
    sequence: tcp.readUInt32BE(4),
    acknowledgement: tcp.readUInt32BE(8),
    flags: tcp.readUInt8(13),
    payload: tcp.subarray(4 * (tcp.readUInt8(12) >> 4)),
  }
}

const endpoint = (text: string): { readonly host: Buffer; readonly port: number } => {
  const [host = "", port = ""] = text.split(":")
  return { host: Buffer.from(host.split(".").map(Number)), port: Number(port) }
}

export const ipOf = ({ time, from, to, sequence, acknowledgement, flags, payload }: TcpPacket): IpPacket => {
  const [source, destination] = [endpoint(from), endpoint(to)]
  const tcp = Buffer.concat([
    u16("BE", source.port, destination.port),
    u32("BE", sequence, acknowledgement),
    u16("BE", 0x5000 | flags, 0xffff, 0, 0),
    payload,
  ])
  const head = Buffer.concat([u16("BE", 0x4500, 20 + tcp.length, 0, 0, 0x4006, 0), source.host, destination.host])
  return { time, ip: Buffer.concat([head, tcp]) }
}

/** Cuts every segment into pieces of at most so many bytes. */
export const inSegments = (packets: readonly TcpPacket[], most: number): readonly TcpPacket[] =>
  packets.flatMap((packet) => {
    const { payload, sequence, flags } = packet
    if (payload.length <= most) return [packet]
    const count = Math.ceil(payload.length / most)
    return Array.from({ length: count }, (_, index) => ({
      ...packet,
      payload: payload.subarray(index * most, (index + 1) * most),
      sequence: (sequence + index * most) >>> 0,
      flags: index === count - 1 ? flags : flags & ~flag.fin,
    }))
  })

export const all = async <A>(values: AsyncIterable<A>): Promise<readonly A[]> => {
  const gathered: A[] = []
  for await (const value of values) gathered.push(value)
  return gathered
}

/** What a reader finds in a capture, without what depends on how the capture was put together. */
export interface Found {
  readonly blobs: readonly string[]
  readonly sessions: readonly string[]
  readonly problems: readonly string[]
}

const blobText = ({ from, channel, channelId, sessionId, bytes, violations }: CapturedBlob): string =>
  `${from} ${channel}/${channelId} ${sessionId} ${Buffer.from(bytes).toString("hex")} ${violations.map(({ rule }) => rule).join()}`

const sessionText = ({ sessionId, verdict, connections }: CapturedSession): string => {
  const each = connections.map(({ channel, channelId, end, messages, violations, problems }) => {
    const counts = messages.map(({ from, type, count, bytes }) => `${from} ${type} ${count} ${bytes}`)
    const rules = [...violations, ...problems].map(({ rule }) => rule)
    return `${channel}/${channelId} ${end} [${counts.join("; ")}] ${rules.join()}`
  })
  return `${sessionId} ${verdict}\n${each.sort().join("\n")}`
}

export const foundIn = async (capture: Uint8Array, options?: CaptureOptions): Promise<Found> => {
  const events = await all(eventsOf([capture], options))
  const last = events.at(-1)
  const problems = last?.kind === "summary" ? last.summary.problems : []
  return {
    blobs: (await all(blobsOf([capture], options))).map(blobText).sort(),
    sessions: (await all(sessionsOf([capture], options))).map(sessionText),
    problems: problems.map(({ violation, count }) => `${violation.rule} ${count}`),
  }
}
