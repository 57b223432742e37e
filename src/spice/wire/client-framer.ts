import { type Check, Violation } from "../../schema/violation.js"
import type { Agreed, Agreement } from "./agreement.js"
import { wireChecks } from "./checks.js"
import { wordAt } from "./declared.js"
import { gather } from "./gather.js"
import { decodeLink, decodeLinkHeader, type Link, linkHeaderSize, linkMagic } from "./link.js"
import { fromClient, headsFromClient } from "./messages.js"
import { type Part, whole } from "./part.js"
import { type Step, scanMessages } from "./scan.js"

/** Who judges what a client sends, and takes what may pass. Bytes are valid during the call only. */
export interface ClientListener {
  /** The client has authenticated itself: the bytes that make the server link the channel are about to pass. */
  readonly link: (link: Link) => Violation | undefined
  /**
   * A message's header, with the beginning of its payload where `headsFromClient` has some. Without a violation it
   * passes; a MIGRATE_DATA can also be held, and its size is the listener's to bound.
   */
  readonly message: (type: number, size: number, head: Uint8Array) => Violation | "hold" | undefined
  /** A whole MIGRATE_DATA that was held; none of it has passed. It is the listener's to keep. */
  readonly data: (header: Uint8Array, payload: Uint8Array) => void
  /** Bytes that may pass, in order. */
  readonly forward: (bytes: Uint8Array) => void
}

/** The client's side of one connection. */
export interface ClientFramer {
  /**
   * Takes a chunk, and says how much of it: all, or up to the end of a MIGRATE_DATA that was held: when
   * the rest is fed is up to the caller. Once it returned a violation nothing is taken any more.
   */
  readonly feed: (chunk: Uint8Array) => number | Violation
  /** How the connection goes on, which the server's reply says. */
  readonly agree: (agreed: Agreed) => void
  /** The link message, once it has passed. */
  readonly link: () => Link | undefined
}

/** An RSA key of 1024 bits (SPICE_TICKET_KEY_PAIR_LENGTH) makes tickets of so many bytes. */
const ticketSize = 128

const mechanisms = { ticket: 1, sasl: 2 } as const

/** Which check the first bytes of a connection fail. */
const foreign = (bytes: Uint8Array): Check | undefined => {
  const at = bytes.subarray(0, linkMagic.length).findIndex((byte, index) => byte !== linkMagic[index])
  if (at < 0) return undefined
  if (at === 0 && bytes[0] === 0x16) return wireChecks.tls // the type of a handshake's record
  return at === 0 && bytes[0] === 0x47 ? wireChecks.webSocket : wireChecks.magic // the G of GET
}

const refusal = (check: Check, path: string, length: number): Violation =>
  new Violation(check, { path, offset: 0, length })

export const frameClient = (listener: ClientListener): ClientFramer => {
  let link: Link | undefined
  let part: Part
  let refused: Violation | undefined
  let delivered = false

  const linkHeader = (): Part => {
    const gathered = gather(linkHeaderSize)
    return (chunk, start) => {
      const at = gathered.take(chunk, start)
      const wrong = foreign(gathered.bytes())
      if (wrong !== undefined) return refusal(wrong, "magic", linkMagic.length)
      if (!gathered.isComplete()) return at
      const header = decodeLinkHeader(gathered.bytes())
      if (header instanceof Violation) return header
      part = linkMessage(gathered.bytes(), header.size)
      return at
    }
  }

  const linkMessage = (header: Uint8Array, size: number): Part =>
    whole(size, (bytes) => {
      const decoded = decodeLink(bytes)
      if (decoded instanceof Violation) return decoded
      link = decoded
      part = beforeReply
      listener.forward(header)
      listener.forward(bytes)
      return undefined
    })

  const beforeReply: Part = () => refusal(wireChecks.beforeReply, "", 0)

  const mechanism = (linked: Link, agreement: Agreement): Part =>
    whole(4, (bytes) => {
      const chosen = wordAt(bytes, 0)
      if (chosen === mechanisms.sasl) return refusal(wireChecks.sasl, "auth_mechanism", 4)
      if (chosen !== mechanisms.ticket)
        return new Violation(wireChecks.mechanism, { path: "auth_mechanism", offset: 0, length: 4 }, chosen, 1)
      part = ticket(linked, agreement)
      listener.forward(bytes)
      return undefined
    })

  const ticket = (linked: Link, agreement: Agreement): Part => {
    let left = ticketSize
    return (chunk, start) => {
      const end = Math.min(chunk.length, start + left)
      left -= end - start
      const wrong = left === 0 ? listener.link(linked) : undefined
      if (wrong !== undefined) return wrong
      listener.forward(chunk.subarray(start, end))
      if (left === 0) part = messages(linked, agreement)
      return end
    }
  }

  const messages = (linked: Link, agreement: Agreement): Part => {
    let wrong: Violation | undefined
    let announced: Part | undefined
    const message = (type: number, size: number, head: Uint8Array): Step => {
      const verdict = listener.message(type, size, head)
      if (verdict instanceof Violation) {
        wrong = verdict
        return "stop-before"
      }
      if (verdict === undefined || type !== fromClient.migrateData) return "pass"
      return "stop-behind"
    }
    const stopped = (header: Uint8Array, size: number): void => {
      announced = data(header.slice(), size, scanning)
    }
    const scan = scanMessages(agreement.header, headsFromClient(linked.channel), {
      message,
      stopped,
      run: listener.forward,
    })
    const scanning: Part = (chunk, start) => {
      announced = undefined
      const at = scan(chunk, start)
      if (wrong !== undefined) return wrong
      if (announced === undefined) return at
      part = announced
      return part(chunk, at)
    }
    return scanning
  }

  const data = (header: Uint8Array, size: number, then: Part): Part =>
    whole(size, (payload) => {
      part = then
      delivered = true
      listener.data(header, payload)
      return undefined
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

  const agree = ({ link: linked, agreement }: Agreed): void => {
    part = agreement.choosesMechanism ? mechanism(linked, agreement) : ticket(linked, agreement)
  }

  part = linkHeader()
  return { feed, agree, link: () => link }
}
