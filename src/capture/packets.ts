import { hasBytes, type Input, newInput, push, readSome, readWhole, unreadIn } from "../spice/wire/input.js"
import { viewOf } from "../violation/bytes.js"
import { type Rule, Violation } from "../violation/violation.js"
import {
  type ByteOrder,
  ngBlock,
  ngInterface,
  ngOption,
  ngPacket,
  ngSection,
  ngSimplePacket,
  pcapFile,
  pcapRecord,
} from "./layouts.js"
import { headerOf } from "./numbers.js"
import { captureRules } from "./rules.js"

/** A packet as it lies in a capture. */
export interface Packet {
  /** From 1, as Wireshark counts them. */
  readonly number: number
  readonly linkType: number
  /** The byte order of the machine that captured it. */
  readonly order: ByteOrder
  /** Milliseconds since 1970. */
  readonly time: number
  /** What was kept of it. */
  readonly bytes: Uint8Array
  /** The size that it had. */
  readonly size: number
}

/** What a capture file consists of; behind what is `fatal` there is nothing. */
export type FileEvent =
  | { readonly kind: "packet"; readonly packet: Packet }
  | { readonly kind: "problem"; readonly violation: Violation; readonly fatal: boolean }

/** Reads a file. Generators yield undefined where they need more bytes. */
type Reading<A = void> = Generator<FileEvent | undefined, A, void>

/** A file as far as it was read. */
interface Source {
  readonly input: Input
  /** How many bytes of it were read. */
  offset: number
  /** How many packets of it were read. */
  packets: number
  /** Whether what was read last is a whole record. */
  isWhole: boolean
}

/** The most that is kept of a packet: libpcap's MAXIMUM_SNAPLEN, and Wireshark's limit too. */
const mostOfPacket = 262_144

function* take(source: Source, size: number): Generator<undefined, Uint8Array, void> {
  const { input } = source
  source.isWhole = false
  const isThere = hasBytes(input) && input.chunk.length - input.at >= size
  const bytes = isThere ? readSome(input, size) : yield* readWhole(input, size)
  source.offset += size
  return bytes
}

function* skip(source: Source, size: number): Generator<undefined, void, void> {
  source.offset += size
  for (let left = size; left > 0; ) {
    while (!hasBytes(source.input)) yield undefined
    left -= readSome(source.input, left).length
  }
}

const problem = (rule: Rule, path: string, offset: number, length: number, actual?: number): FileEvent => ({
  kind: "problem",
  violation: new Violation(rule, { path, offset, length }, actual),
  fatal: rule === captureRules.record || rule === captureRules.format || rule === captureRules.complete,
})

const pcap = {
  little: { file: headerOf(pcapFile.little), record: headerOf(pcapRecord.little) },
  big: { file: headerOf(pcapFile.big), record: headerOf(pcapRecord.big) },
}
const readersOfRecord = (order: ByteOrder) => {
  const { record } = pcap[order]
  return {
    seconds: record.number("ts_sec"),
    fraction: record.number("ts_frac"),
    caplen: record.number("caplen"),
    len: record.number("len"),
  }
}
const recordIn = { little: readersOfRecord("little"), big: readersOfRecord("big") }

/** Magics as they are read in little-endian order, and what they say: the order, and units of time in a millisecond. */
const pcapMagics: ReadonlyMap<number, readonly [ByteOrder, number]> = new Map([
  [0xa1b2c3d4, ["little", 1000]],
  [0xd4c3b2a1, ["big", 1000]],
  [0xa1b23c4d, ["little", 1_000_000]],
  [0x4d3cb2a1, ["big", 1_000_000]],
])

function* readPcap(source: Source, order: ByteOrder, unitsPerMillisecond: number): Reading {
  const { file, record } = pcap[order]
  const head = yield* take(source, file.size - 4)
  const linkType = file.number("linktype")(viewOf(head), -4) & 0xffff
  const read = recordIn[order]
  for (;;) {
    source.isWhole = true
    const at = source.offset
    while (!hasBytes(source.input)) yield undefined
    const view = viewOf(yield* take(source, record.size))
    const caplen = read.caplen(view, 0)
    if (caplen > mostOfPacket) {
      yield problem(captureRules.record, "caplen", at, record.size, caplen)
      return
    }
    const time = read.seconds(view, 0) * 1000 + read.fraction(view, 0) / unitsPerMillisecond
    const size = Math.max(caplen, read.len(view, 0))
    const bytes = yield* take(source, caplen)
    source.isWhole = true
    yield { kind: "packet", packet: { number: ++source.packets, linkType, order, time, bytes, size } }
  }
}

