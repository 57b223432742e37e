import { once } from "node:events"
import { connect, type Socket } from "node:net"
import * as E from "fp-ts/lib/Either.js"
import { onTestFinished } from "vitest"
import { openChannel, type SpiceChannel } from "../../lab/client/channel.js"
import type { ChannelName } from "../../lab/client/numbers.js"
import { words } from "../../lab/client/words.js"
import type { Clock } from "../../src/relay/clock.js"
import type { ListenerConfiguration, RelayConfiguration } from "../../src/relay/config/configuration.js"
import type { LogFields } from "../../src/relay/operate/log.js"
import { type Relay, type RelayOptions, startRelay } from "../../src/relay/relay.js"
import { type Behaviour, listeningServer, type SpiceServer } from "./server.js"

/** A clock that goes only when it is told to. */
export const manualClock = (): Clock & {
  readonly advance: (milliseconds: number) => void
  readonly timers: () => number
} => {
  const timers = new Set<{ readonly at: number; readonly action: () => void }>()
  let now = 0
  const due = () => [...timers].filter(({ at }) => at <= now).sort((one, other) => one.at - other.at)[0]
  return {
    now: () => now,
    after: (milliseconds, action) => {
      const timer = { at: now + milliseconds, action }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance: (milliseconds) => {
      now += milliseconds
      for (let timer = due(); timer !== undefined; timer = due()) {
        timers.delete(timer)
        timer.action()
      }
    },
    timers: () => timers.size,
  }
}

/** A line of a relay's log. */
export interface Line extends LogFields {
  readonly level: string
  readonly message: string
}

/** A log that can be waited on. */
export const recordingLog = () => {
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  const log = (level: string, message: string, fields: LogFields = {}): void => {
    lines.push({ ...fields, level, message })
    for (const wake of waiting) wake()
  }
  /** The first line, past or to come, that has all these fields. */
  const line = async (wanted: Partial<Line>): Promise<Line> => {
    const matches = (each: Line) => Object.entries(wanted).every(([name, value]) => each[name] === value)
    for (;;) {
      const found = lines.find(matches)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    }
  }
  return { lines, log, line }
}

export const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

export interface Running {
  readonly relay: Relay
  readonly clock: ReturnType<typeof manualClock>
  readonly lines: readonly Line[]
  readonly line: ReturnType<typeof recordingLog>["line"]
}

/** Starts a relay that ends with the test. */
export const running = async (configuration: RelayConfiguration, options: RelayOptions = {}): Promise<Running> => {
  const clock = manualClock()
  const { lines, log, line } = recordingLog()
  const relay = right(await startRelay(configuration, { clock, log, ...options }))
  onTestFinished(() => relay.close(0))
  return { relay, clock, lines, line }
}

export const portOf = (address: string | undefined): number => Number(/:(\d+)$/.exec(address ?? "")?.[1])

/** A relay in front of a server of its own. */
export interface Guarded extends Running {
  readonly server: SpiceServer & { readonly port: number }
  readonly port: number
  readonly configuration: RelayConfiguration
}

export const guarded = async (
  listener: Partial<ListenerConfiguration> = {},
  behaviour: Behaviour = {},
  options: RelayOptions = {},
): Promise<Guarded> => {
  const server = await listeningServer(behaviour)
  onTestFinished(() => server.close())
  const configuration: RelayConfiguration = {
    metrics: "tcp://127.0.0.1:0",
    listeners: [
      {
        name: "vm",
        listen: "tcp://127.0.0.1:0",
        target: `tcp://127.0.0.1:${server.port}`,
        awaitsMachine: true,
        ...listener,
      },
    ],
  }
  const run = await running(configuration, options)
  return { ...run, server, port: portOf(run.relay.addresses().get("vm")), configuration }
}

/** A way to a relay; from another address of loopback's than the usual, a client is another source. */
export interface Way {
  readonly port: number
  readonly from?: string
}

/** Links a channel through a relay. */
export const channel = async (
  { port, from }: Way,
  name: ChannelName,
  connectionId = 0,
  id = 0,
  fullHeader = false,
): Promise<SpiceChannel> => {
  const opened = await openChannel({
    address: { host: "127.0.0.1", port, ...(from === undefined ? {} : { localAddress: from }) },
    channel: name,
    id,
    connectionId,
    fullHeader,
  })
  onTestFinished(opened.close)
  return opened
}

/** A connection to a relay on which nothing is said by itself. */
export const rawClient = async (port: number, from = "127.0.0.1"): Promise<Socket> => {
  const socket = connect({ host: "127.0.0.1", port, localAddress: from, allowHalfOpen: true, noDelay: true })
  onTestFinished(() => void socket.destroy())
  socket.on("error", () => undefined)
  await once(socket, "connect")
  return socket
}

/** Resolves when a socket is closed, by the other side if need be; what comes before that is thrown away. */
export const closing = async (socket: Socket): Promise<void> => {
  socket.on("end", () => socket.end())
  if (socket.readableEnded) socket.end()
  socket.resume()
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve))
}

/** Waits for what becomes true without an event of its own. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** A relay's metrics, by the text before their value. */
export const metricsOf = async (address: string | undefined): Promise<ReadonlyMap<string, number>> => {
  const response = await fetch(`http://${address?.replace("tcp://", "")}/metrics`)
  const text = await response.text()
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  )
}

/** A new session on the server behind a relay, with the id that the server gives it. */
export const ordinary = async (relay: Pick<Guarded, "port" | "server">, id = 7) => {
  const main = await channel(relay, "main")
  const serverMain = await relay.server.linked()
  serverMain.send(103, words(id, 0, 0, 0, 0, 0, 0, 0))
  await main.receive(103)
  /** Links another channel of the session, on both sides. */
  const link = async (name: ChannelName, channelId = 0, fullHeader = false) => {
    const client = await channel(relay, name, id, channelId, fullHeader)
    return { client, server: await relay.server.linked() }
  }
  return { main, serverMain, link }
}

/** A session that migrates seamlessly to the server behind a relay, up to the server's acknowledgement. */
export const migrating = async (relay: Guarded & Way, connectionId = 7) => {
  const main = await channel(relay, "main", connectionId)
  const serverMain = await relay.server.linked()
  main.send(110, words(1))
  await serverMain.next()
  serverMain.send(117)
  await main.receive(117)
  /** Links another channel of the session, on both sides. */
  const link = async (name: ChannelName, id = 0, fullHeader = false) => {
    const client = await channel(relay, name, connectionId, id, fullHeader)
    return { client, server: await relay.server.linked() }
  }
  return { main, serverMain, link }
}

/** How many connections a relay has, by its own count. */
export const connectionCount = async ({ relay }: Running, listener = "vm"): Promise<number> =>
  (await metricsOf(relay.metricsAddress())).get(`migration_guard_connections{listener="${listener}"}`) ?? 0

/** Waits until nothing is left of a relay's connections: no count, no timer, no socket of the server's. */
export const allGone = async (relay: Guarded): Promise<void> => {
  while ((await connectionCount(relay)) > 0) await new Promise((resolve) => setImmediate(resolve))
}
