import { constants, createPublicKey, publicEncrypt } from "node:crypto"
import { channelTypes } from "../../src/spice/wire/channels.js"
import { type ChannelName, channelCapabilities, commonCapabilities } from "./numbers.js"
import type { Stream } from "./stream.js"
import { words } from "./words.js"

/** Which channel of which session a connection is for, and how it is spoken. */
export interface LinkRequest {
  readonly channel: ChannelName
  readonly id: number
  /** 0 for a session that is new to the server. */
  readonly connectionId: number
  /** The ticket; without one, that of a server that wants none. */
  readonly password?: string
  /** Messages with a header of 18 bytes instead of one of 6. */
  readonly fullHeader?: boolean
}

/** What both sides agreed on. */
export interface Link {
  readonly miniHeader: boolean
}

const magic = "REDQ"
const headerSize = 16
const messageSize = 18
const ticketSize = 162
const replySize = 178

const wordOf = (bits: readonly number[]): number => bits.reduce((word, bit) => word | (1 << bit), 0)

const headerOf = (size: number): Buffer => {
  const header = Buffer.alloc(headerSize)
  header.write(magic, "latin1")
  header.writeUInt32LE(2, 4) // major version
  header.writeUInt32LE(2, 8) // minor version
  header.writeUInt32LE(size, 12)
  return header
}

/** SpiceLinkHeader and SpiceLinkMess with one word of capabilities of either kind (spice/protocol.h). */
export const linkMessageOf = ({ channel, id, connectionId, fullHeader = false }: LinkRequest): Buffer => {
  const { authSelection, authSpice, miniHeader } = commonCapabilities
  const message = Buffer.alloc(messageSize + 8)
  message.writeUInt32LE(connectionId, 0)
  message.writeUInt8(channelTypes[channel], 4)
  message.writeUInt8(id, 5)
  message.writeUInt32LE(1, 6) // words of common capabilities
  message.writeUInt32LE(1, 10) // words of the channel's capabilities
  message.writeUInt32LE(messageSize, 14)
  message.writeUInt32LE(wordOf([authSelection, authSpice, ...(fullHeader ? [] : [miniHeader])]), 18)
  message.writeUInt32LE(wordOf(channelCapabilities[channel] ?? []), 22)
  return Buffer.concat([headerOf(message.length), message])
}

const ticketOf = (publicKey: Buffer, password: string): Buffer =>
  publicEncrypt(
    {
      key: createPublicKey({ key: publicKey, format: "der", type: "spki" }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: "sha1",
    },
    Buffer.from(`${password}\0`, "utf8"),
  )

/** Errors of a link (SpiceLinkErr), as far as a server sends them. */
const errors = [
  "ok",
  "error",
  "invalid magic",
  "invalid data",
  "version mismatch",
  "need secured",
  "need unsecured",
  "permission denied",
  "bad connection id",
  "channel not available",
]

const checkResult = (code: number, channel: ChannelName): void => {
  if (code !== 0) throw new Error(`the server refused the link of ${channel}: ${errors[code] ?? `error ${code}`}`)
}

/** A link whose message has been answered, and whose ticket has not been sent. */
export interface Handshake {
  /** Whether the server can do with a header of 6 bytes. */
  readonly serverHasMini: boolean
  /** Sends the mechanism and the ticket, and the bytes that are to follow them in the same write. */
  readonly sendTicket: (password?: string, following?: Uint8Array) => void
  /** The server's word on the ticket: 0 for its consent. */
  readonly result: () => Promise<number>
}

/** Sends the link's message and takes the server's reply. */
export const shakeHands = async (stream: Stream, request: LinkRequest): Promise<Handshake> => {
  stream.write(linkMessageOf(request))
  const header = await stream.exactly(headerSize)
  const reply = await stream.exactly(header.readUInt32LE(12))
  checkResult(reply.readUInt32LE(0), request.channel)
  const capabilities = reply.readUInt32LE(replySize - 12) === 0 ? 0 : reply.readUInt32LE(reply.readUInt32LE(174))
  const publicKey = reply.subarray(4, 4 + ticketSize)
  return {
    serverHasMini: (capabilities & wordOf([commonCapabilities.miniHeader])) !== 0,
    sendTicket: (password = request.password ?? "", following = new Uint8Array()) =>
      // The mechanism is a spice ticket.
      stream.write(Buffer.concat([words(1), ticketOf(publicKey, password), following])),
    result: async () => (await stream.exactly(4)).readUInt32LE(0),
  }
}

/** Links a channel: from the first byte to the server's consent. */
export const link = async (stream: Stream, request: LinkRequest): Promise<Link> => {
  const { serverHasMini, sendTicket, result } = await shakeHands(stream, request)
  sendTicket()
  checkResult(await result(), request.channel)
  return { miniHeader: serverHasMini && request.fullHeader !== true }
}
