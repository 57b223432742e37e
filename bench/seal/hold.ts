import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import * as E from "fp-ts/lib/Either.js"
import { openChannel } from "../../lab/client/channel.js"
import { words } from "../../lab/client/words.js"
import { markdownTable } from "../../src/report/markdown.js"
import { encodeWindow } from "../../src/seal/replay.js"
import { decodeMigrateData, encodeMigrateData } from "../../src/spice/migrate-data.js"
import { listeningServer, type ServerChannel, type SpiceServer } from "../../test/relay/server.js"
import { duration } from "../markdown.js"
import { median } from "../measure.js"
import { node, program } from "../relay/contenders.js"
import { type Running, run } from "../relay/processes.js"

/**
 * How long a blob is on its way between two servers through a client, from the source's last byte to the target's, over
 * loopback: with no guard, with one on the target, and with two that seal. Guards are processes of the command line; the
 * servers and the client, which do nothing but pass bytes on, share this one.
 */

const rounds = 40
/** Rounds that are not timed: what is compiled while guards run has been by then. */
const warmUp = 10

const sizes = [
  { says: "104 B", size: 104 },
  { says: "64 KiB", size: 0x10000 },
  { says: "1 MiB", size: 0x100000 },
] as const

const emptySize = 33

/** A port's state of so many bytes: nobody needs to vouch for its queue, so that a guard alone accepts it too. */
const stateOf = (size: number): Uint8Array => {
  const given = decodeMigrateData("port", readFileSync("corpus/spicevmc/genuine/port-queue.bin"))
  if (E.isLeft(given)) throw given.left[0]
  const { base } = given.right
  const made = encodeMigrateData("port", {
    ...given.right,
    base: { ...base, write_data: randomBytes(size - emptySize) },
  })
  if (E.isLeft(made)) throw made.left[0]
  return made.right
}

interface Port {
  readonly port: number
}

type Server = SpiceServer & Port

/** A channel through a guard, and the server's side of it. */
const linked = async (way: Port, server: Server, channel: "main" | "port", connectionId: number) => {
  const client = await openChannel({ address: { host: "127.0.0.1", port: way.port }, channel, id: 0, connectionId })
  return { client, server: await server.linked() }
}

/** Two servers, and where clients reach them. */
interface Hosts {
  readonly source: Server
  readonly target: Server
  readonly toSource: Port
  readonly toTarget: Port
}

const sendTimed = ({ socket }: ServerChannel, type: number, payload: Uint8Array): Promise<bigint> => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(payload.length, 2)
  return new Promise((resolve) => {
    socket.setNoDelay(true).write(Buffer.concat([header, payload]), () => resolve(process.hrtime.bigint()))
  })
}

/** Moves one session with one other channel, and says how many nanoseconds the channel's data took. */
const migrate = async ({ source, target, toSource, toTarget }: Hosts, id: number, state: Uint8Array) => {
  const main = await linked(toSource, source, "main", 0)
  main.server.send(103, words(id, 0, 0, 0, 0, 0, 0, 0))
  await main.client.receive(103)
  const from = await linked(toSource, source, "port", id)
  const host = Buffer.from("127.0.0.1\0")
  main.server.send(116, Buffer.concat([words(toTarget.port, host.length, 24, 0, 0, 1), host]))
  await main.client.receive(116)

  const moved = await linked(toTarget, target, "main", id)
  moved.client.send(110, words(1))
  await moved.server.next()
  moved.server.send(117)
  await moved.client.receive(117)
  const to = await linked(toTarget, target, "port", id)

  const arriving = to.server.next().then(({ payload }) => ({ payload, at: process.hrtime.bigint() }))
  const sending = sendTimed(from.server, 2, state)
  to.client.send(5, (await from.client.receive(2)).payload)
  const [{ payload, at }, sent] = await Promise.all([arriving, sending])
  if (!payload.equals(state)) throw new Error("another state arrived")

  const channels = [main, from, moved, to]
  for (const { client } of channels) client.close()
  await Promise.all(channels.map(({ server: { closed } }) => closed))
  // Until the guards have heard of it too: one session migrates at a time.
  await delay(10)
  return Number(at - sent)
}

/** A guard in front of a server, with a configuration in a folder. */
const guard = async (folder: string, port: number, server: Port, lines: readonly string[]): Promise<Port & Running> => {
  const file = join(folder, `${port}.toml`)
  const [listen, target] = [`tcp://127.0.0.1:${port}`, `tcp://127.0.0.1:${server.port}`]
  writeFileSync(file, [...lines, "awaitsMachine = true", `listen = "${listen}"`, `target = "${target}"`, ""].join("\n"))
  return { port, ...(await run([...node, program, "relay", "--config", file], port)) }
}

/** A way between two hosts, with what the configurations of its guards begin with. */
interface Way {
  readonly says: string
  readonly onSource?: readonly string[]
  readonly onTarget?: readonly string[]
}

const waysIn = (folder: string): readonly Way[] => {
  const [keys, replayFile] = [join(folder, "keys"), join(folder, "opened")]
  writeFileSync(keys, `1 active ${randomBytes(32).toString("hex")}\n`, { mode: 0o600 })
  writeFileSync(replayFile, encodeWindow([]), { mode: 0o600 })
  const listener = "[[listeners]]"
  const sealing = [listener, `seal = { keys = "${keys}", vm = "web-1" }`]
  const onSource = [...sealing, 'sealFor = ["127.0.0.1"]']
  return [
    { says: "no guard" },
    { says: "one guard, on the target", onTarget: [listener] },
    { says: "two guards that seal", onSource, onTarget: sealing },
    {
      says: "and the opening is on the disk (replayFile)",
      onSource,
      onTarget: [`replayFile = "${replayFile}"`, ...sealing],
    },
  ]
}

/** The medians of each size, in nanoseconds: each round takes all ways, one after the other. */
const measure = async (hosts: readonly Hosts[]): Promise<readonly (readonly number[])[]> => {
  let session = 0
  const medians: (readonly number[])[] = []
  for (const { size } of sizes) {
    const state = stateOf(size)
    const timed = hosts.map((each) => ({ each, times: [] as number[] }))
    for (let round = -warmUp; round < rounds; round++)
      for (const { each, times } of timed) {
        const time = await migrate(each, ++session, state)
        if (round >= 0) times.push(time)
      }
    medians.push(timed.map(({ times }) => median(times)))
  }
  return medians
}

/** The table of all sizes and ways. */
export const holdTable = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "bench-hold-"))
  const [source, target] = [await listeningServer(), await listeningServer()]
  const guards: Running[] = []
  const guarded = async (port: number, server: Port, lines?: readonly string[]): Promise<Port> => {
    if (lines === undefined) return server
    const started = await guard(folder, port, server, lines)
    guards.push(started)
    return started
  }
  try {
    const ways = waysIn(folder)
    const hosts: Hosts[] = []
    for (const [index, { onSource, onTarget }] of ways.entries())
      hosts.push({
        source,
        target,
        toSource: await guarded(24_000 + 2 * index, source, onSource),
        toTarget: await guarded(24_001 + 2 * index, target, onTarget),
      })
    // For 2 s a guard without a replay file does not know what the one before it has opened.
    await delay(2_500)
    const medians = await measure(hosts)
    const rows = medians.map((row, index) => [sizes[index]?.says ?? "", ...row.map(duration)])
    return markdownTable(["blob", ...ways.map(({ says }) => says)], rows)
  } finally {
    for (const { stop } of guards) await stop()
    await Promise.all([source.close(), target.close()])
    rmSync(folder, { recursive: true })
  }
}
