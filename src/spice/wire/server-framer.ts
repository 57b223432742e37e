import { Violation } from "../../violation/violation.js"
import type { Agreed } from "./capabilities.js"
import { wordAt } from "./fixed-layout.js"
import { decodeReply, linkHeaderSize, linkMagic, linkReplySize, mostLinkBytes, type Reply } from "./link.js"
import { scanMessages } from "./message-framer.js"
import { headsFromServer } from "./messages.js"
import { type Part, whole } from "./parser.js"
import { wireChecks } from "./rules.js"

/** Who is told what a server says. Heads are valid during the call only. */
export interface ServerListener {
  /** The server's reply to a link; says how the connection goes on, or undefined where it does not. */
  readonly reply: (reply: Reply) => Agreed | undefined
  /** The result of the link: 0, or why the server will close the connection. */
  readonly result: (error: number) => void
  /**
   * A message's header, with the beginning of its payload where `headsFromServer` has some. One without payload can be
   * dropped on a connection that `mayDrop`.
   */
  readonly message: (type: number, size: number, head: Uint8Array) => "drop" | undefined
  /** Whether messages of this connection may be dropped. */
  readonly mayDrop: () => boolean
}

/**
 * Takes what a server sends before the client gets it, and says what is wrong with it, or what of it passes; undefined
 * is all of it.
 */
export type ServerFramer = (chunk: Uint8Array) => Violation | readonly Uint8Array[] | undefined

/** After a link that failed, whatever the server still says does not matter. */
const ignoring: Part = (chunk) => chunk.length

/** A server's reply to a link, which `then` gets once it is whole and right. */
const linkReply = (then: (reply: Reply) => void): Part => {
  let part = whole(linkHeaderSize, (bytes) => {
    if (linkMagic.some((byte, index) => byte !== bytes[index]))
      return new Violation(wireChecks.replyMagic, { path: "magic", offset: 0, length: linkMagic.length })
    const size = wordAt(bytes, 12)
    if (size < linkReplySize || size > mostLinkBytes)
      return new Violation(wireChecks.replySize, { path: "size", offset: 12, length: 4 }, size)
    part = whole(size, (message) => {
      const reply = decodeReply(message)
      if (reply instanceof Violation) return reply
      then(reply)
      return undefined
    })
    return undefined
  })
  return (chunk, start) => part(chunk, start)
}

const dropHeader = (): void => {}

/** Messages without end. */
const serverMessages = (
  { link, agreement }: Agreed,
  listener: ServerListener,
  run: (bytes: Uint8Array) => void,
): Part =>
  scanMessages(agreement.header, headsFromServer(link.channel), {
    message: (type, size, head) => (listener.message(type, size, head) === "drop" && size === 0 ? dropHeader : "pass"),
    run,
  })

/** Follows the server's side of one connection. It keeps a reply to a link, a cut header and a message's head. */
export const frameServer = (listener: ServerListener): ServerFramer => {
  let wrong: Violation | undefined
  /** What passes of the chunk at hand, where some of it may not. */
  let passing: Uint8Array[] | undefined
  let isFramed = false

  const run = (bytes: Uint8Array): void => void passing?.push(bytes)

  let part = linkReply((reply) => {
    const agreed = listener.reply(reply)
    part = agreed === undefined ? ignoring : resultOf(agreed)
  })

  const resultOf = (agreed: Agreed): Part =>
    whole(4, (bytes) => {
      const error = wordAt(bytes, 0)
      part = error === 0 ? serverMessages(agreed, listener, run) : ignoring
      isFramed = error === 0
      listener.result(error)
      return undefined
    })

  return (chunk) => {
    passing = listener.mayDrop() ? [] : undefined
    let at = 0
    while (wrong === undefined && at < chunk.length) {
      const runs = isFramed
      const next = part(chunk, at)
      if (next instanceof Violation) wrong = next
      else {
        if (!runs) passing?.push(chunk.subarray(at, next))
        at = next
      }
    }
    return wrong ?? passing
  }
}
