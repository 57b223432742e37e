import { viewOf } from "../../violation/bytes.js"
import type { HeaderPlaces } from "./header.js"
import { type Heads, longestHead } from "./messages.js"

/**
 * What becomes of a message whose header is there: it passes, the scan stops before it, or the header is taken and the
 * scan stops behind that.
 */
export type Step = "pass" | "stop" | ((header: Uint8Array) => void)

/** What a scan hands out. Bytes are views of the chunk, or of memory that nobody else has. */
export interface ScanListener {
  /** What a message's header says, and as much of its payload as its type's head has. One that is taken has none. */
  readonly message: (type: number, size: number, head: Uint8Array) => Step
  /** Bytes of messages that pass, in order. */
  readonly run: (bytes: Uint8Array) => void
}

/** Goes through a chunk from `start` on and returns where it stopped: at the chunk's end unless a message stopped it. */
export type Scan = (chunk: Uint8Array, start: number) => number

const nothing = new Uint8Array()

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

/** Goes on copying what a chunk's end cut; returns where the rest begins. */
const complete = (cut: Cut, chunk: Uint8Array, start: number, places: HeaderPlaces, heads: Heads): number => {
  let at = start
  for (let needed = neededFor(cut, places, heads); cut.length < needed && at < chunk.length; ) {
    const end = Math.min(chunk.length, at + needed - cut.length)
    cut.bytes.set(chunk.subarray(at, end), cut.length)
    cut.length += end - at
    at = end
    needed = neededFor(cut, places, heads)
  }
  return at
}

/**
 * Frames messages by indexing their headers where they lie. Only a header and a head that a chunk's end cuts are
 * copied; payloads are counted.
 */
export const scanMessages = (places: HeaderPlaces, heads: Heads, listener: ScanListener): Scan => {
  let cut: Cut | undefined
  /** How much of a message's payload is still to pass. */
  let left = 0

  /** Judges the message at `at`, and counts what is still to come of one that passes. */
  const judge = (bytes: Uint8Array, at: number, type: number, size: number, head: number): Step => {
    const behind = at + places.size
    const step = listener.message(type, size, head === 0 ? nothing : bytes.subarray(behind, behind + head))
    if (step === "pass") left = size - head
    else if (step !== "stop") step(bytes.subarray(at, behind))
    return step
  }

  const judgeCut = ({ bytes, length }: Cut): Step => {
    const view = viewOf(bytes)
    const step = judge(bytes, 0, typeAt(view, 0, places), sizeAt(view, 0, places), length - places.size)
    if (step === "pass") listener.run(bytes.subarray(0, length))
    return step
  }

  return (chunk, start) => {
    const view = viewOf(chunk)
    const end = chunk.length
    let at = start
    let from = start
    const flush = (): void => {
      if (at > from) listener.run(chunk.subarray(from, at))
    }
    while (at < end) {
      if (left > 0) {
        const step = Math.min(left, end - at)
        at += step
        left -= step
        continue
      }
      if (cut === undefined && end - at >= places.size) {
        const type = typeAt(view, at, places)
        const size = sizeAt(view, at, places)
        const head = headOf(heads, type, size)
        if (end - at >= places.size + head) {
          const step = judge(chunk, at, type, size, head)
          if (step !== "pass") {
            flush()
            return step === "stop" ? at : at + places.size
          }
          at += places.size + head
          continue
        }
      }
      flush()
      cut ??= { bytes: new Uint8Array(places.size + longestHead), length: 0 }
      at = complete(cut, chunk, at, places, heads)
      from = at
      if (cut.length < neededFor(cut, places, heads)) continue
      const whole = cut
      cut = undefined
      if (judgeCut(whole) !== "pass") return at
    }
    flush()
    return end
  }
}
