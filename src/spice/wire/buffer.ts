/** Room that is taken before anything of what was announced has come. */
const firstRoom = 4096

/** Bytes of a thing of known size that come in pieces. Memory follows what came, not what was announced. */
export interface Gathering {
  /** Copies what belongs to the thing from `start` on, and returns where what follows it begins. */
  readonly take: (chunk: Uint8Array, start: number) => number
  readonly isComplete: () => boolean
  /** What has come so far. */
  readonly bytes: () => Uint8Array
}

export const gather = (size: number): Gathering => {
  let room = new Uint8Array(Math.min(size, firstRoom))
  let length = 0

  const reserve = (needed: number): void => {
    if (needed <= room.length) return
    const larger = new Uint8Array(Math.min(size, Math.max(needed, 2 * room.length)))
    larger.set(room.subarray(0, length))
    room = larger
  }

  const take = (chunk: Uint8Array, start: number): number => {
    const end = Math.min(chunk.length, start + size - length)
    reserve(length + end - start)
    room.set(chunk.subarray(start, end), length)
    length += end - start
    return end
  }

  return { take, isComplete: () => length === size, bytes: () => room.subarray(0, length) }
}
