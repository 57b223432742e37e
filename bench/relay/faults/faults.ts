import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { linkMessageOf } from "../../../lab/client/link.js"
import { type Channel, message, openChannel, openMain, type Way } from "../client.js"
import { largeMessage } from "../sizes.js"
import { eventually, type Limits, type Stage, useSession, worksAgain } from "./stage.js"

/** Something that goes wrong, or is meant to. */
export interface Fault {
  readonly name: string
  /** Beyond those that let everybody of the fault in. */
  readonly limits?: Limits
  readonly descriptors?: number
  /** Does it, and says what became of it. Throws where it is not what it should be. */
  readonly play: (stage: Stage) => Promise<string>
}

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`not so: ${what}`)
}

const dial = async ({ port }: Way): Promise<Socket> => {
  const socket = connect(port, "127.0.0.1").on("error", () => socket.destroy())
  await once(socket, "connect")
  return socket.setNoDelay(true).resume()
}

const linkMessage = linkMessageOf({ channel: "main", id: 0, connectionId: 0 })

/** A connection that has come so far, and its socket. */
const stages: Readonly<Record<string, (way: Way) => Promise<Socket>>> = {
  connected: dial,
  "half a link message": async (way) => {
    const socket = await dial(way)
    socket.write(linkMessage.subarray(0, 20))
    return socket
  },
  "a link message": async (way) => {
    const socket = await dial(way)
    socket.write(linkMessage)
    await once(socket, "data")
    return socket
  },
  "half a ticket": async (way) => {
    const socket = await dial(way)
    socket.write(linkMessage)
    await once(socket, "data")
    socket.write(Buffer.alloc(64).fill(1, 0, 1))
    return socket
  },
  linked: async (way) => (await openMain(way)).socket,
  "half a message": async (way) => {
    const { socket } = await openMain(way)
    socket.write(message(101, 1000).subarray(0, 500))
    return socket
  },
  "half of MIGRATE_DATA": async (way) => {
    const { socket } = await migratingMain(way)
    const data = message(5, 1000)
    socket.write(data.subarray(0, 500))
    return socket
  },
}

let sessions = 0x10000

/** Main of a session that migrates, after the server's acknowledgement. */
const migratingMain = async (way: Way): Promise<Channel> => {
  let heard = (): void => undefined
  const acknowledged = new Promise<void>((resolve) => {
    heard = resolve
  })
  const connectionId = ++sessions
  const main = await openChannel({ way, channel: "main", connectionId, buffer: 4096, received: () => heard() })
  main.socket.write(Buffer.concat([message(110, 4).fill(1, 6, 7)]))
  await acknowledged
  return main
}

/** Opens connections up to a stage; of those that migrate one, since there is one at a time. */
const atStage = (name: string, way: Way, count: number): Promise<readonly Socket[]> => {
  const open = stages[name]
  if (open === undefined) throw new TypeError(name)
  return Promise.all(Array.from({ length: name === "half of MIGRATE_DATA" ? 1 : count }, () => open(way)))
}

const clientsDie: Fault = {
  name: "clients die at each stage of a connection",
  play: async ({ way }) => {
    let count = 0
    for (let round = 0; round < 5; round++)
      for (const name of Object.keys(stages)) {
        const sockets = await atStage(name, way, 50)
        for (const socket of sockets) socket.resetAndDestroy()
        count += sockets.length
        await useSession(way)
      }
    return `${count} connections reset at ${Object.keys(stages).length} stages; a new session works after each`
  },
}

const serverDies: Fault = {
  name: "the server dies at each stage",
  play: async ({ way, stopServer, startServer }) => {
    let count = 0
    for (const name of Object.keys(stages)) {
      const sockets = await atStage(name, way, 50)
      await stopServer()
      const closed = sockets.filter(({ closed }) => !closed).map((socket) => once(socket, "close"))
      // Before the link message is whole there is no connection to the server that could end.
      if (name === "connected" || name === "half a link message") for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
      count += sockets.length
      await startServer()
      must(await worksAgain(way), "a session works afterwards")
    }
    return `${count} connections closed, the server killed ${Object.keys(stages).length} times; a new session works after each`
  },
}

const halfOpen: Fault = {
  name: "half-open connections",
  limits: { handshakeSeconds: 2, closingSeconds: 2 },
  play: async ({ way, metric }) => {
    const start = performance.now()
    const silent = await atStage("half a link message", way, 500)
    const ended = await Promise.all(Array.from({ length: 500 }, () => openMain(way)))
    for (const { socket } of ended) socket.pause().end()
    await Promise.all(silent.map((socket) => once(socket, "close")))
    const seconds = (performance.now() - start) / 1000
    must(
      await eventually(async () => (await metric("migration_guard_connections")) === 0, 10),
      "the others are closed too",
    )
    for (const { close } of ended) close()
    return `500 that stop within their link message closed ${seconds.toFixed(1)} s after the first (handshakeSeconds 2); 500 of which the client ends its half and does not read closed too`
  },
}

