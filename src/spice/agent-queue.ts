import { viewOf } from "../schema/bytes.js"
import type { Scan } from "../schema/expression.js"

/** VDIChunkHeader: u32 port, u32 size, little-endian (spice-protocol, vd_agent.h). */
const chunkHeaderSize = 8
/** VD_AGENT_MAX_DATA_SIZE: the most that one chunk carries (spice-protocol, vd_agent.h). */
const maxChunkData = 2048
/** VDP_CLIENT_PORT and VDP_SERVER_PORT: who wrote a chunk for the agent (spice-protocol, vd_agent.h). */
const clientPort = 1
const serverPort = 2
/** The most that can be left of a chunk of which at least one byte was written. */
const longestRest = chunkHeaderSize + maxChunkData - 1

/**
 * Whether the write queue of an agent can be what a server wrote: the rest of at most one chunk, then whole chunks
 * back to back to the end, no more of them from the client than the queue was counted as.
 *
 * Where the first whole chunk begins is not on the wire, because the chunk before it may be partly written. So every
 * position that the rest of one chunk can reach (up to 2055 bytes) is tried; a queue that is shorter than that can
 * always be such a rest, and nothing more is known of it. From the end backwards each position is judged once.
 */
const chunksFit = (queue: Uint8Array, clientTokens = 0): boolean => {
  const view = viewOf(queue)
  const end = queue.length
  const clientChunksFrom = new Int32Array(end + 1)
  for (let at = end - 1; at >= 0; at--) clientChunksFrom[at] = clientChunks(view, at, end, clientChunksFrom)
  return clientChunksFrom.subarray(0, longestRest + 1).some((count) => count >= 0 && count <= clientTokens)
}

/** The client's chunks in the chain of whole chunks from `at` to the end, or -1 where there is no such chain. */
const clientChunks = (view: DataView, at: number, end: number, known: Int32Array): number => {
  if (at + chunkHeaderSize > end) return -1
  const port = view.getUint32(at, true)
  const size = view.getUint32(at + 4, true)
  const next = at + chunkHeaderSize + size
  if ((port !== clientPort && port !== serverPort) || size > maxChunkData || next > end) return -1
  const following = Number(known[next])
  return following < 0 ? -1 : following + (port === clientPort ? 1 : 0)
}

/** The scan of `main/write-queue-chunks`; a queue of zeros that is longer than any rest holds no chunk of a known port. */
export const agentChunksFit: Scan = {
  name: "agentChunksFit",
  holds: chunksFit,
  refused: new Uint8Array(longestRest + 1),
}
