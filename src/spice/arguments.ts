import type { Rule } from "../violation/violation.js"

/** The checks of what a caller passes beside the bytes, for callers that no compiler checked. */
export const argumentRules = {
  channel: {
    id: "spice/channel",
    code: "wrong-channel",
    requirement: "The channel must be one that carries migration data.",
    consequence: "Its bytes have no layout.",
    source: "spice-protocol, enums.h: SPICE_CHANNEL_MAIN and those after it; spice-server 0.15.1, migration-protocol.h",
  },
  receiver: {
    id: "spice/receiver",
    code: "wrong-type",
    requirement: "The receiver must be a whole ReceiverState; spread defaultReceiver and override what differs.",
    consequence: "A limit that is not a number bounds nothing.",
    source: "our own rule (docs/guide/library.md)",
  },
} as const satisfies Record<string, Required<Rule>>
