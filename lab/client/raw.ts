import type { NetConnectOpts } from "node:net"
import { type Handshake, type LinkRequest, shakeHands } from "./link.js"
import { open, type Stream } from "./stream.js"

/** A message to send: its type, and its payload if it has one. */
export type RawMessage = readonly [type: number, payload?: Uint8Array]

/**
 * A connection that does nothing by itself: it answers no ping, and each step of its link waits to be taken. All that
 * is given to `send` goes out in one write.
 */
export interface RawChannel extends Handshake, Omit<Stream, "exactly" | "feed"> {
  readonly send: (...messages: readonly RawMessage[]) => void
}

/** A message with a header of 6 bytes. */
export const miniFrame = ([type, payload = new Uint8Array()]: RawMessage): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(payload.length, 2)
  return Buffer.concat([header, payload])
}

/** Connects, sends the link's message and waits for the reply to it: the ticket is still to come. */
export const openRaw = async (address: NetConnectOpts, request: LinkRequest): Promise<RawChannel> => {
  const stream = await open(address)
  const handshake = await shakeHands(stream, request)
  return { ...stream, ...handshake, send: (...messages) => stream.write(Buffer.concat(messages.map(miniFrame))) }
}
