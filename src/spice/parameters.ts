import * as L from "../layout/index.js"

/**
 * What the receiver of a blob is: the parameters of the formats. Each is declared here once, with its default and its
 * reason. ReceiverState, its check, defaultReceiver and the relay's configuration follow from this table.
 */

export const jpegWanCompression = L.wordParameter("jpegWanCompression", {
  words: ["auto", "always", "never"],
  default: "auto",
  doc: "The target QEMU's `-spice jpeg-wan-compression`. It decides how the target reads a display's surface list: `always` with lossy regions, `never` without, `auto` as the blob's low_bandwidth_setting says. Default `auto`, which is QEMU's.",
})

export const surfaceTableSize = L.numberParameter("surfaceTableSize", {
  default: 1024,
  most: 65536,
  unit: "surfaces",
  doc: "Surfaces a target has room for; ids index two arrays of this length. Default 1024: NUM_SURFACES of spice-server 0.15.1.",
})

export const agentTokenWindow = L.numberParameter("agentTokenWindow", {
  default: 10,
  most: 65536,
  unit: "messages",
  doc: "Messages the agent's client may send unanswered. Default 10: REDS_AGENT_WINDOW_SIZE of spice-server 0.15.1.",
})

export const maxEncoders = L.numberParameter("maxEncoders", {
  default: 4,
  most: 64,
  unit: "encoders",
  doc: "Encoders of a GLZ dictionary. Default 4: MAX_GLZ_CLIENTS of spice-server 0.15.1, and always written as such.",
})

export const glzMaxPixels = L.numberParameter("glzMaxPixels", {
  default: 0x2000000,
  most: 0x7fffffff,
  unit: "pixels",
  doc: "Largest GLZ window in pixels. Default 0x2000000: LZ_MAX_WINDOW_SIZE of spice-server 0.15.1.",
})

export const maxMotionCount = L.numberParameter("maxMotionCount", {
  default: 4096,
  most: 65535,
  unit: "messages",
  doc: "Mouse motions that may be unacknowledged. Default 4096, far above the 0 to 8 that spice-gtk leaves: every 4 cost the target one ack message, and QEMU 7.2 takes all 65535 that the field can hold without harm (docs/limits.md).",
})

/** No part may be larger than this, whatever is configured: it is held in memory while it is checked. */
export const mostBytes = 0x4000000

/** What the limits by channel are. */
export const limitDocs = {
  maxBlobBytes: "Largest blob by channel, in bytes.",
  maxWriteBytes: "Largest queue of writes to the device by channel, in bytes.",
  maxReadBytes: "Largest partly read message by channel, in bytes, as far as it came and as announced.",
} as const

export type Limit = keyof typeof limitDocs

/** A limit that each channel has one of: a format says its own default, and why. */
const limit =
  (name: Limit) =>
  (standard: number, doc: string, most = mostBytes) =>
    L.numberParameter(name, { default: standard, most, unit: "bytes", doc })

export const maxBlobBytes = limit("maxBlobBytes")
export const maxWriteBytes = limit("maxWriteBytes")
export const maxReadBytes = limit("maxReadBytes")

export const source = L.wordParameter("source", {
  words: ["0.15", "any"],
  default: "any",
  doc: "The spice-server that wrote the blob. `0.15` holds two invariants strictly that older ones may not have kept: no send tokens are counted on channels without flow control, and no complete message is left in a smartcard's buffer. Default `any`.",
})

export const provenance = L.wordParameter("provenance", {
  words: ["relayed", "sealed"],
  default: "relayed",
  doc: "How the blob came. `relayed`: through a client, which can have changed it. `sealed`: as its source wrote it, which the caller has verified by other means. What no check can tell from a lie is accepted only when sealed. Default `relayed`.",
})

export const accept = L.wordsParameter("accept", {
  words: ["usbredir-queue", "smartcard-partial-read"],
  default: [],
  doc: "What is accepted from a client although no check can tell it from a lie: with each kind a client can end the target. Default none.",
})

/** Which channel a blob of a format came on that several have. It is no member of ReceiverState: callers say it beside. */
export const channelOf = <const Name extends string>(words: readonly Name[], standard: NoInfer<Name>) =>
  L.wordParameter("channel", { words, default: standard, doc: "The channel that the blob came on." })

/** The parameters that are the same on every channel, in the order of ReceiverState. */
export const shared = [
  jpegWanCompression,
  surfaceTableSize,
  agentTokenWindow,
  maxEncoders,
  glzMaxPixels,
  maxMotionCount,
  source,
  provenance,
  accept,
] as const

/** Whether nobody vouches for a state of a kind that no check can tell from a lie. */
export const unvouched = (kind: (typeof accept.words)[number]): L.Condition =>
  L.all(L.not(L.equal(provenance, "sealed")), L.not(L.listed(accept, kind)))
