import fc from "fast-check"
import { type Channel, channels, defaultReceiver, type ReceiverState } from "../../src/index.js"
import { planOf } from "../../src/layout/plan.js"
import type { Layout } from "../../src/layout/types.js"
import { layoutOf as formatOf } from "../../src/spice/registry.js"

/** Receivers from one extreme to the other, for properties of what is made for them. */

export const layoutOf = (channel: Channel): Layout => formatOf(channel)

export const planFor = (channel: Channel) => planOf(layoutOf(channel))

/** The bytes of the smallest blob that there is. */
export const leastSizeOf = (channel: Channel): number => planFor(channel).size + (channel === "display" ? 4 : 0)

const limit = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
  fc.nat(40),
  fc.nat(70000),
)

const smallTable = fc.oneof(fc.constantFrom(0, 1, 2), fc.nat(300))

/** Sizes around those at which something changes, and any. */
const sizes = (...of: readonly number[]) =>
  fc.oneof(fc.constantFrom(0, 1, ...of, ...of.map((size) => size - 1), ...of.map((size) => size + 1)), fc.nat(3000))

/** A blob's limit that leaves nothing, exactly the least, or little more. */
const tightSize = (channel: Channel) => sizes(planFor(channel).size, leastSizeOf(channel), leastSizeOf(channel) + 20)

/** No smaller than a queue of an agent that holds chunks. */
const writeSize = sizes(2056, 2065, 4200)

const readSize = sizes(12, 282, 294, 296, 564, 576)

const boundless = fc.constantFrom(2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER)

const byChannel = (size: (channel: Channel) => fc.Arbitrary<number>): fc.Arbitrary<ReceiverState["maxBlobBytes"]> =>
  fc.tuple(...channels.map(size)).map((all) => {
    const entries = channels.map((channel, index) => [channel, all[index] ?? 0] as const)
    return Object.fromEntries(entries) as ReceiverState["maxBlobBytes"]
  })

/** Every member at its extremes and between them; what is made for one is never larger than some kilobytes. */
export const anyReceiver: fc.Arbitrary<ReceiverState> = fc.boolean().chain((tight) =>
  fc.record({
    jpegWanCompression: fc.constantFrom("auto" as const, "always" as const, "never" as const),
    surfaceTableSize: tight ? limit : smallTable,
    agentTokenWindow: limit,
    maxEncoders: limit,
    glzMaxPixels: limit,
    maxMotionCount: limit,
    maxBlobBytes: byChannel(tight ? tightSize : () => boundless),
    maxWriteBytes: byChannel(() => (tight ? fc.oneof(writeSize, boundless) : writeSize)),
    maxReadBytes: fc.record({ smartcard: tight ? fc.oneof(readSize, boundless) : readSize }),
    source: fc.constantFrom("0.15" as const, "any" as const),
    provenance: fc.constantFrom("relayed" as const, "sealed" as const),
    accept: fc.subarray(["usbredir-queue", "smartcard-partial-read"] as const),
  }),
)

export const anyChannel: fc.Arbitrary<Channel> = fc.constantFrom(...channels)

/** Whether a receiver accepts any blob of a channel at all, worked out by hand from the rules. */
export const acceptsAny = (channel: Channel, { maxBlobBytes, maxEncoders }: ReceiverState): boolean =>
  maxBlobBytes[channel] >= leastSizeOf(channel) && (channel !== "display" || maxEncoders < 2 ** 32)

/** A receiver of what nobody has touched on its way: it takes what only a device knows. */
export const sealedReceiver: ReceiverState = { ...defaultReceiver, provenance: "sealed" }

/** A receiver with room for little of everything, which hostile blobs are made for fast. */
export const smallReceiver: ReceiverState = {
  ...defaultReceiver,
  surfaceTableSize: 9,
  maxMotionCount: 300,
  maxBlobBytes: { ...defaultReceiver.maxBlobBytes, ...Object.fromEntries(channels.map((channel) => [channel, 1000])) },
  maxWriteBytes: { ...defaultReceiver.maxWriteBytes, ...Object.fromEntries(channels.map((channel) => [channel, 40])) },
  maxReadBytes: { smartcard: 620 },
}
