import { Violation } from "../../violation/violation.js"
import { type Agreed, agreementOf, type Terms } from "./capabilities.js"
import { broken, type ServerEvent } from "./events.js"
import { wordAt } from "./fixed-layout.js"
import { hasBytes, type Input, newInput, noBytes, push, readSome, readWhole, unreadIn } from "./input.js"
import { decodeReply, type Link, linkHeaderSize, linkMagic, linkReplySize, mostLinkBytes, type Reply } from "./link.js"
import { frameMessages, type MessageFramer } from "./message-framer.js"
import { headsFromServer } from "./messages.js"
import { wireRules } from "./rules.js"

/** The server's side of one connection. */
export interface ServerFramer {
  /** Takes a chunk, before the client gets it: all of its events are asked for at once. */
  readonly push: (chunk: Uint8Array) => void
  /** The next event; undefined where more bytes have to come first. */
  readonly next: () => ServerEvent | undefined
  /**
   * Holds the message that came last, where messages can be held: it comes again as `whole`. Its size is the caller's to
   * bound. Returns what passes before it.
   */
  readonly hold: () => Uint8Array
  /** Drops the message that came last, if it has no payload and can be held. Returns what passes before it. */
  readonly drop: () => Uint8Array
}

type Opening<A> = Generator<ServerEvent | undefined, A, void>

/** Reads the server's reply to a link. */
function* readReply(input: Input): Opening<Reply> {
  const header = yield* readWhole(input, linkHeaderSize)
  if (linkMagic.some((byte, index) => byte !== header[index]))
    return yield* broken(new Violation(wireRules.replyMagic, { path: "magic", offset: 0, length: linkMagic.length }))
  const size = wordAt(header, 12)
  if (size < linkReplySize || size > mostLinkBytes)
    return yield* broken(new Violation(wireRules.replySize, { path: "size", offset: 12, length: 4 }, size))
  const reply = decodeReply(yield* readWhole(input, size))
  return reply instanceof Violation ? yield* broken(reply) : reply
}

/** After a link that failed, whatever the server still says does not matter. */
function* ignore(input: Input): Opening<never> {
  for (;;) {
    while (hasBytes(input)) readSome(input, input.chunk.length)
    yield undefined
  }
}

/** Follows a server until it has taken the link. */
function* openServer(input: Input, terms: Terms): Opening<Agreed> {
  const { error, capabilities } = yield* readReply(input)
  const { link } = terms
  if (link === undefined || error !== 0) return yield* ignore(input)
  const agreement = agreementOf(link.capabilities, capabilities)
  terms.agreement = agreement
  const result = wordAt(yield* readWhole(input, 4), 0)
  yield { kind: "result", error: result }
  return result === 0 ? { link, agreement } : yield* ignore(input)
}

/** Follows the server's side of a connection. It keeps a reply to a link, a cut header and a message's head,
 * and what is held. */
export const frameServer = (terms: Terms, mayHold: (link: Link) => boolean): ServerFramer => {
  const input = newInput()
  const opening = openServer(input, terms)
  let messages: MessageFramer | undefined
  let holds = false
  /** Nothing is read any more: what still comes must not pile up. */
  let isBroken = false
  /** The chunk that the opening is read from. */
  let chunk: Uint8Array = noBytes
  let size = 0

  const open = (): ServerEvent | undefined => {
    const step = opening.next()
    if (step.done !== true && step.value !== undefined) {
      isBroken = step.value.kind === "broken"
      return step.value
    }
    if (step.done === true) {
      const { link, agreement } = step.value
      holds = mayHold(link)
      const heads = headsFromServer(link.channel)
      messages = frameMessages({ connection: terms.connection, input, places: agreement.header, heads, mayHold: holds })
    }
    const bytes = chunk.subarray(0, chunk.length - unreadIn(input))
    chunk = noBytes
    return bytes.length === 0 ? messages?.next() : { kind: "pass", bytes }
  }

  const next = (): ServerEvent | undefined => {
    if (messages === undefined) return open()
    const event = messages.next()
    if (event?.kind === "message") size = event.size
    return event
  }

  const hold = (): Uint8Array => (holds && messages !== undefined ? messages.hold() : noBytes)

  return {
    push: (bytes) => {
      if (isBroken) return
      push(input, bytes)
      if (messages === undefined) chunk = bytes
    },
    next,
    hold,
    drop: () => (size === 0 ? hold() : noBytes),
  }
}
