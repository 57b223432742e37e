import { Violation } from "../../schema/violation.js"
import type { Agreed } from "./agreement.js"
import { wireChecks } from "./checks.js"
import { wordAt } from "./declared.js"
import { decodeReply, linkHeaderSize, linkMagic, linkReplySize, mostLinkBytes, type Reply } from "./link.js"
import { headsFromServer } from "./messages.js"
import { type Part, whole } from "./part.js"
import { scanMessages } from "./scan.js"

/** Who is told what a server says. Heads are valid during the call only. */
export interface ServerListener {
  /** The server's reply to a link; says how the connection goes on, or undefined where it does not. */
  readonly reply: (reply: Reply) => Agreed | undefined
  /** The result of the link: 0, or why the server will close the connection. */
  readonly result: (error: number) => void
  /** A message's header, with the beginning of its payload where `headsFromServer` has some. */
  readonly message: (type: number, size: number, head: Uint8Array) => void
}

/** Takes what a server sends as it passes, and says what is wrong with it. */
export type ServerFramer = (chunk: Uint8Array) => Violation | undefined

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

/** Messages without end. */
const serverMessages = ({ link, agreement }: Agreed, listener: ServerListener): Part =>
  scanMessages(agreement.header, headsFromServer(link.channel), {
    message: (type, size, head) => {
      listener.message(type, size, head)
      return "pass"
    },
    run: () => undefined,
  })

/** Follows the server's side of one connection. It keeps a reply to a link, a cut header and a message's head. */
export const frameServer = (listener: ServerListener): ServerFramer => {
  let wrong: Violation | undefined

  let part = linkReply((reply) => {
    const agreed = listener.reply(reply)
    part = agreed === undefined ? ignoring : resultOf(agreed)
  })

  const resultOf = (agreed: Agreed): Part =>
    whole(4, (bytes) => {
      const error = wordAt(bytes, 0)
      part = error === 0 ? serverMessages(agreed, listener) : ignoring
      listener.result(error)
      return undefined
    })

  return (chunk) => {
    let at = 0
    while (wrong === undefined && at < chunk.length) {
      const next = part(chunk, at)
      if (next instanceof Violation) wrong = next
      else at = next
    }
    return wrong
  }
}
