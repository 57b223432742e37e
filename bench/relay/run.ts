import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { writeInto } from "../markdown.js"
import { openChannel, type Way } from "./client.js"
import { type Contender, metricsSocketOf, others, ours, pipe, recording, unframed } from "./contenders.js"
import { bulk, holds, idle, latencies, recordedPart, upstream } from "./measure.js"
import { type Running, run } from "./processes.js"
import { type Round, report } from "./table.js"

/** Rounds over all contenders, one after the other, so that what the machine does meanwhile meets all of them. */
const { ROUNDS = "5", ONLY } = process.env
const rounds = Number(ROUNDS)
/** ONLY is a pattern of the names of those that are measured, and the base must be among them; else all are. */
const isMeasured = ({ name }: Contender): boolean => ONLY === undefined || new RegExp(ONLY).test(name)
const idleSessions = 5000
const seconds = 2

const server = new URL("server.js", import.meta.url).pathname

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor(sorted.length * part)] ?? Number.NaN

const blob = (name: string): Uint8Array => readFileSync(join("corpus/spicevmc/genuine", name))
const [smallBlob, largeBlob] = [blob("usbredir-base.bin"), blob("usbredir-queue-mebibyte.bin")]

const inTheClear = async (port: number, relay: Running): Promise<Round> => {
  const way = { port }
  const { bytesPerSecond, cpuPerGigabyte } = await bulk(way, relay.pid, seconds)
  const recorded = await recordedPart(metricsSocketOf({ folder, port }))
  const times = await latencies(way, 5000)
  return {
    ...(recorded === undefined ? {} : { recorded }),
    bulk: bytesPerSecond / 1e6,
    cpu: cpuPerGigabyte,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    "up 64": (await upstream(way, 64, seconds)) / 1e6,
    "up 4096": (await upstream(way, 4096, seconds)) / 1e6,
    "small blob": quantile(await holds(way, smallBlob, 100), 0.5),
    "large blob": quantile(await holds(way, largeBlob, 100), 0.5),
    idle: await idle(way, relay.pid, idleSessions),
  }
}

const withTls = async (port: number, relay: Running): Promise<Round> => {
  const { bytesPerSecond, cpuPerGigabyte } = await bulk({ port, tls: true }, relay.pid, seconds)
  return { TLS: bytesPerSecond / 1e6, "TLS cpu": cpuPerGigabyte }
}

let port = 21000

type Task = Parameters<Contender["command"]>[0]

/** One contender with a server of its own; nothing where it does not do what is asked. */
const measured = async (
  { name, command }: Contender,
  task: Task,
  measure: (port: number, relay: Running) => Promise<Round>,
): Promise<Round> => {
  const started = command(task)
  if (started === undefined) return {}
  const behind = await run([process.execPath, server, `${task.target}`], task.target)
  let relay: Running | undefined
  try {
    relay = await run(started, task.port)
    return await measure(task.port, relay)
  } catch (error) {
    throw new Error(`${name}: ${String(error)}`, { cause: error })
  } finally {
    await relay?.stop()
    await behind.stop()
  }
}

/** Whether a channel of a session that the relay cannot know of is let through. */
const letsAnything = async (way: Way): Promise<boolean> => {
  const stray = { way, channel: "inputs", connectionId: 0xdead, buffer: 4096, received: () => undefined } as const
  const opened = await openChannel(stray).catch(() => undefined)
  opened?.close()
  return opened !== undefined
}

/** A contender that looks at messages where it should not, or the other way round, would measure something else. */
const proveFraming = async (folder: string): Promise<void> => {
  for (const [contender, isOpen] of [
    [ours, false],
    [unframed, true],
  ] as const)
    await measured(contender, { port: port++, target: port++, folder }, async (relay) => {
      if ((await letsAnything({ port: relay })) !== isOpen) throw new Error("framing is not what its name says")
      return {}
    })
}

const certificateIn = (folder: string): string => {
  const [key, certificate, both] = [join(folder, "key.pem"), join(folder, "certificate.pem"), join(folder, "both.pem")]
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
      ...["-keyout", key, "-out", certificate],
    ],
    { stdio: "ignore" },
  )
  writeFileSync(both, readFileSync(key, "latin1") + readFileSync(certificate, "latin1"))
  return both
}

const folder = mkdtempSync(join(tmpdir(), "bench-relay-"))
const contenders = [ours, unframed, recording, pipe, ...others].filter(isMeasured)
const results = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]))
try {
  await proveFraming(folder)
  const certificate = certificateIn(folder)
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) {
      const clear = await measured(contender, { port: port++, target: port++, folder }, inTheClear)
      const tls = await measured(contender, { port: port++, target: port++, folder, certificate }, withTls)
      results.get(contender.name)?.push({ ...clear, ...tls })
      process.stderr.write(`${round + 1} of ${rounds}: ${contender.name}\n`)
    }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const control = readFileSync("/proc/sys/net/ipv4/tcp_congestion_control", "latin1").trim()
const names = {
  ours: ours.name,
  unframed: unframed.name,
  recording: recording.name,
  base: pipe.name,
  haproxy: "haproxy",
  rivals: ["haproxy", "nginx stream", "socat -b 256K"],
}
const text = report(results, names, control)
process.stdout.write(`${text}\n`)
const only = ONLY === undefined ? "" : `ONLY='${ONLY}' `
if (process.argv.includes("--write"))
  writeInto("docs/relay.md", `${only}CONGESTION=${control} npm run bench:relay -- --write`, text)
process.exit(0)
