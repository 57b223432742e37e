import { viewOf } from "../../violation/bytes.js"
import type { Pass, Whole, WireMessage } from "./events.js"
import type { HeaderPlaces } from "./header.js"
import { type Gathering, gather, hasBytes, type Input, noBytes } from "./input.js"
import { type Heads, longestHead } from "./messages.js"

/** Messages without end. */
export interface MessageFramer {
  /** The next message, held message or bytes that pass; undefined where more have to come first. */
  readonly next: () => WireMessage | Whole | Pass | undefined
  /** Holds the message that came last: it will be complete before it is seen again. Returns what passes before it. */
  readonly hold: () => Uint8Array
}

const typeAt = (view: DataView, at: number, places: HeaderPlaces): number => view.getUint16(at + places.type, true)
const sizeAt = (view: DataView, at: number, places: HeaderPlaces): number => view.getUint32(at + places.length, true)

/** How much of its payload is looked at with a header. */
const headOf = (heads: Heads, type: number, size: number): number => Math.min(heads.get(type) ?? 0, size)

/** A header and its message's head that a chunk's end has cut: so many bytes of them are there. */
interface Cut {
  readonly bytes: Uint8Array
  length: number
}

/** What a cut one needs: a header, and once that is there its message's head. */
const neededFor = ({ bytes, length }: Cut, places: HeaderPlaces, heads: Heads): number => {
  if (length < places.size) return places.size
  const view = viewOf(bytes)
  return places.size + headOf(heads, typeAt(view, 0, places), sizeAt(view, 0, places))
}

/** Goes on copying what a chunk's end cut; says whether it is complete. */
const complete = (cut: Cut, input: Input, places: HeaderPlaces, heads: Heads): boolean => {
  const { chunk } = input
  let needed = neededFor(cut, places, heads)
  while (cut.length < needed && input.at < chunk.length) {
    const end = Math.min(chunk.length, input.at + needed - cut.length)
    cut.bytes.set(chunk.subarray(input.at, end), cut.length)
    cut.length += end - input.at
    input.at = end
    needed = neededFor(cut, places, heads)
  }
  return cut.length === needed
}

/** What messages are framed by. */
export interface Framing {
  /** The number of the connection, for the events. */
  readonly connection: number
  readonly input: Input
  readonly places: HeaderPlaces
  readonly heads: Heads
  /**
   * Whether a message can be held. Where none can, chunks pass as they came, and a header that a chunk's end cuts passes
   * before its message is known.
   */
  readonly mayHold: boolean
}

/**
 * Frames messages by indexing their headers where they lie. Only what is held, and a header and a head that a chunk's
 * end cuts, are copied; payloads are counted.
 */
export const frameMessages = ({ connection, input, places, heads, mayHold }: Framing): MessageFramer => {
  let cut: Cut | undefined
  /** What was cut, of the message that came last: it passes next. */
  let mended: Uint8Array | undefined
  let held: { readonly type: number; readonly header: Uint8Array; readonly payload: Gathering } | undefined
  /** How much of a message's payload is still to pass. */
  let left = 0
  /** Where in the chunk that begins which has been read and has not passed, and the message that came last. */
  let from = input.at
  let start = 0

  const pass = (end: number): Pass => {
    const bytes = input.chunk.subarray(from, end)
    from = end
    return { kind: "pass", bytes }
  }

  const nextWhole = ({ type, header, payload }: NonNullable<typeof held>): Whole | undefined => {
    const isComplete = payload.take(input)
    from = input.at
    if (!isComplete) return undefined
    held = undefined
    return { kind: "whole", type, header, payload: payload.bytes() }
  }

  /** Goes on with a header that a chunk's end has cut, or is about to cut. */
  const nextCut = (): WireMessage | undefined => {
    cut ??= { bytes: new Uint8Array(places.size + longestHead), length: 0 }
    const isComplete = complete(cut, input, places, heads)
    if (mayHold) from = input.at
    if (!isComplete) return undefined
    const bytes = cut.bytes.subarray(0, cut.length)
    cut = undefined
    if (mayHold) mended = bytes
    const view = viewOf(bytes)
    const size = sizeAt(view, 0, places)
    left = size - (bytes.length - places.size)
    return { kind: "message", connection, type: typeAt(view, 0, places), size, head: bytes.subarray(places.size) }
  }

  const next = (): WireMessage | Whole | Pass | undefined => {
    if (held !== undefined) return nextWhole(held)
    if (mended !== undefined) {
      const bytes = mended
      mended = undefined
      return { kind: "pass", bytes }
    }
    for (;;) {
      const { chunk, view, at } = input
      const end = chunk.length
      if (at === end) {
        if (at > from) return pass(at)
        from = 0
        if (!hasBytes(input)) return undefined
      } else if (left > 0) {
        const step = Math.min(left, end - at)
        input.at += step
        left -= step
      } else {
        if (cut === undefined && end - at >= places.size) {
          const type = typeAt(view, at, places)
          const size = sizeAt(view, at, places)
          const head = headOf(heads, type, size)
          const behind = at + places.size
          if (end - behind >= head) {
            start = at
            left = size - head
            input.at = behind + head
            return {
              kind: "message",
              connection,
              type,
              size,
              head: head === 0 ? noBytes : chunk.subarray(behind, input.at),
            }
          }
        }
        if (mayHold && at > from) return pass(at)
        const message = nextCut()
        if (message !== undefined) return message
      }
    }
  }

  const hold = (): Uint8Array => {
    const before = mended === undefined ? input.chunk.subarray(from, start) : noBytes
    const bytes = mended ?? input.chunk.subarray(start, input.at)
    const view = viewOf(bytes)
    const payload = gather(sizeAt(view, 0, places), bytes.subarray(places.size))
    held = { type: typeAt(view, 0, places), header: bytes.slice(0, places.size), payload }
    mended = undefined
    left = 0
    from = input.at
    return before
  }

  return { next, hold }
}
