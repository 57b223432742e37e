import { type Rule, Violation } from "../../violation/violation.js"
import { gather } from "./buffer.js"
import { decodeLink, decodeLinkHeader, type Link, linkHeaderSize, linkMagic } from "./link.js"
import { type Part, whole } from "./parser.js"
import { wireChecks } from "./rules.js"

/** What a WebSocket's handshake begins with: "GET ", as long as REDQ. */
const httpRequest = Uint8Array.of(0x47, 0x45, 0x54, 0x20)

/** Whether bytes begin with others, as far as they have come. */
const begins = (bytes: Uint8Array, others: Uint8Array): boolean =>
  others.every((byte, index) => index >= bytes.length || byte === bytes[index])

/** Which check the first bytes of a connection fail: only so many decide as both beginnings need. */
const foreign = (bytes: Uint8Array): Rule | undefined => {
  if (begins(bytes, linkMagic)) return undefined
  if (bytes[0] === 0x16) return wireChecks.tls // the type of a handshake's record
  if (!begins(bytes, httpRequest)) return wireChecks.magic
  return bytes.length < httpRequest.length ? undefined : wireChecks.webSocket
}

/** Takes a link's header, which `then` gets whole with the size of the message behind it. */
const linkHeader = (then: (header: Uint8Array, size: number) => void): Part => {
  const gathered = gather(linkHeaderSize)
  return (chunk, start) => {
    const at = gathered.take(chunk, start)
    const wrong = foreign(gathered.bytes())
    if (wrong !== undefined) return new Violation(wrong, { path: "magic", offset: 0, length: linkMagic.length })
    if (!gathered.isComplete()) return at
    const header = decodeLinkHeader(gathered.bytes())
    if (header instanceof Violation) return header
    then(gathered.bytes(), header.size)
    return at
  }
}

/** A client's link message, which a connection begins with: `then` gets it with its bytes, once all are there and right. */
export const clientLink = (then: (link: Link, header: Uint8Array, message: Uint8Array) => void): Part => {
  let part = linkHeader((header, size) => {
    part = whole(size, (message) => {
      const link = decodeLink(message)
      if (link instanceof Violation) return link
      then(link, header, message)
      return undefined
    })
  })
  return (chunk, start) => part(chunk, start)
}
