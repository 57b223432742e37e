import type { Check } from "../violation/violation.js"

/** The checks of what a caller passes beside the bytes, for callers that no compiler checked. */
export const argumentChecks = {
  channel: {
    id: "spice/channel",
    code: "wrong-channel",
    says: "The channel must be one that carries migration data.",
    without: "Its bytes have no layout.",
  },
  receiver: {
    id: "spice/receiver",
    code: "wrong-type",
    says: "The receiver must be a whole ReceiverState; spread defaultReceiver and override what differs.",
    without: "A limit that is not a number bounds nothing.",
  },
} as const satisfies Record<string, Check>
