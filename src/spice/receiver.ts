import { all, type Condition, type Expression, equal, listed, not } from "../layout/expression.js"

/** The kinds of channel that carry migration data; `spicevmc` where it is not known which of its three it is. */
export const channels = ["main", "display", "inputs", "usbredir", "port", "webdav", "smartcard", "spicevmc"] as const

/**
 * A channel that carries migration data, under the name that SPICE gives it.
 *
 * @since 0.1.0
 */
export type Channel = (typeof channels)[number]

/**
 * Kinds of state whose truth only the device knows, so that no check of a blob can tell a lie from it: what lies in the
 * queue of a usbredir channel, and a message that a smartcard reader had begun.
 *
 * @since 0.5.0
 */
export type Unverifiable = (typeof unverifiables)[number]

export const unverifiables = ["usbredir-queue", "smartcard-partial-read"] as const

/** The channels whose formats have a queue of writes to a device. */
export type WritingChannel = Exclude<Channel, "display" | "inputs">

/**
 * What the receiver of a blob is. Nothing of it can be read from the blob, so it is said and never guessed.
 * All sizes are bytes unless the name says otherwise.
 *
 * @since 0.1.0
 */
export interface ReceiverState {
  /**
   * The target QEMU's `-spice jpeg-wan-compression`. It decides how the target reads a display's surface list:
   * `always` with lossy regions, `never` without, `auto` as the blob's low_bandwidth_setting says. Default `auto`, which is QEMU's.
   */
  readonly jpegWanCompression: "auto" | "always" | "never"
  /** Surfaces a target has room for; ids index two arrays of this length. Default 1024: NUM_SURFACES of spice-server 0.15.1. */
  readonly surfaceTableSize: number
  /** Messages the agent's client may send unanswered. Default 10: REDS_AGENT_WINDOW_SIZE of spice-server 0.15.1. */
  readonly agentTokenWindow: number
  /** Encoders of a GLZ dictionary. Default 4: MAX_GLZ_CLIENTS of spice-server 0.15.1, and always written as such. */
  readonly maxEncoders: number
  /** Largest GLZ window in pixels. Default 0x2000000: LZ_MAX_WINDOW_SIZE of spice-server 0.15.1. */
  readonly glzMaxPixels: number
  /**
   * Mouse motions that may be unacknowledged. Default 4096, far above the 0 to 8 that spice-gtk leaves: every 4 cost the target one
   * ack message, and QEMU 7.2 takes all 65535 that the field can hold without harm (docs/limits.md).
   */
  readonly maxMotionCount: number
  /**
   * Largest blob by channel. Defaults: main 26616, the target's buffer of 26624 less the 8 bytes it reads past a partial header;
   * display 20564, a fixed part and 1024 lossy entries; inputs 2048, the target's buffer; the others what their parts' limits add up to.
   */
  readonly maxBlobBytes: Readonly<Record<Channel, number>>
  /**
   * Largest queue of writes to the device by channel. Defaults: main 26551, what fits its blob; usbredir 1 MiB, for one byte more of
   * what its parser does not understand ends QEMU 7.2 (measured: docs/limits.md); port and webdav the same, and smartcard 65536, the
   * input buffer of QEMU's ccid-card-passthru, though the host was seen to take 64 MiB of each without harm.
   */
  readonly maxWriteBytes: Readonly<Record<WritingChannel, number>>
  /**
   * Largest partly read message, as far as it came and as announced. Default smartcard 65548: a header of 12 and 65536, the most
   * that one CCID transfer of QEMU carries. The target allocates what the header announces; 64 MiB did no harm (docs/limits.md).
   */
  readonly maxReadBytes: { readonly smartcard: number }
  /**
   * The spice-server that wrote the blob. `0.15` holds two invariants strictly that older ones may not have kept: no send tokens
   * are counted on channels without flow control, and no complete message is left in a smartcard's buffer. Default `any`.
   */
  readonly source: "0.15" | "any"
  /**
   * How the blob came. `relayed`: through a client, which can have changed it. `sealed`: as its source wrote it, which the caller
   * has verified by other means. What no check can tell from a lie is accepted only when sealed. Default `relayed`.
   */
  readonly provenance: "relayed" | "sealed"
  /**
   * What is accepted from a client although no check can tell it from a lie: with each kind a client can end the target. Default none.
   */
  readonly accept: readonly Unverifiable[]
}

