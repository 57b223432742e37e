import { Violation } from "../../violation/violation.js"
import type { Agreed } from "./capabilities.js"
import { clientAuthentication } from "./client-authentication.js"
import { clientLink } from "./client-link.js"
import type { Link } from "./link.js"
import { type Step, scanMessages } from "./message-framer.js"
import { headsFromClient } from "./messages.js"
import { type Part, whole } from "./parser.js"
import { wireChecks } from "./rules.js"

/** Who judges what a client sends, and takes what may pass. Bytes are valid during the call only. */
export interface ClientListener {
  /**
   * The client has authenticated itself: the bytes that make the server link the channel are about to pass, or are held
   * until `release`.
   */
  readonly link: (link: Link) => Violation | "hold" | undefined
  /**
   * A message's header, with the beginning of its payload where `headsFromClient` has some. Without a violation it
   * passes; one without a head can also be held, and its size is the listener's to bound.
   */
  readonly message: (type: number, size: number, head: Uint8Array) => Violation | "hold" | undefined
  /** A whole message that was held; none of it has passed. It is the listener's to keep. */
  readonly whole: (type: number, header: Uint8Array, payload: Uint8Array) => void
  /** Bytes that may pass, in order. */
  readonly forward: (bytes: Uint8Array) => void
}

/** The client's side of one connection. */
export interface ClientFramer {
  /**
   * Takes a chunk, and says how much of it: all, or up to the end of a link or a message that was held: when
   * the rest is fed is up to the caller. Once it returned a violation nothing is taken any more.
   */
  readonly feed: (chunk: Uint8Array) => number | Violation
  /** Forwards the link that was held. */
  readonly release: () => void
  /** How the connection goes on, which the server's reply says. */
  readonly agree: (agreed: Agreed) => void
  /** The link message, once it has passed. */
  readonly link: () => Link | undefined
}

const beforeReply: Part = () => new Violation(wireChecks.beforeReply, { path: "", offset: 0, length: 0 })

/** Messages without end. Where one is held, what follows its header is gathered by the part that `hold` gets. */
const clientMessages = (
  { link, agreement }: Agreed,
  listener: ClientListener,
  hold: (type: number, header: Uint8Array, size: number) => Part,
): Part => {
  let wrong: Violation | undefined
  let held: Part | undefined
  const message = (type: number, size: number, head: Uint8Array): Step => {
    const verdict = listener.message(type, size, head)
    if (verdict instanceof Violation) {
      wrong = verdict
      return "stop"
    }
    if (verdict === undefined) return "pass"
    return (header) => {
      held = hold(type, header.slice(), size)
    }
  }
  const scan = scanMessages(agreement.header, headsFromClient(link.channel), { message, run: listener.forward })
  return (chunk, start) => {
    const at = scan(chunk, start)
    const part = held
    held = undefined
    return wrong ?? part?.(chunk, at) ?? at
  }
}

export const frameClient = (listener: ClientListener): ClientFramer => {
  let link: Link | undefined
  let refused: Violation | undefined
  let delivered = false

  let part = clientLink((decoded, header, message) => {
    link = decoded
    part = beforeReply
    listener.forward(header)
    listener.forward(message)
  })

  const feed = (chunk: Uint8Array): number | Violation => {
    delivered = false
    let at = 0
    while (refused === undefined && at < chunk.length && !delivered) {
      const next = part(chunk, at)
      if (next instanceof Violation) refused = next
      else at = next
    }
    return refused ?? at
  }

  const beginMessages = (agreed: Agreed): void => {
    const messages = clientMessages(agreed, listener, (type, header, size) => {
      part = whole(size, (payload) => {
        part = messages
        delivered = true
        listener.whole(type, header, payload)
        return undefined
      })
      return part
    })
    part = messages
  }

  /** What is left of a held link; there is none but while it is held. */
  let release: (() => void) | undefined

  const authenticated = (agreed: Agreed, last: Uint8Array): Violation | undefined => {
    const verdict = listener.link(agreed.link)
    if (verdict instanceof Violation) return verdict
    const bytes = verdict === "hold" ? last.slice() : last
    const pass = (): void => {
      release = undefined
      beginMessages(agreed)
      listener.forward(bytes)
    }
    if (verdict === undefined) pass()
    else {
      delivered = true
      release = pass
    }
    return undefined
  }

  const agree = (agreed: Agreed): void => {
    part = clientAuthentication(agreed.agreement, {
      complete: (last) => authenticated(agreed, last),
      forward: listener.forward,
    })
  }

  return { feed, release: () => release?.(), agree, link: () => link }
}
