import { once } from "node:events"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { channelNameOf, channelTypes } from "../../src/spice/wire/channels.js"
import { fromClient } from "../../src/spice/wire/messages.js"
import type { Blob } from "../client/migration.js"
import { mainFromClient } from "../client/numbers.js"
import { Ended, open, type Stream, streamOf } from "../client/stream.js"

/** A relay on loopback in front of a server, that passes everything on as it is and notes what clients relay. */
export interface Recorder {
  readonly port: number
  /** Migration data that clients have sent. */
  readonly blobs: readonly Blob[]
  /** How many channels have been linked. */
  readonly links: () => number
  /** Resolves when a client's main channel says that it has linked the target, and how. */
  readonly connected: Promise<"seamless" | "semi-seamless">
  readonly close: () => void
}

/** Bytes of a link up to its messages: the mechanism of authentication and the ticket. */
const authentication = 4 + 128

/** Reads exactly what a client sends, one part after the other, and passes it on. */
const passing = (client: Stream, server: Stream) => async (count: number) => {
  const bytes = await client.exactly(count)
  server.write(bytes)
  return bytes
}

/** Starts a recorder in front of a port of loopback; its clients have to speak with the mini header, as spice-gtk does. */
export const record = async (serverPort: number): Promise<Recorder> => {
  const blobs: Blob[] = []
  const streams: Stream[] = []
  let links = 0
  let say = (_: "seamless" | "semi-seamless"): void => undefined
  const connected = new Promise<"seamless" | "semi-seamless">((resolve) => {
    say = resolve
  })

  const follow = async (client: Stream, server: Stream): Promise<never> => {
    const pass = passing(client, server)
    const header = await pass(16)
    const message = await pass(header.readUInt32LE(12))
    const channel = channelNameOf(message.readUInt8(4))
    const id = message.readUInt8(5)
    await pass(authentication)
    links++
    for (;;) {
      const mini = await pass(6)
      const type = mini.readUInt16LE(0)
      const bytes = await pass(mini.readUInt32LE(2))
      if (type === fromClient.migrateData && channel !== undefined) blobs.push({ channel, id, bytes })
      if (message.readUInt8(4) !== channelTypes.main) continue
      if (type === mainFromClient.migrateConnectedSeamless) say("seamless")
      if (type === mainFromClient.migrateConnected) say("semi-seamless")
    }
  }

  const accept = async (socket: Socket): Promise<void> => {
    const client = streamOf(socket)
    const server = await open({ host: "127.0.0.1", port: serverPort })
    streams.push(client, server)
    server.feed(client.write)
    server.ended.then(client.close)
    client.ended.then(server.close)
    follow(client, server).catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error
    })
  }

  const listener = createServer((socket) => {
    accept(socket).catch(() => socket.destroy())
  }).listen(0, "127.0.0.1")
  await once(listener, "listening")
  const close = (): void => {
    listener.close()
    for (const stream of streams) stream.close()
  }
  return { port: (listener.address() as AddressInfo).port, blobs, links: () => links, connected, close }
}