const mebibyte = 0x100000
const spicevmcBlob = 33 + mebibyte

/**
 * The receiver that QEMU is unless told otherwise, with spice-server 0.15.1. Each value's reason stands at its member.
 *
 * @since 0.1.0
 */
export const defaultReceiver: ReceiverState = Object.freeze({
  jpegWanCompression: "auto",
  surfaceTableSize: 1024,
  agentTokenWindow: 10,
  maxEncoders: 4,
  glzMaxPixels: 0x2000000,
  maxMotionCount: 4096,
  maxBlobBytes: Object.freeze({
    main: 26616,
    display: 20564,
    inputs: 2048,
    usbredir: spicevmcBlob,
    port: spicevmcBlob,
    webdav: spicevmcBlob,
    spicevmc: spicevmcBlob,
    smartcard: 42 + 65536 + 65548,
  }),
  maxWriteBytes: Object.freeze({
    main: 26551,
    usbredir: mebibyte,
    port: mebibyte,
    webdav: mebibyte,
    spicevmc: mebibyte,
    smartcard: 65536,
  }),
  maxReadBytes: Object.freeze({ smartcard: 65548 }),
  source: "any",
  provenance: "relayed",
  accept: Object.freeze([]),
})

const isSize = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0

type Unchecked<T> = { readonly [K in keyof T]?: unknown }

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const areBlobSizes = (value: unknown): boolean => {
  if (!isObject(value)) return false
  const sizes: Unchecked<ReceiverState["maxBlobBytes"]> = value
  return isSize(sizes.display) && isSize(sizes.inputs) && areSizesOfWriters(sizes)
}

const areSizesOfWriters = (value: unknown): boolean => {
  if (!isObject(value)) return false
  const sizes: Unchecked<ReceiverState["maxWriteBytes"]> = value
  return (
    isSize(sizes.main) &&
    isSize(sizes.usbredir) &&
    isSize(sizes.port) &&
    isSize(sizes.webdav) &&
    isSize(sizes.spicevmc) &&
    isSize(sizes.smartcard)
  )
}

const areReadSizes = (value: unknown): boolean => {
  if (!isObject(value)) return false
  const sizes: Unchecked<ReceiverState["maxReadBytes"]> = value
  return isSize(sizes.smartcard)
}

const areUnverifiables = (value: unknown): boolean =>
  Array.isArray(value) && value.every((kind) => unverifiables.some((known) => known === kind))

/**
 * Whether a value has every member of a receiver's state, each of its type. A NaN would bound nothing. Every decode
 * asks, so the members stand here by name: going through a table of them takes longer than decoding a small blob.
 */
export const isReceiver = (value: unknown): value is ReceiverState => {
  if (value === defaultReceiver) return true
  if (!isObject(value)) return false
  const members: Unchecked<ReceiverState> = value
  const { jpegWanCompression, source, provenance } = members
  return (
    (jpegWanCompression === "auto" || jpegWanCompression === "always" || jpegWanCompression === "never") &&
    (source === "any" || source === "0.15") &&
    (provenance === "relayed" || provenance === "sealed") &&
    areUnverifiables(members.accept) &&
    isSize(members.surfaceTableSize) &&
    isSize(members.agentTokenWindow) &&
    isSize(members.maxEncoders) &&
    isSize(members.glzMaxPixels) &&
    isSize(members.maxMotionCount) &&
    areBlobSizes(members.maxBlobBytes) &&
    areSizesOfWriters(members.maxWriteBytes) &&
    areReadSizes(members.maxReadBytes)
  )
}

type MembersOf<V> = { [K in keyof ReceiverState]: ReceiverState[K] extends V ? K : never }[keyof ReceiverState]

/** A member of the receiver's state, in a rule. */
export const receiver = (member: MembersOf<number | string>): Expression => ({
  op: "receiver",
  member,
  perChannel: false,
})

/** Whether nobody vouches for a state of a kind that no check can tell from a lie. */
export const unvouched = (kind: Unverifiable): Condition =>
  all(not(equal(receiver("provenance"), "sealed")), not(listed("accept", kind)))

/** A limit of the blob's own channel, in a rule. */
export const limit = (member: "maxWriteBytes" | "maxReadBytes"): Expression => ({
  op: "receiver",
  member,
  perChannel: true,
})