const byteByByte: Fault = {
  name: "one byte at a time",
  play: async ({ way }) => {
    const main = await openMain(way)
    const { connectionId } = main
    let answered = 0
    const inputs = await Promise.all(
      Array.from({ length: 20 }, (_, id) =>
        openChannel({
          way,
          channel: "inputs",
          id,
          connectionId,
          buffer: 4096,
          received: (bytes) => {
            answered += bytes.length
          },
        }),
      ),
    )
    const bytes = Buffer.concat(Array.from({ length: 50 }, () => message(112, 26)))
    for (const byte of bytes) {
      for (const { socket } of inputs) socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    must(await eventually(() => answered === inputs.length * bytes.length, 20), "each message is answered")
    for (const { close } of [...inputs, main]) close()
    return `${inputs.length * bytes.length} writes of one byte on ${inputs.length} channels, each message answered`
  },
}

const largeFrames: Fault = {
  name: "messages of 64 MiB",
  play: async ({ way }) => {
    const { connectionId, close } = await openMain(way)
    let received = 0
    const open = (channel: "port" | "webdav") =>
      openChannel({
        way,
        channel,
        connectionId,
        buffer: 1 << 20,
        received: (bytes) => {
          received += bytes.length
        },
      })
    const [port, webdav] = [await open("port"), await open("webdav")]
    must(await eventually(() => received >= largeMessage + 6, 60), "the server's message arrives")
    received = 0
    for (let count = 0; count < 4; count++)
      await new Promise<void>((resolve) => {
        port.socket.write(message(101, largeMessage), () => resolve())
      })
    must(await eventually(() => received >= 16 * 32, 60), "the client's messages arrive")
    for (const each of [port, webdav, { close }]) each.close()
    return "one from the server, four from a client, all arrived"
  },
}

const idle: Fault = {
  name: "1,000 idle connections",
  play: async ({ way }) => {
    const mains: Channel[] = []
    while (mains.length < 1000) mains.push(...(await Promise.all(Array.from({ length: 50 }, () => openMain(way)))))
    await useSession(way)
    for (const { close } of mains) close()
    return "all linked, and one more session works beside them"
  },
}

const slowReaders: Fault = {
  name: "clients that do not read",
  play: async ({ way, metric }) => {
    const main = await openMain(way)
    const { connectionId } = main
    const displays = await Promise.all(
      Array.from({ length: 50 }, (_, id) =>
        openChannel({ way, channel: "display", id, connectionId, buffer: 4096, received: () => undefined }),
      ),
    )
    for (const { socket } of displays) {
      socket.pause()
      socket.write(message(101, 14))
    }
    let passed = -1
    const standsStill = async (): Promise<boolean> => {
      await delay(500)
      const before = passed
      passed = await metric("migration_guard_bytes_total", 'from="server"')
      return passed === before
    }
    must(await eventually(standsStill, 30), "the server is not read any more")
    await useSession(way)
    for (const { close } of [...displays, main]) close()
    return `50 displays, of a server that draws without end: ${(passed / 2 ** 20 / 50).toFixed(1)} MiB passed to each client's socket and the kernel; then nothing more is read`
  },
}

const flood: Fault = {
  name: "a flood beyond the limit",
  limits: { connections: 100, connectionsBySource: 100 },
  play: async ({ way, metric, lines }) => {
    const [said, start] = [lines().length, performance.now()]
    const held: Socket[] = []
    for (let count = 0; count < 100; count++) held.push(await dial(way))
    for (let round = 0; round < 50; round++) {
      const refused = await Promise.all(Array.from({ length: 100 }, () => dial(way)))
      await Promise.all(refused.map((socket) => (socket.closed ? undefined : once(socket, "close"))))
    }
    const seconds = (performance.now() - start) / 1000
    must(
      held.every(({ closed }) => !closed),
      "those within the limit stay",
    )
    for (const socket of held) socket.destroy()
    const rejected = await metric("migration_guard_rejected_connections_total")
    must(rejected === 5000, "each of the others is counted")
    return `5,000 beyond 100 refused in ${seconds.toFixed(1)} s, with ${lines().length - said} lines in the log`
  },
}

const reloads: Fault = {
  name: "reloads under load",
  play: async ({ way, reload, metric }) => {
    const main = await openMain(way)
    const { connectionId } = main
    let received = 0
    const display = await openChannel({
      way,
      channel: "display",
      connectionId,
      buffer: 1 << 20,
      received: (bytes) => {
        received += bytes.length
      },
    })
    display.socket.write(message(101, 14))
    for (let count = 1; count <= 50; count++) {
      reload({ connections: 1000 + count, connectionsBySource: 1000 })
      must(
        await eventually(async () => (await metric("migration_guard_reloads_total", "taken")) === count, 10),
        "it is taken",
      )
      reload("wrong")
      must(
        await eventually(async () => (await metric("migration_guard_reloads_total", "refused")) === count, 10),
        "it is refused",
      )
      await useSession(way)
    }
    must(!display.socket.closed, "the display goes on")
    for (const { close } of [display, main]) close()
    return `50 right configurations taken and 50 wrong ones refused while ${(received / 1e9).toFixed(1)} GB went to a display; a new session works after each`
  },
}

const withoutDescriptors: Fault = {
  name: "file descriptors run out",
  descriptors: 64,
  play: async ({ way }) => {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => dial(way)))
    for (const socket of sockets) socket.write(linkMessage)
    await delay(1000)
    const refused = sockets.filter(({ closed }) => closed).length
    must(refused > 0, "some have no place")
    for (const socket of sockets) socket.destroy()
    must(await worksAgain(way), "a session works afterwards")
    return `200 connections with 64 descriptors: ${refused} closed within a second, and new sessions work once the others have left`
  },
}

export const faults: readonly Fault[] = [
  clientsDie,
  serverDies,
  halfOpen,
  byteByByte,
  largeFrames,
  idle,
  slowReaders,
  flood,
  reloads,
  withoutDescriptors,
]
