import { once } from "node:events"
import { connect, type OnReadOpts, type Socket } from "node:net"
import { type ConnectionOptions, connect as connectTls } from "node:tls"
import { linkMessageOf } from "../../lab/client/link.js"
import type { ChannelName } from "../../lab/client/numbers.js"

/** Where a client connects: the relay under test, in the clear or with TLS. */
export interface Way {
  readonly port: number
  readonly tls?: boolean
}

/** A linked channel. */
export interface Channel {
  readonly socket: Socket
  readonly close: () => void
}

const dial = ({ port, tls = false }: Way, size: number, received: (bytes: Uint8Array) => void): Socket => {
  const onread = {
    buffer: Buffer.allocUnsafe(size),
    callback: (count: number, bytes: Uint8Array) => {
      received(bytes.subarray(0, count))
      return true
    },
  }
  const address = { host: "127.0.0.1", port, onread }
  // onread is documented for tls.connect too, where @types/node does not know it. Nothing here stops reading.
  const withTls: ConnectionOptions & { readonly onread: OnReadOpts } = { ...address, rejectUnauthorized: false }
  return tls ? connectTls(withTls) : connect(address)
}

const replySize = 16 + 178 + 8
const resultSize = 4

/** How a channel is opened. */
export interface Opening {
  readonly way: Way
  readonly channel: ChannelName
  /** The channel's number; 0 if not given. */
  readonly id?: number
  /** 0 for main. */
  readonly connectionId: number
  /** Size of the buffer that is read into, in bytes. */
  readonly buffer: number
  readonly received: (bytes: Uint8Array) => void
}

/** Links a channel, and hands on what comes afterwards. */
export const openChannel = async ({
  way,
  channel,
  id = 0,
  connectionId,
  buffer,
  received,
}: Opening): Promise<Channel> => {
  let linked = (): void => undefined
  const isLinked = new Promise<void>((resolve) => {
    linked = resolve
  })
  let left = replySize + resultSize
  let isReplied = false
  const socket = dial(way, buffer, (bytes) => {
    if (left <= 0) return received(bytes)
    left -= bytes.length
    if (!isReplied && left <= resultSize) {
      isReplied = true
      const ticket = Buffer.alloc(4 + 128)
      ticket.writeUInt32LE(1, 0)
      socket.write(ticket)
    }
    if (left > 0) return
    linked()
    if (left < 0) received(bytes.subarray(left))
  })
  socket.setNoDelay(true).on("error", () => socket.destroy())
  await once(socket, way.tls === true ? "secureConnect" : "connect")
  socket.write(linkMessageOf({ channel, id, connectionId }))
  await Promise.race([isLinked, once(socket, "close").then(() => Promise.reject(new Error(`${channel} was closed`)))])
  return { socket, close: () => void socket.destroy() }
}

/** A main channel of a new session, and which one it is. */
export const openMain = async (way: Way): Promise<Channel & { readonly connectionId: number }> => {
  let heard = (_: number): void => undefined
  const init = new Promise<number>((resolve) => {
    heard = resolve
  })
  const received = (bytes: Uint8Array) => heard(Buffer.from(bytes).readUInt32LE(6))
  const channel = await openChannel({ way, channel: "main", connectionId: 0, buffer: 4096, received })
  return { ...channel, connectionId: await init }
}

/** A message with the mini header. */
export const message = (type: number, size: number): Buffer => {
  const bytes = Buffer.alloc(6 + size)
  bytes.writeUInt16LE(type, 0)
  bytes.writeUInt32LE(size, 2)
  return bytes
}
