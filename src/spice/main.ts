import * as L from "../layout/index.js"
import { agentChunksFit, chunkHeaderSize } from "./agent-queue.js"
import { charDevice, unconnectedIsZero } from "./char-device.js"
import { header } from "./header.js"
import { agentTokenWindow, maxBlobBytes, maxWriteBytes } from "./parameters.js"
import { structure } from "./structure.js"

/** Bytes of a VDAgentMessage, the header of a message between client and agent (spice-protocol, vd_agent.h). */
const messageHeaderSize = 20

/** AgentMsgFilterResult without PROTO_ERROR (2), which is never stored (spice/server/agent-msg-filter.h). */
const filterResults = { ok: 0, discard: 1, "monitors-config": 3 }

const chunkHeader = L.struct("VDIChunkHeader as the guest wrote it; beyond chunk_header_size its bytes are stale.", {
  port: L.u32("Whom the chunk is for: the guest's word, checked when the data is read."),
  size: L.u32("What is left of the chunk: the guest's word, checked when the data is read.", "bytes"),
})

const agent2client = L.struct(
  "How far the server had read the agent's current message.",
  {
    chunk_header_size: L.u32("What was read of the chunk's header.", "bytes").must(L.atMost(chunkHeaderSize), {
      id: "main/chunk-header-size",
      code: "out-of-range",
      requirement: "No more than the 8 bytes of a chunk header can have been read.",
      consequence: "An assertion of the target fails and crashes QEMU.",
      source: "spice-server 0.15.1, reds.cpp: reds_agent_state_restore",
    }),
    chunk_header: chunkHeader,
    msg_header_done: L.boolean("Whether the message's header was read whole."),
    msg_header_partial_len: L.lengthOf("msg_header", "The size of what was read of the message's header.").must(
      L.below(messageHeaderSize),
      {
        id: "main/partial-header-incomplete",
        code: "out-of-range",
        requirement: "A partly read message header must be shorter than the 20 bytes of a whole one.",
        consequence: "The target copies it unchecked into a buffer of 2048 bytes.",
        source: "spice-server 0.15.1, reds.cpp: reds_marshall_migrate_data, reds_agent_state_restore",
      },
    ),
    msg_header_ptr: L.pointerTo("msg_header", L.run(), "The beginning of the VDAgentMessage header."),
    msg_remaining: L.u32("What is still to come of the message.", "bytes"),
    msg_filter_result: L.enumeration(filterResults, "What the filter decided for the message."),
  },
  (state) => [
    ...L.zeroUnless(
      L.all(L.equal(state.chunk_header_size, chunkHeaderSize), L.equal(state.msg_header_done, 0)),
      [state.msg_header_partial_len],
      {
        id: "main/partial-header-follows-chunk-header",
        requirement:
          "A message header can be partly read only after a whole chunk header, and only while it is not done.",
        consequence: "An assertion of the target fails and crashes QEMU, or the bytes are ignored.",
        source: "spice-server 0.15.1, reds.cpp: reds_agent_state_restore",
      },
    ),
    {
      id: "main/chunk-header-leads-on",
      code: "inconsistent",
      at: state.msg_header_partial_len,
      holds: L.implies(
        L.all(L.equal(state.chunk_header_size, chunkHeaderSize), L.equal(state.msg_header_done, 0)),
        L.below(0, state.msg_header_partial_len),
      ),
      requirement:
        "Behind a whole chunk header, a message's header must be done or begun: a source that has read exactly a chunk header ends itself.",
      consequence:
        "The target works until it migrates on, and then an assertion ends it, unless the agent has written since.",
      source: "spice-server 0.15.1, reds.cpp: reds_on_main_channel_migrate",
    },
    ...L.zeroUnless(L.equal(state.chunk_header_size, chunkHeaderSize), [state.msg_header_done], {
      id: "main/header-done-follows-chunk-header",
      requirement: "A message's header can be done only after a whole chunk header.",
      consequence:
        "The target waits for 0 bytes from the agent for ever: nothing of the agent reaches the client again.",
      source: "spice-server 0.15.1, reds.cpp: reds_marshall_migrate_data, reds_agent_state_restore",
    }),
    {
      id: "main/message-has-chunk",
      code: "inconsistent",
      at: state.chunk_header.size,
      holds: L.implies(L.equal(state.msg_header_done, 1), L.below(0, state.chunk_header.size)),
      requirement:
        "While a message's header is done, something must be left of its chunk: a chunk that is read whole is not kept.",
      consequence:
        "The target waits for 0 bytes from the agent for ever, and an assertion ends it when it migrates on.",
      source: "spice-server 0.15.1, reds.cpp: reds_on_main_channel_migrate, reds_agent_state_restore",
    },
    ...L.zeroUnless(L.equal(state.msg_header_done, 1), [state.msg_remaining, state.msg_filter_result], {
      id: "main/message-state-needs-header",
      requirement:
        "Before a message's header is done, nothing can remain of the message and no filter can have judged it.",
      consequence: "The fields are ignored: one state would have many encodings.",
      source: "spice-server 0.15.1, reds.cpp: reds_marshall_migrate_data",
    }),
  ],
)

