import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { MigrateCommand } from "../src/qemu/index.js"
import { makeJail } from "./jail.js"
import { type Conversation, converse } from "./qmp.js"

const installed = fileURLToPath(new URL("../.lab/qemu-10", import.meta.url))
/** The program of QEMU 10; it needs `environment`, and `dataFolders` among its arguments. */
export const program = join(installed, "usr/bin/qemu-system-x86_64")
const libraries = join(installed, "usr/lib/x86_64-linux-gnu")
/** Some of Debian's packages still have their libraries here. */
const oldLibraries = join(installed, "lib/x86_64-linux-gnu")

/** How long one QEMU may live, in milliseconds; it takes a few hundredths of a second. */
const lifetime = 20_000

/**
 * A network of its own with nothing but loopback, files of at most 1 GiB whatever the file system, and in these the
 * program of the arguments. Too large a file is an error to the program, and no signal that ends it.
 */
const namespaced = ["-rn", "sh", "-c", 'trap "" XFSZ; ulimit -f 2097152 && ip link set lo up && exec "$@"', "sh"]

const { PATH = "" } = process.env

/** `ip` is not on every user's path. */
export const environment = {
  PATH: `${PATH}:/usr/sbin:/sbin`,
  LD_LIBRARY_PATH: `${libraries}:${oldLibraries}`,
  QEMU_MODULE_DIR: join(libraries, "qemu"),
}

export const dataFolders = ["-L", join(installed, "usr/share/qemu"), "-L", join(installed, "usr/share/seabios")]

const options = (command: MigrateCommand, root: string): readonly string[] => [
  ...dataFolders,
  ...["-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio"],
  ...["-run-with", `chroot=${root}`],
  ...(command === "migrate-incoming" ? ["-incoming", "defer"] : []),
]

/** Why no QEMU can be run here, or undefined where one can. */
export const obstacle = (): string | undefined => {
  if (process.platform !== "linux" || process.arch !== "x64") return "the lab is for Linux on x86-64"
  if (!existsSync(program)) return "there is no QEMU 10 in .lab/qemu-10, and lab/setup/qemu-10.sh could not get one"
  if (spawnSync("unshare", [...namespaced, "true"], { env: environment }).status !== 0)
    return "network namespaces cannot be made here"
  if (!existsSync("/proc/net/if_inet6")) return "there is no IPv6 here"
  const version = spawnSync(program, ["-version"], { env: environment, encoding: "utf8" })
  return version.status === 0 ? undefined : `QEMU does not start: ${version.stderr.trim()}`
}

/** How a process ended: by a signal, or with a code. */
export interface End {
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
}

/** A QEMU that runs, and what it says. */
export interface Qemu extends Conversation {
  readonly ended: Promise<End>
}

const endOf = (child: ChildProcess): Promise<End> =>
  new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => resolve({ code, signal }))
  })

/** The last of what QEMU complained about, for an error of the lab's own. */
const complaintsOf = (child: ChildProcessByStdio<Writable, Readable, Readable>): (() => string) => {
  let complaints = ""
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints = (complaints + chunk).slice(-2000)
  })
  return () => complaints.trim()
}

/**
 * Starts a QEMU for one command, locked into a folder of its own and a network of its own, without a machine and
 * stopped; hands it over when it is ready for commands, and ends it in any case.
 */
export const withQemu = async <A>(command: MigrateCommand, use: (qemu: Qemu) => Promise<A>): Promise<A> => {
  const jail = makeJail()
  const child = spawn("unshare", [...namespaced, jail.launcher, program, ...options(command, jail.root)], {
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
  })
  // A QEMU that crashes closes its input; that it did is seen from its end.
  child.stdin.on("error", () => undefined)
  const complaints = complaintsOf(child)
  const ended = endOf(child)
  const timer = setTimeout(() => child.kill("SIGKILL"), lifetime)
  try {
    const conversation = converse(child.stdin, child.stdout)
    if ((await conversation.ask("qmp_capabilities")) === undefined) throw new Error("it ended before it was ready")
    const used = await use({ ...conversation, ended })
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
