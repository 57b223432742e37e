import { viewOf } from "../../violation/bytes.js"

/** The bytes of one side of a connection that have come and are not read yet. */
export interface Input {
  /** The chunk at hand, a view of it, and where in it reading goes on. */
  chunk: Uint8Array
  view: DataView
  at: number
  readonly later: Uint8Array[]
  /** What the chunks that wait behind the one at hand keep, in bytes. */
  waiting: number
}

/** Shared empty bytes: they keep no chunk in memory. */
export const noBytes = new Uint8Array()
const noView = viewOf(noBytes)

/** What a chunk takes beside its bytes, for those who send single ones. */
const chunkCost = 256

export const newInput = (): Input => ({ chunk: noBytes, view: noView, at: 0, later: [], waiting: 0 })

/** Adds bytes. They must not change before they are read. */
export const push = (input: Input, chunk: Uint8Array): void => {
  if (chunk.length === 0) return
  input.later.push(chunk)
  input.waiting += chunk.length + chunkCost
}

/** Says whether there is a byte to read; goes on to the next chunk where the one at hand is read. */
export const hasBytes = (input: Input): boolean => {
  if (input.at < input.chunk.length) return true
  const next = input.later.shift()
  input.at = 0
  input.chunk = next ?? noBytes
  input.view = next === undefined ? noView : viewOf(next)
  if (next === undefined) return false
  input.waiting -= next.length + chunkCost
  return true
}

/** Bytes that wait to be read, and what their chunks take beside. */
export const unreadIn = ({ chunk, at, waiting }: Input): number => chunk.length - at + waiting

/** Reads at most so many bytes where they lie. */
export const readSome = (input: Input, most: number): Uint8Array => {
  const start = input.at
  input.at = Math.min(input.chunk.length, start + most)
  return input.chunk.subarray(start, input.at)
}

/** Room that is taken before anything of what was announced has come. */
const firstRoom = 4096

/** Bytes of a thing of known size that come in pieces. */
export interface Gathering {
  /** Copies what has come of them; says whether they are complete. */
  readonly take: (input: Input) => boolean
  /** What has come so far. */
  readonly bytes: () => Uint8Array
}

/** Gathers so many bytes, of which the first may be there. Memory follows what came, not what was announced. */
export const gather = (size: number, first: Uint8Array = noBytes): Gathering => {
  let room = new Uint8Array(Math.min(size, firstRoom))
  let length = 0

  const add = (bytes: Uint8Array): void => {
    const needed = length + bytes.length
    if (needed > room.length) {
      const larger = new Uint8Array(Math.min(size, Math.max(needed, 2 * room.length)))
      larger.set(room.subarray(0, length))
      room = larger
    }
    room.set(bytes, length)
    length = needed
  }

  const take = (input: Input): boolean => {
    while (length < size && hasBytes(input)) add(readSome(input, size - length))
    return length === size
  }

  add(first)
  return { take, bytes: () => room.subarray(0, length) }
}

/** Reads so many bytes; yields while they have not come. */
export function* readWhole(input: Input, size: number): Generator<undefined, Uint8Array, void> {
  const gathered = gather(size)
  while (!gathered.take(input)) yield undefined
  return gathered.bytes()
}