const client2agent = L.struct("How far the server had filtered the client's current message.", {
  msg_remaining: L.u32("What is still to come of the message.", "bytes"),
  msg_filter_result: L.enumeration(filterResults, "What the filter decided for the message."),
})

/** SpiceMigrateDataMain (spice/server/migration-protocol.h). */
export const main = L.layout("main", {
  title: "SpiceMigrateDataMain",
  doc: "The agent's write queue and how far its messages were read in both directions.",
  limit: maxBlobBytes(26616, "the target's buffer of 26624 less the 8 bytes it reads past a partial header", 26624),
  checks: structure,
  fields: {
    ...header("MNMD"),
    agent_base: charDevice(maxWriteBytes(26551, "what fits its blob")),
    client_agent_started: L.boolean("Whether the client had started its conversation with the agent."),
    agent2client,
    client2agent,
  },
  rules: (blob) => {
    const { agent_base: base, agent2client: reading, client2agent: writing } = blob
    return [
      ...unconnectedIsZero(base),
      {
        id: "main/tokens-within-window",
        code: "out-of-range",
        at: base.num_client_tokens,
        holds: L.atMost(L.sum(base.num_client_tokens, base.write_num_client_tokens), agentTokenWindow),
        requirement:
          "The client's tokens and those of its queued messages together must fit the receiver's agentTokenWindow.",
        consequence: "An unchecked subtraction wraps: the client gets up to 2^32 tokens.",
        source: "spice-server 0.15.1, char-device.cpp: RedCharDevice::restore",
      },
      {
        id: "main/write-queue-chunks",
        code: "inconsistent",
        at: base.write_size,
        holds: L.scanned(base.write_data, agentChunksFit),
        requirement: "The write queue must be the rest of at most one chunk, and whole chunks behind it.",
        consequence: "The bytes reach the guest's agent, which loses the boundaries of its messages.",
        source:
          "spice-protocol, vd_agent.h: VDIChunkHeader; spice-server 0.15.1, char-device.cpp: RedCharDevice::migrate_data_marshall",
      },
      // That no message header is begun or done then follows from the rules of agent2client.
      ...L.zeroUnless(
        L.equal(base.connected, 1),
        [
          blob.client_agent_started,
          reading.chunk_header_size,
          reading.chunk_header.port,
          reading.chunk_header.size,
          writing.msg_remaining,
          writing.msg_filter_result,
        ],
        {
          id: "main/unconnected-is-zero",
          requirement: "Without an agent on the source, everything after its inner version must be 0.",
          consequence: "The fields are ignored or restored all the same, as the agent comes and goes.",
          source: "spice-server 0.15.1, reds.cpp: reds_marshall_migrate_data",
        },
      ),
      {
        id: "main/unstarted-client-is-discarded",
        code: "inconsistent",
        at: writing.msg_filter_result,
        holds: L.implies(
          L.all(L.equal(blob.client_agent_started, 0), L.below(0, writing.msg_remaining)),
          L.equal(writing.msg_filter_result, "discard"),
        ),
        requirement:
          "What remains of a client's message can only be discarded while the client has not started with the agent: its agent has left.",
        consequence: "With the client's next data an assertion of the target fails and crashes QEMU.",
        source: "spice-server 0.15.1, reds.cpp: reds_on_main_agent_data, reds_agent_state_restore",
      },
    ]
  },
})

/**
 * The decoded state of a main channel: of the agent behind it.
 *
 * @since 0.1.0
 */
export interface MainState extends L.State<typeof main> {}