const blockTypes = { section: 0x0a0d0d0a, interface: 1, obsoletePacket: 2, simplePacket: 3, packet: 6 } as const

const readersOfBlocks = (order: ByteOrder) => {
  const [block, section, face] = [headerOf(ngBlock[order]), headerOf(ngSection[order]), headerOf(ngInterface[order])]
  const [option, packet, simple] = [
    headerOf(ngOption[order]),
    headerOf(ngPacket[order]),
    headerOf(ngSimplePacket[order]),
  ]
  return {
    type: block.number("type"),
    totalLength: block.number("total_length"),
    magic: section.number("byte_order_magic"),
    sectionSize: section.size,
    linkType: face.number("linktype"),
    snaplen: face.number("snaplen"),
    interfaceSize: face.size,
    code: option.number("code"),
    length: option.number("length"),
    optionSize: option.size,
    interfaceId: packet.number("interface_id"),
    high: packet.number("timestamp_high"),
    low: packet.number("timestamp_low"),
    caplen: packet.number("caplen"),
    len: packet.number("len"),
    packetSize: packet.size,
    simpleLen: simple.number("len"),
    simpleSize: simple.size,
  }
}
const blocksIn = { little: readersOfBlocks("little"), big: readersOfBlocks("big") }

interface Interface {
  readonly linkType: number
  readonly snaplen: number
  readonly unitsPerMillisecond: number
  /** Milliseconds to add to its times. */
  readonly ahead: number
}

const mostInterfaces = 1024

/** A section of a pcapng file. */
interface Section {
  readonly order: ByteOrder
  readonly interfaces: Interface[]
  /** The time of the packet before: simple packets have none. */
  time: number
}

const options = { resolution: 9, offset: 14 } as const

/** if_tsresol: a negative power of 10, or of 2 where the highest bit is set. */
const unitsOf = (resolution: number): number => ((resolution & 0x80) === 0 ? 10 : 2) ** (resolution & 0x7f) / 1000

/** Reads an interface; of its options only those that say how times are written. */
const interfaceOf = (body: Uint8Array, order: ByteOrder): Interface => {
  const read = blocksIn[order]
  const view = viewOf(body)
  let [unitsPerMillisecond, ahead] = [1000, 0]
  for (let at = read.interfaceSize; at + read.optionSize <= body.length; ) {
    const [code, length] = [read.code(view, at), read.length(view, at)]
    at += read.optionSize
    if (code === 0 || at + length > body.length) break
    if (code === options.resolution && length === 1) unitsPerMillisecond = unitsOf(view.getUint8(at))
    if (code === options.offset && length === 8) ahead = Number(view.getBigInt64(at, order === "little")) * 1000
    at += (length + 3) & ~3
  }
  return { linkType: read.linkType(view, 0), snaplen: read.snaplen(view, 0), unitsPerMillisecond, ahead }
}

/** A packet's size and how much of it was kept, in which interface of the section; undefined where the body is too short. */
const packetIn = (section: Section, body: Uint8Array, isSimple: boolean) => {
  const read = blocksIn[section.order]
  const view = viewOf(body)
  const fixed = isSimple ? read.simpleSize : read.packetSize
  if (body.length < fixed) return undefined
  const size = (isSimple ? read.simpleLen : read.len)(view, 0)
  const from = section.interfaces[isSimple ? 0 : read.interfaceId(view, 0)]
  const snaplen = from === undefined || from.snaplen === 0 ? mostOfPacket : from.snaplen
  const kept = isSimple ? Math.min(size, snaplen, body.length - fixed) : read.caplen(view, 0)
  if (fixed + kept > body.length) return undefined
  if (from !== undefined && !isSimple) {
    const units = read.high(view, 0) * 2 ** 32 + read.low(view, 0)
    section.time = units / from.unitsPerMillisecond + from.ahead
  }
  return { from, size: Math.max(size, kept), bytes: body.subarray(fixed, fixed + kept) }
}

