import type { Arguments } from "../layout/parameters.js"
import { defaultReceiver, type ReceiverState } from "./emitted/receiver.js"
import { accept, limitDocs } from "./parameters.js"
import type { Channel } from "./registry.js"

export { defaultReceiver, isReceiver, type ReceiverState } from "./emitted/receiver.js"
export { type Channel, channels } from "./registry.js"

/**
 * Kinds of state whose truth only the device knows, so that no check of a blob can tell a lie from it: what lies in the
 * queue of a usbredir channel, and a message that a smartcard reader had begun.
 *
 * @since 0.5.0
 */
export type Unverifiable = (typeof unverifiables)[number]

export const unverifiables = accept.words

/** What a format is told of a receiver: its members, of the limits by channel the one of `channel`, and the channel. */
export const receiverArguments = (receiver: ReceiverState, channel: Channel): Arguments => {
  const limits = Object.keys(limitDocs).flatMap((name) => {
    const size: unknown = Reflect.get(Reflect.get(receiver, name), channel)
    return typeof size === "number" ? [[name, size] as const] : []
  })
  const { maxBlobBytes, maxWriteBytes, maxReadBytes, ...shared } = receiver
  return { ...shared, ...Object.fromEntries(limits), channel }
}

/** What differs from the default receiver. */
export const differencesOf = (receiver: ReceiverState): Partial<ReceiverState> =>
  Object.fromEntries(
    Object.entries(receiver).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(defaultReceiver, name)),
    ),
  )
