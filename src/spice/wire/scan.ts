import { viewOf } from "../../schema/bytes.js"
import type { HeaderPlaces } from "./header.js"
import { type Heads, longestHead } from "./messages.js"

/** What becomes of a message whose header is there: it passes, or the scan stops before or behind its header. */
export type Step = "pass" | "stop-before" | "stop-behind"

/** What a scan hands out. Bytes are views: of the chunk, or of memory that the next scan may overwrite. */
export interface ScanListener {
  /** A message's header and as much of its payload as its type's head has. */
  readonly message: (type: number, size: number, head: Uint8Array, header: Uint8Array) => Step
  /** Bytes of messages that pass, in order. */
  readonly run: (bytes: Uint8Array) => void
}

/** Goes through a chunk from `start` on and returns where it stopped: at the chunk's end unless a message stopped it. */
export type Scan = (chunk: Uint8Array, start: number) => number

const nothing = new Uint8Array()

/**
 * Frames messages by indexing their headers where they lie. Only a header and a head that a chunk's end cuts are
 * copied; payloads are counted.
 */
export const scanMessages = (places: HeaderPlaces, heads: Heads, listener: ScanListener): Scan => {
  const stash = new Uint8Array(places.size + longestHead)
  const stashView = viewOf(stash)
  let stashed = 0
  let left = 0

  const headOf = (view: DataView, at: number): number =>
    Math.min(heads.get(view.getUint16(at + places.type, true)) ?? 0, view.getUint32(at + places.length, true))

  const judge = (bytes: Uint8Array, view: DataView, at: number, head: number): Step => {
    const type = view.getUint16(at + places.type, true)
    const size = view.getUint32(at + places.length, true)
    const behind = at + places.size
    const step = listener.message(
      type,
      size,
      head === 0 ? nothing : bytes.subarray(behind, behind + head),
      bytes.subarray(at, behind),
    )
    if (step === "pass") left = size - head
    return step
  }

  /** What the stash needs: a header, and once that is there its message's head. */
  const needed = (): number => (stashed < places.size ? places.size : places.size + headOf(stashView, 0))

  /** Goes on copying what a chunk's end cut; returns where the rest begins. */
  const complete = (chunk: Uint8Array, start: number): number => {
    let at = start
    while (at < chunk.length && stashed < needed()) {
      const end = Math.min(chunk.length, at + needed() - stashed)
      stash.set(chunk.subarray(at, end), stashed)
      stashed += end - at
      at = end
    }
    return at
  }

  const judgeStash = (): Step => {
    if (stashed < needed()) return "pass"
    const step = judge(stash, stashView, 0, stashed - places.size)
    if (step === "pass") listener.run(stash.slice(0, stashed))
    stashed = 0
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
      const head = stashed === 0 && end - at >= places.size ? headOf(view, at) : 0
      if (stashed === 0 && end - at >= places.size + head) {
        const step = judge(chunk, view, at, head)
        if (step !== "pass") {
          flush()
          return step === "stop-before" ? at : at + places.size
        }
        at += places.size + head
        continue
      }
      flush()
      at = complete(chunk, at)
      from = at
      if (judgeStash() !== "pass") return at
    }
    flush()
    return end
  }
}
