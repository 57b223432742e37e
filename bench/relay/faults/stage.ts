import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { message, openChannel, openMain, type Way } from "../client.js"
import { node, program } from "../contenders.js"
import { type Running, run } from "../processes.js"

/** A relay as operators run it, in front of a server, and what can be seen of both from outside. */
export interface Stage {
  readonly way: Way
  /** The relay's process. */
  readonly relay: number
  /** Ends the server's process; another one takes its place when `startServer` is called. */
  readonly stopServer: () => Promise<void>
  readonly startServer: () => Promise<void>
  /** Sends SIGHUP after writing a configuration with these limits, or one that is wrong. */
  readonly reload: (configuration: Limits | "wrong") => void
  /** One of the relay's metrics, summed over its labels but for those that are given. */
  readonly metric: (name: string, ...labels: readonly string[]) => Promise<number>
  /** Lines that the relay has logged. */
  readonly lines: () => readonly string[]
}

/** Limits of the relay's listener, in its configuration's own words. */
export type Limits = Readonly<Record<string, number>>

/** What a fault cost, by the relay's process. */
export interface Cost {
  /** Resident memory in MiB: before, at most, and when it is over. */
  readonly before: number
  readonly most: number
  readonly after: number
  /** Descriptors that are open afterwards and were not before. */
  readonly left: number
}

const built = (path: string): string => new URL(path, import.meta.url).pathname

/** A line of /proc's status in MiB. */
const status = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** Waits until something holds; gives up after so many seconds, which fails nothing by itself. */
export const eventually = async (holds: () => boolean | Promise<boolean>, seconds: number): Promise<boolean> => {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; await delay(50))
    if (await holds()) return true
  return false
}

/** Plays something, and says what it cost the relay. It is over when the descriptors are back, or after 20 s. */
export const costOf = async ({ relay }: Stage, play: () => Promise<void>): Promise<Cost> => {
  const [before, open] = [status(relay, "VmRSS"), descriptors(relay)]
  writeFileSync(`/proc/${relay}/clear_refs`, "5") // the peak begins anew
  await play()
  await eventually(() => descriptors(relay) <= open, 20)
  return { before, most: status(relay, "VmHWM"), after: status(relay, "VmRSS"), left: descriptors(relay) - open }
}

/** A session that works from end to end: main, and a message on inputs that is answered. */
export const useSession = async (way: Way): Promise<void> => {
  const main = await openMain(way)
  let answered = (): void => undefined
  const answer = new Promise<void>((resolve) => {
    answered = resolve
  })
  const { connectionId } = main
  const inputs = await openChannel({ way, channel: "inputs", connectionId, buffer: 4096, received: () => answered() })
  inputs.socket.write(message(112, 26))
  await answer
  inputs.close()
  main.close()
}

/** Whether a session works within 10 s. */
export const worksAgain = (way: Way): Promise<boolean> =>
  eventually(
    () =>
      useSession(way).then(
        () => true,
        () => false,
      ),
    10,
  )

const configurationOf = (ports: Ports, limits: Limits): string =>
  [
    `metrics = "tcp://127.0.0.1:${ports.metrics}"`,
    "[[listeners]]",
    `listen = "tcp://127.0.0.1:${ports.relay}"`,
    `target = "tcp://127.0.0.1:${ports.server}"`,
    "awaitsMachine = true",
    "[listeners.limits]",
    ...Object.entries(limits).map(([name, value]) => `${name} = ${value}`),
    "",
  ].join("\n")

interface Ports {
  readonly relay: number
  readonly server: number
  readonly metrics: number
}

const metricsReader =
  (port: number): Stage["metric"] =>
  async (name, ...labels) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return text
      .split("\n")
      .filter((line) => /^\w+/.exec(line)?.[0] === name && labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0)
  }

/** What is said of the relay that a fault is played to. */
export interface Setting {
  readonly folder: string
  readonly ports: Ports
  readonly limits: Limits
  /** Descriptors that the relay may have; those of this process where nothing is said. */
  readonly descriptors: number | undefined
}

/** Starts a server and a relay, warms them up, and ends both after `use`. */
export const onStage = async <A>(
  { folder, ports, limits, descriptors }: Setting,
  use: (stage: Stage) => Promise<A>,
): Promise<A> => {
  const [file, log] = [join(folder, `relay-${ports.relay}.toml`), join(folder, `relay-${ports.relay}.log`)]
  const configure = (text: string): void => writeFileSync(file, text)
  configure(configurationOf(ports, limits))
  const startServer = (): Promise<Running> =>
    run([process.execPath, built("../server.js"), `${ports.server}`], ports.server)
  let server = await startServer()
  const output = openSync(log, "w")
  const command = [...node, program, "relay", "--config", file] as const
  const limited = ["prlimit", `--nofile=${descriptors}:${descriptors}`, ...command] as const
  const relay = await run(descriptors === undefined ? command : limited, ports.relay, output)
  const way = { port: ports.relay }
  const stage: Stage = {
    way,
    relay: relay.pid,
    stopServer: () => server.stop(),
    startServer: async () => {
      server = await startServer()
    },
    reload: (configuration) => {
      configure(configuration === "wrong" ? "listeners = 1\n" : configurationOf(ports, configuration))
      process.kill(relay.pid, "SIGHUP")
    },
    metric: metricsReader(ports.metrics),
    lines: () => readFileSync(log, "utf8").trimEnd().split("\n"),
  }
  try {
    for (let session = 0; session < 20; session++) await useSession(way)
    return await use(stage)
  } finally {
    closeSync(output)
    await relay.stop()
    await server.stop()
  }
}
