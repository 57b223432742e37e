import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { type Conversation, converse } from "../qmp.js"
import { freePort } from "./free-port.js"
import { type Machine, machineOptions } from "./machine.js"
import { type Guard, guard, type Told } from "./relay.js"
import { photograph } from "./splash.js"

/** A QEMU of the lab with a SPICE server. */
export interface Host extends Conversation {
  /** Where clients reach its SPICE server, on loopback. */
  readonly port: number
  /** This package's relay, where clients reach it through that only. */
  readonly relay: Guard | undefined
  readonly machine: Machine
  /** Where it takes a migration from, as an address of QEMU's. */
  readonly incoming: string
  /** What it has complained about so far. */
  readonly complaints: () => string
  readonly ended: Promise<End>
  /** Whether it is still there. */
  readonly isAlive: () => boolean
  /** Lets the guest run a line of shell, and waits until it has. */
  readonly inGuest: (line: string) => Promise<void>
  /** Keeps the whole process from running, as a host does that is short of everything, until it is let go on. */
  readonly freeze: () => void
  readonly thaw: () => void
}

/** How a process ended: by a signal, or with a code. */
export interface End {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
}

/** How a QEMU of the lab is started. */
export interface HostOptions {
  readonly machine: Machine
  /** Whether it waits for a machine instead of starting its own. */
  readonly isTarget?: boolean
  /** What this package's relay is told of it, where clients reach it through that only. */
  readonly relay?: Told
  readonly environment?: NodeJS.ProcessEnv
  /** QEMU's program; the installed one if not given. */
  readonly program?: string
  /** Gets every line of QMP. */
  readonly log?: (line: string) => void
}

const spiceOptions = ({ jpegWanCompression = "auto", password }: Machine, port: number): readonly string[] => [
  "-spice",
  [
    `port=${port},addr=127.0.0.1,seamless-migration=on,jpeg-wan-compression=${jpegWanCompression}`,
    password === undefined ? "disable-ticketing=on" : "password-secret=ticket",
  ].join(),
  ...(password === undefined ? [] : ["-object", `secret,id=ticket,data=${password}`]),
]

/** The last of what a process complained about. */
const complaintsOf = (child: ChildProcess): (() => string) => {
  let complaints = ""
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    complaints = (complaints + chunk).slice(-4000)
  })
  return () => complaints.trim()
}

/** The guest's end of the lines that it is sent: it answers each with how it went. */
const guestAt = async (path: string, boots: boolean): Promise<(line: string) => Promise<void>> => {
  const socket = connect(path)
  socket.on("error", () => undefined)
  await once(socket, "connect")
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]()
  const answer = async (): Promise<void> => {
    const { value } = await answers.next()
    if (value !== "done 0") throw new Error(`the guest says ${String(value)}`)
  }
  let ready = boots ? undefined : Promise.resolve()
  return async (line) => {
    ready ??= answer()
    await ready
    socket.write(`${line}\n`)
    await answer()
  }
}

/** Where a guard asks a QEMU whether it awaits a machine. */
const monitorIn = (folder: string): string => join(folder, "guard.qmp")

/** What a relay is told of a machine in any case, and what else of this one. It asks QEMU what it is not told. */
const told = ({ jpegWanCompression = "auto" }: Machine, { receiver, ...rest }: Told, folder: string): Told => ({
  receiver: { jpegWanCompression, ...receiver },
  ...(rest.awaitsMachine === undefined ? { qmp: `unix://${monitorIn(folder)}` } : {}),
  ...rest,
})

interface Started {
  readonly host: Host
  readonly stop: () => Promise<void>
}

/** Starts a QEMU whose files are in a folder of its own. */
const run = (
  { machine, isTarget, environment, program = "qemu-system-x86_64" }: HostOptions,
  folder: string,
  port: number,
) => {
  const splash = join(folder, "splash.bmp")
  if (machine.splash === true) writeFileSync(splash, photograph())
  const options = [
    ...machineOptions(machine, { control: join(folder, "control"), splash }),
    ...spiceOptions(machine, port),
    ...["-qmp", "stdio", "-qmp", `unix:${monitorIn(folder)},server=on,wait=off`],
    ...(isTarget === true ? ["-incoming", "defer"] : []),
  ]
  const child = spawn(program, options, { env: environment ?? process.env, stdio: ["pipe", "pipe", "pipe"] })
  child.stdin.on("error", () => undefined)
  const ended = new Promise<End>((resolve) => {
    child.once("error", () => resolve({ signal: null, code: null }))
    child.once("close", (code, signal) => resolve({ code, signal }))
  })
  return { child, complaints: complaintsOf(child), ended }
}

const start = async (options: HostOptions, folder: string): Promise<Started> => {
  const port = await freePort()
  const { child, complaints, ended } = run(options, folder, port)
  const conversation = converse(child.stdin, child.stdout, options.log)
  if ((await conversation.ask("qmp_capabilities")) === undefined) {
    await ended
    throw new Error(`QEMU does not start: ${complaints()}`)
  }
  let guest: ReturnType<typeof guestAt> | undefined
  const inGuest = async (line: string): Promise<void> => {
    guest ??= guestAt(join(folder, "control"), options.isTarget !== true)
    await (await guest)(line)
  }
  const { machine } = options
  const relay = options.relay === undefined ? undefined : await guard(port, told(machine, options.relay, folder))
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL")
    await Promise.all([ended, relay?.close()])
  }
  const incoming = `unix:${join(folder, "migration")}`
  const reached = relay?.port ?? port
  const freeze = (): void => void child.kill("SIGSTOP")
  const thaw = (): void => void child.kill("SIGCONT")
  return {
    host: {
      ...conversation,
      port: reached,
      relay,
      machine,
      incoming,
      complaints,
      ended,
      isAlive,
      inGuest,
      freeze,
      thaw,
    },
    stop,
  }
}

const fulfilled = async <A>(promises: readonly Promise<A>[]): Promise<readonly A[]> =>
  (await Promise.allSettled(promises)).flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))

/** Starts QEMUs for `use`, and ends every one of them in any case. */
export const withHosts = async <A>(use: (start: (options: HostOptions) => Promise<Host>) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "lab-"))
  const starting: Promise<Started>[] = []
  try {
    return await use(async (options) => {
      const one = start(options, mkdtempSync(join(folder, "host-")))
      starting.push(one)
      return (await one).host
    })
  } catch (error) {
    const complaints = (await fulfilled(starting)).map(({ host }) => host.complaints()).filter((text) => text !== "")
    throw new Error([String(error), ...complaints].join("; "), { cause: error })
  } finally {
    // Those too that were still starting when another one failed.
    for (const { stop } of await fulfilled(starting)) await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
