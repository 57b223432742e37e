import type { Terms } from "./capabilities.js"
import { openClient } from "./client-opening.js"
import type { ClientEvent } from "./events.js"
import { newInput, noBytes, push, unreadIn } from "./input.js"
import { frameMessages, type MessageFramer } from "./message-framer.js"
import { headsFromClient } from "./messages.js"

/** The client's side of one connection. What follows an event is not looked at before the next one is asked for. */
export interface ClientFramer {
  /** Takes bytes that came. They must not change before they were read. */
  readonly push: (chunk: Uint8Array) => void
  /** The next event; undefined where more bytes have to come first. */
  readonly next: () => ClientEvent | undefined
  /** Holds the message that came last: it comes again as `whole`. Returns what passes before it. */
  readonly hold: () => Uint8Array
  /** How many bytes wait to be read, with what they take beside. */
  readonly unread: () => number
}

export const frameClient = (terms: Terms): ClientFramer => {
  const input = newInput()
  const opening = openClient(input, terms)
  let messages: MessageFramer | undefined

  const open = (): ClientEvent | undefined => {
    const step = opening.next()
    if (step.done !== true) return step.value
    const { link, agreement } = step.value
    const heads = headsFromClient(link.channel)
    messages = frameMessages({ connection: terms.connection, input, places: agreement.header, heads, mayHold: true })
    return messages.next()
  }

  return {
    push: (chunk) => push(input, chunk),
    next: () => (messages === undefined ? open() : messages.next()),
    hold: () => messages?.hold() ?? noBytes,
    unread: () => unreadIn(input),
  }
}
