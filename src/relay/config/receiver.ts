import * as t from "io-ts"
import { issue, ok, refined } from "../../data/refinement.js"
import { defaultReceiver, type ReceiverState } from "../../spice/receiver.js"
import { relayChecks } from "./rules.js"

/**
 * What a listener's target is, as far as it differs from `defaultReceiver`; of the limits by channel any number. What a
 * relay passes on came through a client: only `accept` can vouch for it.
 *
 * @since 0.4.0
 */
export type ReceiverConfiguration = {
  readonly [K in Exclude<keyof ReceiverState, "provenance">]?: ReceiverState[K] extends
    | number
    | string
    | readonly string[]
    ? ReceiverState[K]
    : Partial<ReceiverState[K]>
}

/** No blob may be larger than this, whatever is configured: it is held in memory while it is checked. */
const mostBlobBytes = 0x4000000

/** The buffers of fixed size that a server reads messages into. */
const fixedBuffers = { main: 26624, inputs: 2048 } as const

type Within = (least: number, most: number) => t.Type<number, unknown, unknown>

/** The io-ts type of a receiver's configuration. */
export const receiverType = (within: Within) => {
  const size = within(0, mostBlobBytes)
  const writers = { main: size, usbredir: size, port: size, webdav: size, spicevmc: size, smartcard: size }
  const buffered = (most: number) =>
    refined(size, (value) => (value > most ? issue(relayChecks.fixedBuffer, value, most) : ok))
  const blobs = { ...writers, main: buffered(fixedBuffers.main), inputs: buffered(fixedBuffers.inputs), display: size }
  return t.exact(
    t.partial({
      jpegWanCompression: t.keyof({ auto: null, always: null, never: null }),
      surfaceTableSize: within(0, 65536),
      agentTokenWindow: within(0, 65536),
      maxEncoders: within(0, 64),
      glzMaxPixels: within(0, 0x7fffffff),
      maxMotionCount: within(0, 65535),
      maxBlobBytes: t.exact(t.partial(blobs)),
      maxWriteBytes: t.exact(t.partial(writers)),
      maxReadBytes: t.exact(t.partial({ smartcard: size })),
      source: t.keyof({ "0.15": null, any: null }),
      accept: t.readonlyArray(t.keyof({ "usbredir-queue": null, "smartcard-partial-read": null })),
    }),
  )
}

/** The whole of a receiver: what is configured, and the defaults for the rest. */
export const receiverOf = (configured: ReceiverConfiguration = {}): ReceiverState => ({
  ...defaultReceiver,
  ...configured,
  maxBlobBytes: { ...defaultReceiver.maxBlobBytes, ...configured.maxBlobBytes },
  maxWriteBytes: { ...defaultReceiver.maxWriteBytes, ...configured.maxWriteBytes },
  maxReadBytes: { ...defaultReceiver.maxReadBytes, ...configured.maxReadBytes },
})
