import { formatOf, formats } from "../spice/formats.js"
import { type Channel, channels } from "../spice/receiver.js"
import { fullPlaces, type HeaderPlaces, miniPlaces } from "../spice/wire/header.js"
import { fromClient, fromServer } from "../spice/wire/messages.js"
import { viewOf } from "../violation/bytes.js"
import type { Note } from "../violation/checked.js"
import type { Violation } from "../violation/violation.js"

/** The channel whose format begins with a magic; SVMD stands for its three as spicevmc. */
export const channelByMagic = (bytes: Uint8Array): Channel | undefined =>
  channels.find((channel) => {
    const { format, struct } = formats[formatOf[channel]]
    return format === channel && struct.fields.magic.value === viewOf(bytes).getUint32(0, true)
  })

/** The bytes that a magic has. */
export const magicSize = 4

/** The most bytes that a message's header and a magic behind it have. */
export const mostHeadBytes = fullPlaces.size + magicSize

const isHeader = (bytes: Uint8Array, { size, type }: HeaderPlaces): boolean => {
  if (bytes.length < size + magicSize) return false
  const message = viewOf(bytes).getUint16(type, true)
  const carriesData = message === fromServer.migrateData || message === fromClient.migrateData
  return carriesData && channelByMagic(bytes.subarray(size)) !== undefined
}

/** The size of the header of a MIGRATE_DATA message that stands in front of a blob: 6 or 18 bytes, or 0 for none. */
export const headerSizeOf = (bytes: Uint8Array): number =>
  [miniPlaces, fullPlaces].find((places) => isHeader(bytes, places))?.size ?? 0

/** The channel that a file's magic says, at its beginning or behind a message's header. */
export const recognisedChannel = (bytes: Uint8Array): Channel | undefined => {
  const blob = bytes.subarray(headerSizeOf(bytes))
  return blob.length < magicSize ? undefined : channelByMagic(blob)
}

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0))

/** How captures begin: in the order of bytes of either machine, with times in microseconds or nanoseconds. */
const pcapStarts = [
  [0xd4, 0xc3, 0xb2, 0xa1],
  [0xa1, 0xb2, 0xc3, 0xd4],
  [0x4d, 0x3c, 0xb2, 0xa1],
  [0xa1, 0xb2, 0x3c, 0x4d],
] as const
const pcapngStart = [0x0a, 0x0d, 0x0d, 0x0a] as const

const beginsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte)

/** Whether a file begins as a capture of packets does. */
export const isCapture = (bytes: Uint8Array): boolean =>
  [...pcapStarts, pcapngStart].some((start) => beginsWith(bytes, start))

/** How files begin that are kept beside blobs. */
const signatures: readonly (readonly [kind: string, start: readonly number[]])[] = [
  ["a QEMU migration stream", ascii("QEVM")],
  ["a machine that libvirt saved", ascii("LibvirtQemudSave")],
  ["a machine that libvirt saved in part", ascii("LibvirtQemudPart")],
  ...pcapStarts.map((start) => ["a capture in the pcap format: extract takes those", start] as const),
  ["a capture in the pcapng format: extract takes those", pcapngStart],
  ["a qcow2 image", ascii("QFI\xfb")],
  ["a program", ascii("\x7fELF")],
  ["compressed with gzip", [0x1f, 0x8b]],
  ["compressed with xz", ascii("\xfd7zXZ")],
  ["compressed with zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["JSON, such as the arguments of a QEMU command: check-args takes those", ascii("{")],
]

/** Hexadecimal digits as xxd -p, hexdump and people write them, with or without an offset in front. */
const hexDump = /^(?:[0-9a-f]{4,8}[: ]\s*)?(?:[0-9a-f]{2}[\s:]?){4}/i

/** What a file that does not begin with its channel's magic looks like. */
const lookOf = (bytes: Uint8Array): string | undefined => {
  const header = headerSizeOf(bytes)
  if (header > 0)
    return `The ${header} bytes of a message's header stand in front of the blob: remove them, or pass --skip-header.`
  const found = signatures.find(([, start]) => beginsWith(bytes, start))
  if (found !== undefined) return `The file is no relayed blob: it looks like ${found[0]}.`
  return hexDump.test(Buffer.from(bytes.subarray(0, 64)).toString("latin1"))
    ? "The file looks like a blob's hexadecimal digits as text: turn it into bytes first, for example with xxd -r -p."
    : undefined
}

/** The version that every format has, read in the wrong byte order. */
const isBigEndian = ({ rule, actual }: Violation): boolean => rule === "layout/version" && actual === 0x01000000

const bigEndian: Note = { path: "", message: "The numbers look big-endian: SPICE's are little-endian." }

/** How blobs begin, for a reader who sees how a file does. */
export const magicNote = (): Note => {
  const magics = Object.values(formats).map(({ format, struct }) => {
    const users = channels.filter((channel) => formatOf[channel] === format && channel !== "spicevmc")
    return `${magicTextOf(struct.fields.magic)} (${users.join(", ")})`
  })
  return { path: "magic", message: `Blobs begin with ${magics.join(", ")}.` }
}

const magicTextOf = ({ value }: { readonly value: number | bigint }): string =>
  String.fromCharCode(...[0, 8, 16, 24].map((shift) => (Number(value) >>> shift) & 0xff))

/** What a refused file seems to be instead of a blob of its channel, said where it can be told. */
export const recognised = (bytes: Uint8Array, channel: Channel | undefined, [first]: readonly Violation[]): Note[] => {
  if (first !== undefined && isBigEndian(first)) return [{ ...bigEndian, path: "version" }]
  const other = bytes.length < magicSize ? undefined : channelByMagic(bytes)
  if (channel !== undefined && other !== undefined)
    return formatOf[other] === formatOf[channel]
      ? []
      : [{ path: "magic", message: `The blob begins as one of ${other} does.` }]
  const look = lookOf(bytes)
  if (look !== undefined) return [{ path: "", message: look }]
  if (bytes.length < magicSize) return []
  return channelByMagic(Uint8Array.from(bytes.subarray(0, magicSize)).reverse()) === undefined ? [] : [bigEndian]
}
