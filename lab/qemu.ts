import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import { type Installed, obstacleTo } from "./installed.js"
import { makeJail } from "./jail.js"
import { type Conversation, converse } from "./qmp.js"

/** How long one QEMU may live, in milliseconds: one that is asked a hundred sets on a busy machine, some ten seconds. */
const lifetime = 120_000

/**
 * A network of its own with nothing but loopback, files of at most 1 GiB whatever the file system, and in these the
 * program of the arguments. Too large a file is an error to the program, and no signal that ends it.
 */
const namespaced = ["-rn", "sh", "-c", 'trap "" XFSZ; ulimit -f 2097152 && ip link set lo up && exec "$@"', "sh"]

/** Why a QEMU cannot be asked here, or undefined where it can. */
export const obstacle = (qemu: Installed): string | undefined => {
  const why = obstacleTo(qemu)
  if (why !== undefined) return why
  if (spawnSync("unshare", [...namespaced, "true"], { env: qemu.environment }).status !== 0)
    return "network namespaces cannot be made here"
  return existsSync("/proc/net/if_inet6") ? undefined : "there is no IPv6 here"
}

/** How a process ended: by a signal, or with a code. */
export interface End {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
}

/** A QEMU that runs, and what it says. */
export interface Qemu extends Conversation {
  readonly ended: Promise<End>
  /** The last of what it has complained about. */
  readonly complaints: () => string
}

const endOf = (child: ChildProcess): Promise<End> =>
  new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => resolve({ code, signal }))
  })

/** What is kept of complaints, in characters: one may hold a whole option twice. */
const mostComplaints = 262_144

const complaintsOf = (child: ChildProcessByStdio<Writable, Readable, Readable>): (() => string) => {
  let complaints = ""
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints = (complaints + chunk).slice(-mostComplaints)
  })
  return () => complaints.trim()
}

/** What a QEMU is started with, beside what keeps it where it is. */
export const bare = ["-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio"] as const

/**
 * Starts a QEMU, locked into a folder of its own and a network of its own; hands it over, and ends it in any case.
 */
export const withProcess = async <A>(
  installed: Installed,
  options: readonly string[],
  use: (qemu: Qemu) => Promise<A>,
): Promise<A> => {
  const { command, environment, lockedInto } = installed
  const jail = makeJail()
  const all = [...namespaced, jail.launcher, ...command, ...bare, ...lockedInto(jail.root), ...options]
  // -incoming listens before QEMU is locked in: a relative path must not lead out of the jail either.
  const child = spawn("unshare", all, { cwd: jail.root, env: environment, stdio: ["pipe", "pipe", "pipe"] })
  // A QEMU that crashes closes its input; that it did is seen from its end.
  child.stdin.on("error", () => undefined)
  const complaints = complaintsOf(child)
  const ended = endOf(child)
  const timer = setTimeout(() => child.kill("SIGKILL"), lifetime)
  try {
    const used = await use({ ...converse(child.stdin, child.stdout), ended, complaints })
    if (child.signalCode === "SIGKILL") throw new Error(`it did not answer within ${lifetime} ms`)
    return used
  } catch (error) {
    throw new Error(`the conversation with QEMU failed: ${String(error)} ${complaints()}`, { cause: error })
  } finally {
    clearTimeout(timer)
    child.kill("SIGKILL")
    await ended
    jail.remove()
  }
}

/** Starts a QEMU without a machine, and hands it over when it is ready for commands. */
export const withQemu = <A>(
  installed: Installed,
  options: readonly string[],
  use: (qemu: Qemu) => Promise<A>,
): Promise<A> =>
  withProcess(installed, options, async (qemu) => {
    if ((await qemu.ask("qmp_capabilities")) === undefined) throw new Error("it ended before it was ready")
    return use(qemu)
  })
