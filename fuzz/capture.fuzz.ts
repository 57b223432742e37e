import { type CaptureEvent, readCapture } from "../src/capture/index.js"
import type { CorpusBlob } from "../src/corpus.js"
import type { TargetModule } from "../src/fuzz/target.js"
import { difference } from "./texts.js"

/**
 * Captures. The first byte of an input says how it is read, and whether the capture is read again in pieces, and of how many
 * bytes: whatever they are, the reader has to yield the same. An input is a capture file, or a script of packets:
 * each a byte with its direction and flags, one for how far its number is from where it should be, one for how many bytes
 * it has, and these bytes.
 */

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index)
  return bytes
}

const shorts = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, 2 * index)
  return bytes
}

/** The header of a pcap file of raw IP, in the byte order of this machine's. */
const fileHeader = Buffer.concat([words(0xa1b2c3d4, 0x00040002, 0, 0, 262144, 101)])

const record = (time: number, packet: Uint8Array): Buffer =>
  Buffer.concat([words(time, 0, packet.length, packet.length), packet])

const flags = { fin: 1, syn: 2, rst: 4, ack: 16 } as const

interface Segment {
  readonly isServer: boolean
  readonly flags: number
  readonly sequence: number
  readonly acknowledgement: number
  readonly payload: Uint8Array
}

/** A packet of IPv4 with a segment of one of four connections. */
const packetOf = (port: number, { isServer, flags: set, sequence, acknowledgement, payload }: Segment): Buffer => {
  const [from, to] = isServer ? [5900, port] : [port, 5900]
  const numbers = Buffer.alloc(8)
  numbers.writeUInt32BE(sequence >>> 0, 0)
  numbers.writeUInt32BE(acknowledgement >>> 0, 4)
  const addresses = isServer ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2]
  return Buffer.concat([
    shorts(0x4500, 40 + payload.length, 0, 0, 0x4006, 0),
    Buffer.from(addresses),
    shorts(from, to),
    numbers,
    shorts(0x5000 | set, 0xffff, 0, 0),
    payload,
  ])
}

/** The bits of a step's first byte. */
const step = { isServer: 1, port: 6, fin: 8, rst: 16, syn: 32, isFar: 64, isSilent: 128 } as const

/** Steps of a script beyond these are left out: what can happen happens in fewer. */
const mostSteps = 48

/** Plays a script: what each side sends follows what it has sent, but for as much as the steps say. */
const scripted = (data: Uint8Array): Uint8Array => {
  const records: Buffer[] = [fileHeader]
  const sent = new Map<number, number>()
  for (let at = 0; at + 3 <= data.length && records.length <= mostSteps; ) {
    const [control = 0, shift = 0, length = 0] = data.subarray(at, at + 3)
    const payload = data.subarray(at + 3, at + 3 + length)
    at += 3 + length
    const key = control & (step.isServer | step.port)
    const own = sent.get(key) ?? 1000
    const away = ((shift << 24) >> 24) * ((control & step.isFar) === 0 ? 1 : 0x100000)
    const isSyn = (control & step.syn) !== 0
    const segment = {
      isServer: (control & step.isServer) !== 0,
      flags:
        ((control & step.fin) !== 0 ? flags.fin : 0) |
        ((control & step.rst) !== 0 ? flags.rst : 0) |
        (isSyn ? flags.syn : 0) |
        ((control & step.isSilent) !== 0 ? 0 : flags.ack),
      sequence: own + away,
      acknowledgement: sent.get(key ^ step.isServer) ?? 1000,
      payload,
    }
    if (away === 0) sent.set(key, own + payload.length + (isSyn ? 1 : 0))
    records.push(record(records.length, packetOf(40_000 + ((control & step.port) >> 1), segment)))
  }
  return new Uint8Array(Buffer.concat(records))
}

const rulesIn = (violations: readonly { readonly rule: string }[]): string => violations.map(({ rule }) => rule).join()

/** An event as text. */
const told = (event: CaptureEvent): string => {
  switch (event.kind) {
    case "blob": {
      const { packet, from, channel, bytes, violations } = event.blob
      return `${packet} ${from} ${channel} ${Buffer.from(bytes).toString("latin1")} ${rulesIn(violations)}`
    }
    case "connection": {
      const { client, channel, end, messages, violations, problems } = event.connection
      const counts = messages.map(({ from, type, count, bytes }) => `${from} ${type} ${count} ${bytes}`)
      return `${client} ${channel} ${end} ${counts.join()} ${rulesIn(violations)} ${rulesIn(problems)}`
    }
    case "summary": {
      const { packets, connections, problems } = event.summary
      const all = problems.map(({ violation, count }) => `${violation.rule} ${count}`)
      return `${packets} ${Object.values(connections).join()} ${all.join()}`
    }
  }
}

/** What a reader yields, as text. */
const seen = (capture: Uint8Array, most: number): string => {
  const reader = readCapture()
  const events: CaptureEvent[] = []
  for (let at = 0; at < capture.length; at += most) events.push(...reader.push(capture.subarray(at, at + most)))
  events.push(...reader.end())
  return events.map(told).join("\n")
}

const isScript = 0x80

