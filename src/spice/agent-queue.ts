import * as L from "../layout/index.js"

/** Bytes of a VDIChunkHeader (spice-protocol, vd_agent.h). */
export const chunkHeaderSize = 8

/**
 * Whether the write queue of an agent can be what a server wrote: the rest of at most one chunk, then whole chunks back
 * to back to the end. A queue that is no longer than one chunk can always be such a rest, and nothing more is known of
 * it. The count of the client's messages does not help: the chunks of a client that left stay in the queue and are no
 * longer counted.
 */
export const agentChunksFit = L.chain("agentChunksFit", {
  doc: "Whether a queue is the rest of at most one chunk, then whole chunks to the end.",
  header: L.struct("VDIChunkHeader (spice-protocol, vd_agent.h).", {
    port: L.enumeration({ client: 1, server: 2 }, "Who wrote the chunk: VDP_CLIENT_PORT or VDP_SERVER_PORT.", L.u32),
    size: L.u32("What follows the header.", "bytes"),
  }),
  length: "size",
  /** VD_AGENT_MAX_DATA_SIZE (spice-protocol, vd_agent.h). */
  most: 2048,
  begins: "anywhere",
})
