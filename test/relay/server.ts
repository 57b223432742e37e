import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { createServer, type Server, type Socket } from "node:net"
import { type Stream, streamOf } from "../../lab/client/stream.js"
import { words } from "../../lab/client/words.js"

/**
 * A SPICE server as far as a relay can tell: it links whatever comes and keeps what it is told. As spice-server does, it
 * answers a question for a version that it does not speak with NACK, and a display speaks once it had DISPLAY_INIT or data.
 */

/** A message as it came. */
export interface Received {
  readonly type: number
  readonly payload: Buffer
}

/** One connection to the server, once it is linked. */
export interface ServerChannel {
  readonly socket: Socket
  readonly channelType: number
  readonly channelId: number
  readonly connectionId: number
  readonly mini: boolean
  /** The next message of the client, which is answered; rejects when the connection ends before. */
  readonly next: () => Promise<Received>
  readonly send: (type: number, payload?: Uint8Array) => void
  readonly closed: Promise<unknown>
}

export interface SpiceServer {
  readonly server: Server
  /** Connections so far on which something was said, linked or not. */
  readonly spoken: () => number
  readonly sockets: readonly Socket[]
  /** The next connection that is linked. */
  readonly linked: () => Promise<ServerChannel>
  readonly close: () => Promise<void>
}

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
const key = publicKey.export({ type: "spki", format: "der" })

/** authSelection, authSpice, miniHeader. */
const capabilities = 0b1011

const reply = (common: number): Buffer =>
  Buffer.concat([Buffer.from("REDQ"), words(2, 2, 178 + 4, 0), key, words(1, 0, 178), words(common)])

export interface Behaviour {
  readonly capabilities?: number
  /** The result of a link. */
  readonly result?: number
  /** The results of the first links, instead of that. */
  readonly results?: readonly number[]
  /** Whether it goes on after the client's side has ended, which SPICE's servers do not. */
  readonly staysOpen?: boolean
}

const link = async (
  stream: Stream,
  socket: Socket,
  { capabilities: common = capabilities }: Behaviour,
  resultOf: () => number,
): Promise<ServerChannel> => {
  const header = await stream.exactly(16)
  const message = await stream.exactly(header.readUInt32LE(12))
  stream.write(reply(common))
  if ((common & 1) !== 0) await stream.exactly(4)
  await stream.exactly(128)
  const result = resultOf()
  stream.write(words(result))
  if (result !== 0) throw new Error("a link that was refused")
  const mini = (message.readUInt32LE(18) & common & 8) !== 0
  let serial = 1n

  const channelType = message.readUInt8(4)

  const answer = ({ type, payload }: Received): void => {
    if (channelType === 1 && type === 110 && payload[0] !== 1) send(118)
    if (channelType === 2 && (type === 5 || type === 101)) send(3, words(1, 20))
  }

  const next = async (): Promise<Received> => {
    const bytes = await stream.exactly(mini ? 6 : 18)
    const at = mini ? 0 : 8
    const received = { type: bytes.readUInt16LE(at), payload: await stream.exactly(bytes.readUInt32LE(at + 2)) }
    answer(received)
    return received
  }

  const send = (type: number, payload: Uint8Array = new Uint8Array()): void => {
    const bytes = Buffer.alloc(mini ? 6 : 18)
    if (!mini) bytes.writeBigUInt64LE(serial++, 0)
    bytes.writeUInt16LE(type, mini ? 0 : 8)
    bytes.writeUInt32LE(payload.length, mini ? 2 : 10)
    stream.write(Buffer.concat([bytes, payload]))
  }

  return {
    socket,
    channelType,
    channelId: message.readUInt8(5),
    connectionId: message.readUInt32LE(0),
    mini,
    next,
    send,
    closed: once(socket, "close"),
  }
}

/** Makes the rest of a server of one that listens, or will. */
export const spiceServer = (server: Server, event = "connection", behaviour: Behaviour = {}): SpiceServer => {
  const sockets: Socket[] = []
  const waiting: ((channel: ServerChannel) => void)[] = []
  const ready: ServerChannel[] = []
  const raw = new Set<Socket>()
  let spoken = 0
  let links = 0
  const resultOf = () => behaviour.results?.[links++] ?? behaviour.result ?? 0
  server.on("connection", (socket: Socket) => raw.add(socket))
  server.on(event, (socket: Socket) => {
    sockets.push(socket)
    socket.on("error", () => undefined)
    socket.once("data", () => {
      spoken++
    })
    if (behaviour.staysOpen !== true) socket.once("end", () => socket.end())
    link(streamOf(socket), socket, behaviour, resultOf).then(
      (channel) => {
        const take = waiting.shift()
        if (take === undefined) ready.push(channel)
        else take(channel)
      },
      () => socket.end(),
    )
  })
  return {
    server,
    sockets,
    spoken: () => spoken,
    linked: () => {
      const channel = ready.shift()
      return channel === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(channel)
    },
    close: async () => {
      for (const socket of [...sockets, ...raw]) socket.destroy()
      if (!server.listening) return
      server.close()
      await once(server, "close")
    },
  }
}

/** A server on a free port of this machine. */
export const listeningServer = async (behaviour: Behaviour = {}): Promise<SpiceServer & { readonly port: number }> => {
  const made = spiceServer(createServer({ allowHalfOpen: true }), "connection", behaviour)
  made.server.listen(0, "127.0.0.1")
  await once(made.server, "listening")
  const address = made.server.address()
  if (typeof address !== "object" || address === null) throw new Error("no address")
  return { ...made, port: address.port }
}
