import { type Rule, Violation } from "../../violation/violation.js"
import type { Agreed, Agreement, Terms } from "./capabilities.js"
import { broken, type ClientEvent } from "./events.js"
import { wordAt } from "./fixed-layout.js"
import { gather, hasBytes, type Input, newInput, noBytes, push, readSome, readWhole, unreadIn } from "./input.js"
import { decodeLink, decodeLinkHeader, type Link, linkHeaderSize, linkMagic } from "./link.js"
import { frameMessages, type MessageFramer } from "./message-framer.js"
import { headsFromClient } from "./messages.js"
import { wireRules } from "./rules.js"

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

/** A client's side of a connection up to its first message. Generators yield undefined where they need more bytes. */
type Opening<A> = Generator<ClientEvent | undefined, A, void>

/** What a WebSocket's handshake begins with: "GET ", as long as REDQ. */
const httpRequest = Uint8Array.of(0x47, 0x45, 0x54, 0x20)

/** Whether bytes begin with others, as far as they have come. */
const begins = (bytes: Uint8Array, others: Uint8Array): boolean =>
  others.every((byte, index) => index >= bytes.length || byte === bytes[index])

/** Which rule the first bytes of a connection break: only so many decide as both beginnings need. */
const foreign = (bytes: Uint8Array): Rule | undefined => {
  if (begins(bytes, linkMagic)) return undefined
  if (bytes[0] === 0x16) return wireRules.tls // the type of a handshake's record
  if (!begins(bytes, httpRequest)) return wireRules.magic
  return bytes.length < httpRequest.length ? undefined : wireRules.webSocket
}

/** Reads a link's header, and refuses what is none as soon as that is certain. */
function* readHeader(input: Input): Opening<Uint8Array> {
  const gathered = gather(linkHeaderSize)
  for (;;) {
    const isComplete = gathered.take(input)
    const rule = foreign(gathered.bytes())
    if (rule !== undefined)
      return yield* broken(new Violation(rule, { path: "magic", offset: 0, length: linkMagic.length }))
    if (isComplete) return gathered.bytes()
    yield undefined
  }
}

/** Reads the link message that a connection begins with. */
function* readLink(input: Input): Opening<Link> {
  const header = yield* readHeader(input)
  const decoded = decodeLinkHeader(header)
  if (decoded instanceof Violation) return yield* broken(decoded)
  const message = yield* readWhole(input, decoded.size)
  const link = decodeLink(message)
  if (link instanceof Violation) return yield* broken(link)
  yield { kind: "pass", bytes: header }
  yield { kind: "pass", bytes: message }
  return link
}

/** Waits for the server's reply. */
function* awaitAgreement(input: Input, terms: Terms): Opening<Agreement> {
  while (terms.agreement === undefined) {
    if (hasBytes(input)) return yield* broken(new Violation(wireRules.beforeReply, { path: "", offset: 0, length: 0 }))
    yield undefined
  }
  return terms.agreement
}

const mechanisms = { ticket: 1, sasl: 2 } as const

/** Reads the mechanism that a client chooses. It must be the ticket: nothing else can be followed. */
function* readMechanism(input: Input): Opening<void> {
  const bytes = yield* readWhole(input, 4)
  const place = { path: "auth_mechanism", offset: 0, length: 4 }
  const chosen = wordAt(bytes, 0)
  if (chosen === mechanisms.sasl) return yield* broken(new Violation(wireRules.sasl, place))
  if (chosen !== mechanisms.ticket)
    return yield* broken(new Violation(wireRules.mechanism, place, chosen, mechanisms.ticket))
  yield { kind: "pass", bytes }
}

/** An RSA key of 1024 bits (SPICE_TICKET_KEY_PAIR_LENGTH) makes tickets of so many bytes. */
const ticketSize = 128

/** Reads a ticket, of which all but the last bytes pass at once. */
function* readTicket(input: Input): Opening<Uint8Array> {
  for (let left = ticketSize; ; ) {
    while (!hasBytes(input)) yield undefined
    const bytes = readSome(input, left)
    left -= bytes.length
    if (left === 0) return bytes
    yield { kind: "pass", bytes }
  }
}

/** Follows a client until it has authenticated itself. */
function* openClient(input: Input, terms: Terms): Opening<Agreed> {
  const link = yield* readLink(input)
  terms.link = link
  const agreement = yield* awaitAgreement(input, terms)
  if (agreement.choosesMechanism) yield* readMechanism(input)
  yield { kind: "link", link, last: yield* readTicket(input) }
  return { link, agreement }
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
