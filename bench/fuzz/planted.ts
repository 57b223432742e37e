import type { Format } from "../../src/spice/formats.js"
import type { Mutant } from "./mutants.js"

/** A bug as somebody would write it into a decoder by hand: a text of the emitted source, and what stands there instead. */
interface Planted {
  readonly format: Format
  readonly name: string
  readonly text: string
  readonly instead: string
}

const planted: readonly Planted[] = [
  {
    format: "main",
    name: "off by one: a chunk header of 9 bytes",
    text: "agent2client_chunkHeaderSize > 8",
    instead: "agent2client_chunkHeaderSize > 9",
  },
  {
    format: "main",
    name: "the sum of tokens wraps at 2^32",
    text: "agentBase_numClientTokens + agentBase_writeNumClientTokens > receiver.agentTokenWindow",
    instead: "(agentBase_numClientTokens + agentBase_writeNumClientTokens) >>> 0 > receiver.agentTokenWindow",
  },
  {
    format: "main",
    name: "one member of an enumeration for another",
    text: 'agent2client_msgFilterResult === 1 ? "discard"',
    instead: 'agent2client_msgFilterResult === 3 ? "discard"',
  },
  {
    format: "main",
    name: "a partial header of exactly 20 bytes",
    text: "agent2client_msgHeaderPartialLen >= 20",
    instead: "agent2client_msgHeaderPartialLen > 20",
  },
  {
    format: "main",
    name: "a signed read of what remains",
    text: "view.getUint32(60, true)",
    instead: "view.getInt32(60, true)",
  },
  {
    format: "display",
    name: "the count times its stride wraps at 2^32",
    text: "surfaces_numSurfaces * surfacesStride > surfacesAvailable",
    instead: "Math.imul(surfaces_numSurfaces, surfacesStride) >>> 0 > surfacesAvailable",
  },
  {
    format: "display",
    name: "right and bottom edges change places",
    text: "columns[3 * count + index] = right\n    columns[4 * count + index] = bottom",
    instead: "columns[3 * count + index] = bottom\n    columns[4 * count + index] = right",
  },
  {
    format: "display",
    name: "the entry before is never remembered",
    text: "columns[4 * count + index] = bottom\n    previous_id = id",
    instead: "columns[4 * count + index] = bottom",
  },
  {
    format: "display",
    name: "ids that follow each other are refused",
    text: "columns[index] = id\n    previous_id = id",
    instead: "columns[index] = id\n    previous_id = id + 1",
  },
  {
    format: "display",
    name: "the receiver's setting is not asked",
    text: '(receiver.jpegWanCompression === "auto" && lowBandwidthSetting === 1)',
    instead: "lowBandwidthSetting === 1",
  },
  {
    format: "display",
    name: "an unsigned read of the cache's size",
    text: "view.getBigInt64(18, true)",
    instead: "view.getBigUint64(18, true)",
  },
  {
    format: "inputs",
    name: "a big-endian read",
    text: "view.getUint16(8, true)",
    instead: "view.getUint16(8, false)",
  },
  {
    format: "spicevmc",
    name: "missing wrap check: a size near 2^32 ends inside",
    text: "base_writeDataLength > size - base_writeDataStart",
    instead: "((base_writeDataStart + base_writeDataLength) | 0) > size",
  },
  {
    format: "spicevmc",
    name: "the limit of another channel",
    text: "base_writeSize > receiver.maxWriteBytes[channel]",
    instead: "base_writeSize > receiver.maxWriteBytes.spicevmc + Number(channel === 'port')",
  },
  {
    format: "smartcard",
    name: "a little-endian read of a header",
    text: "view.getUint32(readDataStart + 8, false)",
    instead: "view.getUint32(readDataStart + 8, true)",
  },
  {
    format: "smartcard",
    name: "off by one: a header that is just complete",
    text: "readDataLength < 12",
    instead: "readDataLength <= 12",
  },
  {
    format: "smartcard",
    name: "off by one: the announced buffer",
    text: "Math.max(564, readData_header_length + 12) : 282))",
    instead: "Math.max(564, readData_header_length + 13) : 282))",
  },
  {
    format: "smartcard",
    name: "the parts in the wrong order",
    text: "const readDataStart = base_writeDataEnd",
    instead: "const readDataStart = base_writeDataStart",
  },
]

/** The emitted decoder of a format with each of the planted bugs. */
export const plantedIn = (format: Format, source: string): readonly Mutant[] =>
  planted
    .filter((each) => each.format === format)
    .map(({ name, text, instead }) => {
      if (source.split(text).length !== 2) throw new Error(`${format}, ${name}: the text is not there once`)
      return { name, source: source.replace(text, instead) }
    })
