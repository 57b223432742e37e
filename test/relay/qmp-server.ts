import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { onTestFinished } from "vitest"

/** A server of QMP that says what a test lets it say, and nothing by itself. */

/** A command as it came. */
interface Command {
  readonly execute: string
  readonly id: number
}

/** The server's side of one connection. */
export interface Peer {
  readonly socket: Socket
  /** Sends text as it is. */
  readonly send: (text: string | Buffer) => void
  /** Sends an object as a line. */
  readonly say: (message: object) => void
  readonly greet: () => void
  /** The next command; rejects when the connection ends before. */
  readonly command: () => Promise<Command>
  /** Answers the next command, which has to be this one. */
  readonly answer: (execute: string, value: unknown) => Promise<void>
  /** Greets, and answers all up to the first question for the status. */
  readonly begin: (...threads: readonly number[]) => Promise<void>
  /** Answers the next question for the status. */
  readonly status: (status: string, running?: boolean) => Promise<void>
  readonly event: (event: string, data?: object) => void
  readonly closed: Promise<unknown>
}

/** The greeting of QEMU 7.2. */
const greeting = { QMP: { version: { qemu: { micro: 22, minor: 2, major: 7 }, package: "" }, capabilities: ["oob"] } }

const peerOn = (socket: Socket): Peer => {
  socket.on("error", () => undefined)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const send = (text: string | Buffer): void => void socket.write(text)
  const say = (message: object): void => send(`${JSON.stringify(message)}\r\n`)
  const command = async (): Promise<Command> => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error("the connection has ended")
    return JSON.parse(value)
  }
  const answer = async (execute: string, value: unknown): Promise<void> => {
    const asked = await command()
    if (asked.execute !== execute) throw new Error(`${asked.execute} instead of ${execute}`)
    say({ return: value, id: asked.id })
  }
  const greet = (): void => say(greeting)
  return {
    socket,
    send,
    say,
    greet,
    command,
    answer,
    begin: async (...threads) => {
      greet()
      await answer("qmp_capabilities", {})
      const processors = threads.map((thread, index) => ({ "cpu-index": index, "thread-id": thread }))
      await answer("query-cpus-fast", processors)
    },
    status: (status, running = status === "running") => answer("query-status", { status, running, singlestep: false }),
    event: (event, data) => say({ event, ...(data === undefined ? {} : { data }), timestamp: { seconds: 1 } }),
    closed: once(socket, "close"),
  }
}

/** A server of QMP on a socket of its own. */
export interface QmpServer {
  readonly path: string
  /** The next connection. */
  readonly connection: () => Promise<Peer>
  /** How many connections there were. */
  readonly connections: () => number
  /** Listens no more, as a process that has ended. */
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
}

export const qmpServer = async (): Promise<QmpServer> => {
  const folder = mkdtempSync(join(tmpdir(), "qmp-"))
  const path = join(folder, "socket")
  const sockets: Socket[] = []
  const ready: Peer[] = []
  const waiting: ((peer: Peer) => void)[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    const take = waiting.shift()
    if (take === undefined) ready.push(peerOn(socket))
    else take(peerOn(socket))
  })
  const start = async (): Promise<void> => {
    server.listen(path)
    await once(server, "listening")
  }
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, "close")
  }
  await start()
  onTestFinished(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    path,
    connection: () => {
      const peer = ready.shift()
      return peer === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(peer)
    },
    connections: () => sockets.length,
    stop,
    start,
  }
}