const captureOf = (data: Uint8Array): Uint8Array =>
  ((data[0] ?? 0) & isScript) === 0 ? data.slice(1) : scripted(data.subarray(1))

/** Inputs that ask for longer pieces are read once, which is faster. */
const longestPiece = 16

const check = (data: Uint8Array): void => {
  const capture = captureOf(data)
  const whole = seen(capture, capture.length + 1)
  const pieces = (data[0] ?? 0) & 0x7f
  if (pieces <= longestPiece && whole !== seen(capture, 1 + pieces))
    throw difference("the same from pieces", "something else")
}

/** A step of a script, or several where the bytes are too many for one. */
const said = (control: number, bytes: Uint8Array, shift = 0): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.max(1, Math.ceil(bytes.length / 255)) }, (_, index) => {
      const part = bytes.subarray(255 * index, 255 * (index + 1))
      return Buffer.concat([Buffer.from([control, shift & 0xff, part.length]), part])
    }),
  )

const message = (type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(payload.length, 2)
  return Buffer.concat([header, payload])
}

const magic = Buffer.from("REDQ")
const none = new Uint8Array()

/** A connection: its handshake, the link of a channel, the ticket, and messages of either side. */
const linked = (port: number, channel: number, id: number, messages: readonly (readonly [boolean, Uint8Array])[]) => {
  const [client, server] = [port << 1, (port << 1) | step.isServer]
  const request = Buffer.concat([magic, words(2, 2, 26, id), Buffer.from([channel, 0]), words(1, 1, 18, 0b1011, 0)])
  const reply = Buffer.concat([magic, words(2, 2, 186, 0), Buffer.alloc(162), words(1, 1, 178, 0b1011, 0)])
  return Buffer.concat([
    said(client | step.syn | step.isSilent, none),
    said(server | step.syn, none),
    said(client, request),
    said(server, reply),
    said(client, Buffer.concat([words(1), Buffer.alloc(128)])),
    said(server, words(0)),
    ...messages.map(([isServer, bytes]) => said(isServer ? server : client, bytes)),
  ])
}

const closed = Buffer.concat([said(step.fin, none), said(step.isServer | step.fin, none)])

/** A migration of main and one more channel to a target. */
const migration = (blobs: readonly (readonly [channel: number, bytes: Uint8Array])[]): Buffer =>
  Buffer.concat([
    linked(0, 1, 7, [
      [false, message(110, words(1))],
      [true, message(117, none)],
    ]),
    ...blobs.map(([channel, bytes], index) => linked(index + 1, channel, 7, [[false, message(5, bytes)]])),
    closed,
  ])

const script = (pieces: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from([isScript | pieces]), ...parts]))

const blobOf = (corpus: readonly CorpusBlob[], channel: string): Uint8Array =>
  corpus.find(({ channel: each, verdict }) => each === channel && verdict === "accept")?.bytes ?? none

/** A pcapng file with the packets of a pcap file. */
const asPcapng = (pcap: Uint8Array): Buffer => {
  const block = (type: number, body: Uint8Array): Buffer => {
    const length = 12 + body.length
    return Buffer.concat([words(type, length), body, words(length)])
  }
  const view = Buffer.from(pcap)
  const blocks = [
    block(0x0a0d0d0a, Buffer.concat([words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)])),
    block(1, Buffer.concat([words(101, 262144), words(0x00010009, 9, 0)])),
  ]
  for (let at = 24; at + 16 <= view.length; ) {
    const length = view.readUInt32LE(at + 8)
    const packet = view.subarray(at + 16, at + 16 + length)
    const padded = Buffer.concat([packet, Buffer.alloc((4 - (length & 3)) & 3)])
    blocks.push(block(6, Buffer.concat([words(0, 0, at, length, length), padded])))
    at += 16 + length
  }
  return Buffer.concat(blocks)
}

const seedsOf = (corpus: readonly CorpusBlob[]): readonly Uint8Array[] => {
  const whole = migration([[3, blobOf(corpus, "inputs")]])
  const display = linked(0, 2, 7, [[false, message(5, blobOf(corpus, "display"))]])
  const capture = Buffer.from(scripted(linked(0, 3, 7, [[false, message(5, blobOf(corpus, "inputs"))]])))
  const lost = Buffer.concat([
    linked(0, 3, 7, [[false, message(5, blobOf(corpus, "inputs"))]]),
    said(0, magic, 64),
    closed,
  ])
  return [
    script(0, whole),
    script(126, display),
    script(3, lost),
    script(1, linked(0, 1, 0, [[true, message(103, words(7, 0, 0, 0, 1))]]), said(0, magic, -4), said(step.rst, none)),
    Buffer.concat([Buffer.from([16]), capture]),
    Buffer.concat([Buffer.from([127]), asPcapng(capture)]),
  ].map((seed) => new Uint8Array(seed))
}

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/capture/"],
  detectors: false,
  dictionary: [magic, fileHeader, words(0x0a0d0d0a), words(0x1a2b3c4d), message(5, none), message(110, words(1))],
  seeds: seedsOf,
  evidenceOf: (data) => ({ kind: "text", bytes: data }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
