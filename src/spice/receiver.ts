import type { Arguments } from "../layout/parameters.js"
import { defaultReceiver, type ReceiverState } from "./emitted/receiver.js"
import type { Channel } from "./registry.js"

export { channels, defaultReceiver, isChannel, isReceiver, type ReceiverState } from "./emitted/receiver.js"
export type { Channel } from "./registry.js"

/**
 * Kinds of state whose truth only the device knows, so that no check of a blob can tell a lie from it: what lies in the
 * queue of a usbredir channel, and a message that a smartcard reader had begun.
 *
 * @since 0.5.0
 */
export type Unverifiable = ReceiverState["accept"][number]

const memberOf = (of: object, name: string): unknown => Reflect.get(of, name)

/** What a format is told of a receiver: its members, of the limits by channel the one of `channel`, and the channel. */
export const receiverArguments = (receiver: ReceiverState, channel: Channel): Arguments => {
  const members = Object.keys(defaultReceiver).map((name) => {
    const value = memberOf(receiver, name)
    return [
      name,
      typeof value === "object" && value !== null && !Array.isArray(value) ? memberOf(value, channel) : value,
    ]
  })
  return { ...Object.fromEntries(members.filter(([, value]) => value !== undefined)), channel }
}

/** What differs from the default receiver. */
export const differencesOf = (receiver: ReceiverState): Partial<ReceiverState> =>
  Object.fromEntries(
    Object.entries(receiver).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(defaultReceiver, name)),
    ),
  )
