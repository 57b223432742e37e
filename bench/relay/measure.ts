import { once } from "node:events"
import { existsSync } from "node:fs"
import { get } from "node:http"
import { text } from "node:stream/consumers"
import { setTimeout as delay } from "node:timers/promises"
import { type Channel, message, openChannel, openMain, type Way } from "./client.js"
import { cpuSeconds, memoryKiB } from "./processes.js"
import { acknowledged } from "./sizes.js"

/** A number of the bulk test. */
export interface Bulk {
  readonly bytesPerSecond: number
  /** Seconds of the relay's processor time a gigabyte. */
  readonly cpuPerGigabyte: number
}

const withSession = async <A>(
  way: Way,
  channel: "display" | "inputs" | "port",
  received: (bytes: Uint8Array) => void,
  use: (channel: Channel) => Promise<A>,
): Promise<A> => {
  const main = await openMain(way)
  const { connectionId } = main
  const opened = await openChannel({ way, channel, connectionId, buffer: 1 << 20, received })
  try {
    return await use(opened)
  } finally {
    opened.close()
    main.close()
  }
}

/** Server to client, one connection, as fast as it goes. */
export const bulk = (way: Way, relay: number, seconds: number): Promise<Bulk> => {
  let bytes = 0
  const received = (chunk: Uint8Array): void => {
    bytes += chunk.length
  }
  return withSession(way, "display", received, async ({ socket }) => {
    socket.write(message(101, 14))
    await delay(300)
    const before = { bytes, cpu: cpuSeconds(relay), time: performance.now() }
    await delay(1000 * seconds)
    const moved = bytes - before.bytes
    const passed = (performance.now() - before.time) / 1000
    return { bytesPerSecond: moved / passed, cpuPerGigabyte: (cpuSeconds(relay) - before.cpu) / (moved / 1e9) }
  })
}

/** Messages that are not timed: what is compiled while it runs has been by then. */
const warmUp = 10_000

/** Microseconds of a message of 32 bytes there and back, sorted. */
export const latencies = (way: Way, rounds: number): Promise<readonly number[]> => {
  let answered = (): void => undefined
  return withSession(
    way,
    "inputs",
    () => answered(),
    async ({ socket }) => {
      const times: number[] = []
      const ping = message(112, 26)
      for (let round = -warmUp; round < rounds; round++) {
        const start = performance.now()
        const answer = new Promise<void>((resolve) => {
          answered = resolve
        })
        socket.write(ping)
        await answer
        if (round >= 0) times.push(1000 * (performance.now() - start))
      }
      return times.sort((one, other) => one - other)
    },
  )
}

/** Client to server, bytes a second, in messages of so many bytes. */
export const upstream = (way: Way, size: number, seconds: number): Promise<number> => {
  const burst = Buffer.concat(Array.from({ length: Math.ceil((256 << 10) / (size + 6)) }, () => message(101, size)))
  let answers = 0
  const received = (chunk: Uint8Array): void => {
    answers += chunk.length / 32
  }
  return withSession(way, "port", received, async ({ socket }) => {
    const start = performance.now()
    let ended = false
    const more = (): void => {
      while (!ended && socket.writable && socket.write(burst));
    }
    socket.on("drain", more)
    more()
    await delay(1000 * seconds)
    ended = true
    return (answers * acknowledged) / ((performance.now() - start) / 1000)
  })
}

/** Resolves with the first chunk that `received` is handed from then on. */
const nextChunk = () => {
  let heard = (_: Uint8Array): void => undefined
  return {
    received: (chunk: Uint8Array): void => heard(chunk),
    next: () =>
      new Promise<Uint8Array>((resolve) => {
        heard = resolve
      }),
  }
}

/** Microseconds from the sending of a MIGRATE_DATA on usbredir until the server has the whole of it and has said so, sorted. */
export const holds = async (way: Way, blob: Uint8Array, rounds: number): Promise<readonly number[]> => {
  const data = Buffer.concat([message(5, 0), blob])
  data.writeUInt32LE(blob.length, 2)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const [onMain, onUsbredir] = [nextChunk(), nextChunk()]
    const session = { way, connectionId: 1 + round, buffer: 4096 }
    const main = await openChannel({ ...session, channel: "main", received: onMain.received })
    const acknowledged = onMain.next()
    main.socket.write(Buffer.concat([message(110, 4).fill(1, 6, 7)]))
    await acknowledged
    const usbredir = await openChannel({ ...session, channel: "usbredir", received: onUsbredir.received })
    const answered = onUsbredir.next()
    const start = performance.now()
    usbredir.socket.write(data)
    await answered
    times.push(1000 * (performance.now() - start))
    for (const { socket } of [usbredir, main]) await once(socket.end(), "close")
    // Until the relay has heard of it too: one session migrates at a time.
    await delay(10)
  }
  return times.sort((one, other) => one - other)
}

/** Which part of what passed a relay has recorded so far, from its metrics; undefined of a relay that records nothing. */
export const recordedPart = async (metricsSocket: string): Promise<number | undefined> => {
  if (!existsSync(metricsSocket)) return undefined
  const [answer] = await once(get({ socketPath: metricsSocket, path: "/metrics" }), "response")
  const metrics = await text(answer)
  const bytes = (result: string): number =>
    Number(new RegExp(`^migration_guard_recorded_bytes_total\\{result="${result}"\\} (\\d+)`, "m").exec(metrics)?.[1])
  return bytes("written") / (bytes("written") + bytes("dropped") + bytes("failed"))
}

/** KiB of the relay's memory for each of so many idle sessions. */
export const idle = async (way: Way, relay: number, count: number): Promise<number> => {
  const before = memoryKiB(relay)
  const channels: Channel[] = []
  try {
    while (channels.length < count)
      channels.push(...(await Promise.all(Array.from({ length: 50 }, () => openMain(way)))))
    await delay(1000)
    return (memoryKiB(relay) - before) / count
  } finally {
    for (const { close } of channels) close()
  }
}
