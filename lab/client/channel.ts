import type { NetConnectOpts } from "node:net"
import { fromClient } from "../../src/spice/wire/messages.js"
import { type LinkRequest, link } from "./link.js"
import { type ChannelName, fromServer } from "./numbers.js"
import { Ended, open, type Stream } from "./stream.js"

/** A message of the server. */
export interface Message {
  readonly type: number
  readonly payload: Buffer
}

/** A linked channel. Acknowledgements and pongs are sent by themselves. */
export interface SpiceChannel {
  readonly name: ChannelName
  readonly id: number
  readonly send: (type: number, payload?: Uint8Array) => void
  /** The next message of one of these types that nobody has taken yet; rejects if the channel ends before. */
  readonly receive: (...types: readonly number[]) => Promise<Message>
  /** Sends bytes as they are, for headers that lie. */
  readonly sendRaw: (bytes: Uint8Array) => void
  /** How many messages have been received, of any type. */
  readonly received: () => number
  readonly ended: Promise<void>
  readonly close: () => void
  readonly stall: () => void
  readonly resume: () => void
}

/** Where a channel is linked, and how it behaves beyond what every client does. */
export interface ChannelOptions extends LinkRequest {
  readonly address: NetConnectOpts
  /** What a ping of so many bytes waits for before it is answered; without it, nothing. */
  readonly beforePong?: (size: number) => Promise<unknown>
}

const miniHeaderSize = 6
const fullHeaderSize = 18

interface Header {
  readonly type: number
  readonly size: number
}

const readHeader = async (stream: Stream, mini: boolean): Promise<Header> => {
  const bytes = await stream.exactly(mini ? miniHeaderSize : fullHeaderSize)
  const at = mini ? 0 : 8
  return { type: bytes.readUInt16LE(at), size: bytes.readUInt32LE(at + 2) }
}

/** A header and its payload; the full one counts messages from 1 and has no sub-messages. */
const frame = (mini: boolean, serial: bigint, type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(mini ? miniHeaderSize : fullHeaderSize)
  if (!mini) header.writeBigUInt64LE(serial, 0)
  header.writeUInt16LE(type, mini ? 0 : 8)
  header.writeUInt32LE(payload.length, mini ? 2 : 10)
  return Buffer.concat([header, payload])
}

/** What is drawn, shown and played nobody asks for: of these channels only the messages that all channels have are kept. */
const lastKept = (name: ChannelName): number =>
  name === "display" || name === "cursor" || name === "playback" ? 100 : 0xffff

interface Waiter {
  readonly types: readonly number[]
  readonly resolve: (message: Message) => void
  readonly reject: (error: unknown) => void
}

/** Messages that have come and those that are waited for. */
const mailbox = () => {
  const arrived: Message[] = []
  const waiting = new Set<Waiter>()
  let failure: unknown

  const deliver = (message: Message): void => {
    for (const waiter of waiting)
      if (waiter.types.includes(message.type)) {
        waiting.delete(waiter)
        waiter.resolve(message)
        return
      }
    arrived.push(message)
  }

  const receive = (...types: readonly number[]): Promise<Message> => {
    const index = arrived.findIndex(({ type }) => types.includes(type))
    const [message] = index < 0 ? [] : arrived.splice(index, 1)
    if (message !== undefined) return Promise.resolve(message)
    if (failure !== undefined) return Promise.reject(failure)
    return new Promise((resolve, reject) => waiting.add({ types, resolve, reject }))
  }

  const fail = (error: unknown): void => {
    failure = error
    for (const { reject } of waiting) reject(error)
    waiting.clear()
  }

  return { deliver, receive, fail }
}

/** Links a channel and keeps it going until it ends. */
export const openChannel = async (options: ChannelOptions): Promise<SpiceChannel> => {
  const { channel: name, id, address, beforePong } = options
  const stream = await open(address)
  const { miniHeader } = await link(stream, options)
  const box = mailbox()
  let serial = 1n
  let count = 0
  let window = 0
  let unacknowledged = 0

  const send = (type: number, payload: Uint8Array = new Uint8Array()): void =>
    stream.write(frame(miniHeader, serial++, type, payload))

  const acknowledge = ({ type, payload }: Message): void => {
    if (type === fromServer.setAck) {
      window = payload.readUInt32LE(4)
      unacknowledged = 0
      send(fromClient.ackSync, payload.subarray(0, 4))
    } else if (window > 0 && ++unacknowledged >= window) {
      unacknowledged = 0
      send(fromClient.ack)
    }
  }

  const answer = async ({ payload }: Message): Promise<void> => {
    await beforePong?.(payload.length)
    send(fromClient.pong, payload.subarray(0, 12))
  }

  const run = async (): Promise<never> => {
    for (;;) {
      const { type, size } = await readHeader(stream, miniHeader)
      const message = { type, payload: await stream.exactly(size) }
      count++
      acknowledge(message)
      if (type === fromServer.ping) await answer(message)
      else if (type <= lastKept(name)) box.deliver(message)
    }
  }

  run().catch((error: unknown) => box.fail(error instanceof Ended ? new Error(`${name} ${id} has ended`) : error))
  const { receive } = box
  return {
    name,
    id,
    send,
    receive,
    sendRaw: stream.write,
    received: () => count,
    ended: stream.ended,
    close: stream.close,
    stall: stream.stall,
    resume: stream.resume,
  }
}