/** What a block of a section says, whose body is there. */
function* readBody(source: Source, section: Section, type: number, body: Uint8Array, at: number): Reading {
  const { order, interfaces } = section
  if (type === blockTypes.interface) {
    if (body.length < blocksIn[order].interfaceSize) yield problem(captureRules.record, "interface", at, body.length)
    else if (interfaces.length < mostInterfaces) interfaces.push(interfaceOf(body, order))
    return
  }
  const read = packetIn(section, body, type === blockTypes.simplePacket)
  source.packets++
  if (read === undefined) yield problem(captureRules.record, "packet", at, body.length)
  else if (read.from === undefined) yield problem(captureRules.interface, "interface_id", at, body.length)
  else {
    const { from, bytes, size } = read
    const { linkType } = from
    yield { kind: "packet", packet: { number: source.packets, linkType, order, time: section.time, bytes, size } }
  }
}

/** Whether anything in a block is looked at. */
const isRead = (type: number): boolean =>
  type === blockTypes.interface || type === blockTypes.packet || type === blockTypes.simplePacket

/** Bytes of a block around its body: the header, and its length once more. */
const around = 12

/** The most that a block that is read can have: a packet, and options behind it. */
const mostOfBlock = 0x100000

const sectionMagic = 0x1a2b3c4d

/** Reads a section's header behind its block's type; says its byte order, or undefined where there is none. */
function* readSection(source: Source): Reading<ByteOrder | undefined> {
  const head = yield* take(source, 8)
  const view = viewOf(head)
  const order = (["little", "big"] as const).find((each) => blocksIn[each].magic(view, 4) === sectionMagic)
  if (order === undefined) return undefined
  const length = blocksIn[order].totalLength(view, -4)
  const { sectionSize } = blocksIn[order]
  if (length % 4 !== 0 || length < around + sectionSize) return undefined
  yield* skip(source, length - 12)
  return order
}

function* readPcapng(source: Source): Reading {
  const begin = yield* readSection(source)
  if (begin === undefined) {
    yield problem(captureRules.format, "byte_order_magic", 8, 4)
    return
  }
  let section: Section = { order: begin, interfaces: [], time: 0 }
  for (;;) {
    source.isWhole = true
    const at = source.offset
    while (!hasBytes(source.input)) yield undefined
    const head = yield* take(source, 4)
    if (viewOf(head).getUint32(0) === blockTypes.section) {
      const order = yield* readSection(source)
      if (order === undefined) {
        yield problem(captureRules.record, "section", at, 12)
        return
      }
      section = { order, interfaces: [], time: 0 }
      continue
    }
    const read = blocksIn[section.order]
    const type = read.type(viewOf(head), 0)
    const length = read.totalLength(viewOf(yield* take(source, 4)), -4)
    const isWanted = isRead(type)
    if (length % 4 !== 0 || length < around || (isWanted && length > mostOfBlock)) {
      yield problem(captureRules.record, "total_length", at, 8, length)
      return
    }
    if (isWanted) {
      const body = yield* take(source, length - around)
      yield* skip(source, 4)
      source.isWhole = true
      yield* readBody(source, section, type, body, at)
    } else {
      yield* skip(source, length - 8)
      if (type === blockTypes.obsoletePacket) yield problem(captureRules.block, "packet", at, length)
    }
  }
}

function* readFile(source: Source): Reading {
  const magic = viewOf(yield* take(source, 4)).getUint32(0, true)
  const found = pcapMagics.get(magic)
  if (found !== undefined) yield* readPcap(source, ...found)
  else if (magic === blockTypes.section) yield* readPcapng(source)
  else yield problem(captureRules.format, "magic", 0, 4)
}

/** Reads a capture file piece by piece; keeps one record at most. */
export interface PacketReader {
  /** Takes bytes that came. They must not change before all events were asked for. */
  readonly push: (chunk: Uint8Array) => void
  /** The next event; undefined where more bytes have to come first. */
  readonly next: () => FileEvent | undefined
  /** What is wrong with a file that ends here. */
  readonly end: () => FileEvent | undefined
}

export const readPackets = (): PacketReader => {
  const source: Source = { input: newInput(), offset: 0, packets: 0, isWhole: false }
  const reading = readFile(source)
  let isOver = false
  const next = (): FileEvent | undefined => {
    if (isOver) return undefined
    const { value, done } = reading.next()
    isOver = done === true || (value?.kind === "problem" && value.fatal)
    return value ?? undefined
  }
  return {
    push: (chunk) => {
      if (!isOver) push(source.input, chunk)
    },
    next,
    end: () =>
      isOver || (source.isWhole && unreadIn(source.input) === 0)
        ? undefined
        : problem(source.offset === 0 ? captureRules.format : captureRules.complete, "", source.offset, 0),
  }
}
