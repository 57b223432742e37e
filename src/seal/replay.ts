import * as E from "fp-ts/lib/Either.js"
import { structure } from "../spice/structure.js"
import { isBytes, viewOf } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import { sealRules } from "./rules.js"

/**
 * An envelope that was opened: its id in 32 hexadecimal digits, and until when it is remembered, in milliseconds since
 * 1970.
 *
 * @since 0.6.0
 */
export interface Opening {
  readonly id: string
  readonly until: number
}

/**
 * Remembers which envelopes were opened, each until nobody could open it any more.
 *
 * @since 0.6.0
 */
export interface ReplayWindow {
  /** Takes an opening in, and says whether it is the first of its envelope, another one, or one too many to remember. */
  readonly take: (opening: Opening, now: number) => "first" | "again" | "full"
  /** What is remembered. */
  readonly openings: () => readonly Opening[]
  /** Envelopes that were sealed before, in milliseconds since 1970, may have been opened by another window. */
  readonly since: number
}

/**
 * What a window begins with.
 *
 * @since 0.6.0
 */
export interface ReplayOptions {
  /** What was remembered before. */
  readonly openings?: readonly Opening[]
  /** Envelopes sealed before this time may have been opened and forgotten: they are refused. Default 0: none were. */
  readonly since?: number
  /** Keeps an opening before it counts. Where it throws, nothing was opened. */
  readonly keep?: (opening: Opening) => void
}

/** Envelopes that are remembered at a time: each takes a genuine one. */
export const mostOpenings = 0x10000

/**
 * Makes a window in which every envelope is opened only once.
 *
 * @example
 * const window = replayWindow()
 * const opening = { id: "00".repeat(16), until: 1000 }
 * const first = window.take(opening, 0)
 * [first, window.take(opening, 0)]
 * // ["first", "again"]
 * @since 0.6.0
 */
export const replayWindow = ({ openings = [], since = 0, keep = () => {} }: ReplayOptions = {}): ReplayWindow => {
  const remembered = new Map(openings.map(({ id, until }) => [id, until]))
  /** What expired before may have been opened: a clock that was ahead and is set back must not bring it back. */
  let forgotten = 0
  const forgetExpired = (now: number): void => {
    for (const [id, until] of remembered) if (until < now) remembered.delete(id)
    forgotten = Math.max(forgotten, now)
  }
  return {
    take: (opening, now) => {
      if (remembered.has(opening.id) || opening.until < forgotten) return "again"
      if (remembered.size >= mostOpenings) forgetExpired(now)
      if (remembered.size >= mostOpenings) return "full"
      keep(opening)
      remembered.set(opening.id, opening.until)
      return "first"
    },
    openings: () => [...remembered].map(([id, until]) => ({ id, until })),
    since,
  }
}

/** "MGRW" and a u32 version, then 24 bytes for each opening: its id, and until when as a u64. Integers are little-endian. */
const head = Uint8Array.of(0x4d, 0x47, 0x52, 0x57, 1, 0, 0, 0)
const idSize = 16
const recordSize = idSize + 8

/** Bytes of the file of a window that remembers so many openings. */
export const windowBytes = (openings: number): number => head.length + openings * recordSize

/** No file of a window is longer: it is written anew before it has twice as many openings as are remembered. */
export const mostWindowBytes = windowBytes(2 * mostOpenings)

/** An opening as a file has it, to be appended. */
export const encodeOpening = ({ id, until }: Opening): Uint8Array => {
  const bytes = new Uint8Array(recordSize)
  bytes.set(Buffer.from(id, "hex"))
  viewOf(bytes).setBigUint64(idSize, BigInt(until), true)
  return bytes
}

/** The file of a window that remembers some openings. */
export const encodeWindow = (openings: readonly Opening[]): Uint8Array =>
  Uint8Array.from(Buffer.concat([head, ...openings.map(encodeOpening)]))

const openingAt = (bytes: Uint8Array, offset: number): Opening => ({
  id: Buffer.from(bytes.subarray(offset, offset + idSize)).toString("hex"),
  until: Number(viewOf(bytes).getBigUint64(offset + idSize, true)),
})

/**
 * Reads a window's file. What was cut off while its last opening was written is left out: an opening counts only once
 * all of it is on the disk.
 */
export const decodeWindow = (bytes: unknown): Checked<readonly Opening[]> => {
  if (!isBytes(bytes)) return E.left([new Violation(structure.argument, { path: "", offset: 0, length: 0 })])
  const place = { path: "", offset: 0, length: bytes.length }
  if (bytes.length > mostWindowBytes || head.some((byte, index) => bytes[index] !== byte))
    return E.left([new Violation(sealRules.windowFile, place, bytes.length)])
  const count = Math.floor((bytes.length - head.length) / recordSize)
  return E.right(Array.from({ length: count }, (_, index) => openingAt(bytes, head.length + recordSize * index)))
}
