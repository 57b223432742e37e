import { readSync } from "node:fs"

/** Reads a file from its beginning until it or the room for it ends, and returns what was read. */
export const readUpTo = (descriptor: number, room: Uint8Array): Uint8Array => {
  let length = 0
  for (let read = -1; read !== 0 && length < room.length; length += read)
    read = readSync(descriptor, room, length, room.length - length, length)
  return room.subarray(0, length)
}
