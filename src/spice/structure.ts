import { checksWith } from "../layout/built-in.js"

const handler = "spice-server 0.15.1, handle_migrate_data of each channel"
const header = "spice-server 0.15.1, migration-protocol.h: migration_protocol_validate_header"

/** The rules that hold by construction, with what spice-server 0.15.1 does with what breaks one, read off its sources. */
export const structure = checksWith(
  {
    argument: { source: "our own rule (SECURITY.md)" },
    limit: {
      requirement: "The blob must not be larger than the receiver's maxBlobBytes for its channel.",
      consequence:
        "display, spicevmc and smartcard channels allocate what the frame's size says; a failed allocation crashes QEMU.",
      source: "spice-server 0.15.1, alloc_recv_buf of each channel",
    },
    fixedPart: {
      consequence:
        "main and inputs drop the channel; spicevmc, smartcard and display crash QEMU by an assertion or an error.",
      source: handler,
    },
    magic: {
      requirement: "The magic must be the one of the channel that the blob is for.",
      consequence: "spice-server logs an error that crashes QEMU.",
      source: header,
    },
    version: {
      consequence: "Version 0 is taken as version 1; a higher one is an error that crashes QEMU.",
      source: header,
    },
    enumeration: {
      requirement: "The byte must be a member of the enumeration that a server can have stored.",
      consequence:
        "It is cast to the C enumeration unchecked; a filter in an unknown state misjudges the next message.",
      source: "spice-server 0.15.1, agent-msg-filter.h: AgentMsgFilterResult; reds.cpp: reds_agent_state_restore",
    },
    pointerRange: { consequence: "It is added to the message's address unchecked: a read anywhere within 4 GiB." },
    partFits: {
      consequence: "memcpy reads beyond the message: a leak of heap memory into the device, or SIGSEGV.",
    },
    countFits: {
      consequence: "The loop over the list runs off the message's end.",
      source: "spice-server 0.15.1, dcc.cpp: restore_surfaces_lossless, restore_surfaces_lossy",
    },
    valueType: { source: "our own rule (docs/guide/library.md)" },
    valueRange: { source: "our own rule (docs/guide/library.md)" },
    valueForm: { source: "our own rule (docs/guide/library.md)" },
  },
  "spice-server 0.15.1, migration-protocol.h: the struct of each channel's data",
)
