import type { Scan } from "../layout/expression.js"
import { cut, viewOf } from "../violation/bytes.js"

/** Bytes of a VDIChunkHeader: u32 port, u32 size, little-endian (spice-protocol, vd_agent.h). */
export const chunkHeaderSize = 8
/** VD_AGENT_MAX_DATA_SIZE: the most that one chunk carries (spice-protocol, vd_agent.h). */
const maxChunkData = 2048
/** VDP_CLIENT_PORT and VDP_SERVER_PORT: who wrote a chunk for the agent (spice-protocol, vd_agent.h). */
const clientPort = 1
const serverPort = 2
/** The most that can be left of a chunk. */
const longestRest = chunkHeaderSize + maxChunkData

/**
 * Whether the write queue of an agent can be what a server wrote: the rest of at most one chunk, then whole chunks
 * back to back to the end.
 *
 * Where the first whole chunk begins is not on the wire, because the chunk before it may be partly written. So every
 * position that the rest of one chunk can reach is tried; a queue that is no longer than that can always be such a
 * rest, and nothing more is known of it. From the end backwards each position is judged once. The count of the
 * client's messages does not help: the chunks of a client that left stay in the queue and are no longer counted.
 */
const chunksFit = (queue: Uint8Array): boolean => {
  const end = queue.length
  if (end <= longestRest) return true
  const view = viewOf(queue)
  const reachesEnd = new Uint8Array(end + 1)
  reachesEnd[end] = 1
  for (let at = end - chunkHeaderSize; at >= 0; at--) {
    const port = view.getUint32(at, true)
    const size = view.getUint32(at + 4, true)
    if ((port === clientPort || port === serverPort) && size <= maxChunkData)
      reachesEnd[at] = Number(reachesEnd[at + chunkHeaderSize + size])
  }
  return reachesEnd.subarray(0, longestRest + 1).includes(1)
}

/**
 * The same bytes cut into the rest of one chunk and whole chunks behind it: the first four bytes say how long the rest
 * is, and a chunk's size is what stands at its place, as far as both can be so. Only chunk headers are written.
 */
const withChunks = (queue: Uint8Array): Uint8Array => {
  if (chunksFit(queue)) return queue
  const bytes = cut(queue, 0, queue.length, false)
  const view = viewOf(bytes)
  let at = Math.min(view.getUint32(0, true) % (longestRest + 1), bytes.length - chunkHeaderSize)
  while (at < bytes.length) {
    const left = bytes.length - at - chunkHeaderSize
    const size = Math.min(view.getUint32(at + 4, true) % (maxChunkData + 1), left)
    const fitting = left - size === 0 || left - size >= chunkHeaderSize
    const chosen = fitting ? size : left <= maxChunkData ? left : size - chunkHeaderSize
    view.setUint32(at, view.getUint8(at) % 2 === 0 ? clientPort : serverPort, true)
    view.setUint32(at + 4, chosen, true)
    at += chunkHeaderSize + chosen
  }
  return bytes
}

/** The scan of `main/write-queue-chunks`; a queue of zeros that is longer than any rest holds no chunk of a known port. */
export const agentChunksFit: Scan = {
  name: "agentChunksFit",
  holds: chunksFit,
  refused: new Uint8Array(longestRest + 1),
  mended: withChunks,
}
