import { createServer, type Socket } from "node:net"
import { acknowledged, largeMessage } from "./sizes.js"

/**
 * A SPICE server that does nothing but move bytes, as a process of its own: `server.js PORT`. It takes every ticket. On
 * main it says which session it is, a new one each time, and acknowledges a seamless migration; on display it sends messages without end once the client says which caches it has;
 * on inputs it answers every message with one of the same size; on port it counts what it gets, and answers every
 * `acknowledged` bytes with one message; on webdav it sends one message of `largeMessage`; on usbredir it answers each
 * message once it is whole.
 */

const channels = { main: 1, display: 2, inputs: 3, usbredir: 9, port: 10, webdav: 11 } as const

const linkReply = (): Buffer => {
  const reply = Buffer.alloc(16 + 178 + 8)
  reply.write("REDQ", "latin1")
  reply.writeUInt32LE(2, 4)
  reply.writeUInt32LE(2, 8)
  reply.writeUInt32LE(186, 12)
  reply.writeUInt32LE(1, 16 + 166) // words of common capabilities
  reply.writeUInt32LE(1, 16 + 170) // words of the channel's
  reply.writeUInt32LE(178, 16 + 174) // where they are
  reply.writeUInt32LE(0b1011, 16 + 178) // selection of authentication, the ticket, the mini header
  return reply
}

const message = (type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(payload.length, 2)
  return Buffer.concat([header, payload])
}

let sessions = 0

/** MAIN_INIT of a new session, of which nothing but its number matters here. */
const mainInit = (): Buffer => {
  const payload = Buffer.alloc(32)
  payload.writeUInt32LE(++sessions, 0)
  return message(103, payload)
}

/** 1 MiB of messages as they draw, of 32 KiB each. */
const drawn = Buffer.concat(Array.from({ length: 32 }, () => message(304, Buffer.alloc(32762))))

const drawEndlessly = (socket: Socket): void => {
  const more = (): void => {
    while (socket.writable && socket.write(drawn));
  }
  socket.on("drain", more)
  more()
}

const answer = message(102, Buffer.alloc(26))

const echo = (socket: Socket, size: number): void => {
  let left = size
  socket.on("data", (chunk) => {
    for (left -= chunk.length; left <= 0; left += size) socket.write(answer)
  })
}

const count = (socket: Socket): void => {
  let left = acknowledged
  socket.on("data", (chunk) => {
    for (left -= chunk.length; left <= 0; left += acknowledged) socket.write(answer)
  })
}

/** Answers a message once all of it is there; nothing else is sent before that. */
const answerWhole = (socket: Socket): void => {
  let left = 0
  socket.on("data", (chunk) => {
    if (left === 0) left = 6 + chunk.readUInt32LE(2)
    left -= chunk.length
    if (left === 0) socket.write(answer)
  })
}

/** MIGRATE_DST_SEAMLESS_ACK for MIGRATE_DST_DO_SEAMLESS. */
const acknowledgeSeamless = (socket: Socket): void => {
  socket.on("data", (chunk) => {
    if (chunk.readUInt16LE(0) === 110) socket.write(message(117, new Uint8Array()))
  })
}

/** What follows the link on a channel. The first message of a display and of inputs may come with the link's last bytes. */
const serve = (socket: Socket, channel: number, connectionId: number): void => {
  if (channel === channels.main) {
    if (connectionId === 0) socket.write(mainInit())
    acknowledgeSeamless(socket)
  }
  if (channel === channels.display) socket.once("data", () => drawEndlessly(socket))
  if (channel === channels.inputs) echo(socket, 32)
  if (channel === channels.port) count(socket)
  if (channel === channels.usbredir) answerWhole(socket)
  if (channel === channels.webdav) socket.write(message(101, Buffer.alloc(largeMessage)))
}

/** SpiceLinkHeader and SpiceLinkMess with two words of capabilities, then the mechanism and the ticket. */
const linkSize = 16 + 26
const ticketSize = 4 + 128

const accept = (socket: Socket): void => {
  let seen = Buffer.alloc(0)
  let replied = false
  socket.setNoDelay(true).on("error", () => socket.destroy())
  const take = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk])
    if (!replied && seen.length >= linkSize) {
      replied = true
      socket.write(linkReply())
    }
    if (seen.length < linkSize + ticketSize) return
    socket.off("data", take)
    socket.write(Buffer.alloc(4))
    serve(socket, seen.readUInt8(20), seen.readUInt32LE(16))
  }
  socket.on("data", take)
}

createServer(accept).listen(Number(process.argv[2]), "127.0.0.1", 8192)
