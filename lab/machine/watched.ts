import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { systemClock } from "../../src/relay/clock.js"
import type { Address } from "../../src/relay/config/address.js"
import { type Machine, watchMachine } from "../../src/relay/target/machine.js"
import { type Installed, installations, obstacleTo } from "../installed.js"
import { type Conversation, converse } from "../qmp.js"

/** QEMUs with nothing but a monitor that a guard's watch has for itself. */

/** The QEMUs that the lab can have, and why one cannot be run here. */
export const versions = installations.map((installed) => ({ ...installed, why: obstacleTo(installed) }))

/** A QEMU that runs, and its other monitor. */
export interface Monitored extends Conversation {
  readonly ended: Promise<unknown>
  readonly kill: (signal: NodeJS.Signals) => void
}

/** What a watch tells, from its beginning on. */
export interface Watched {
  /** All that was told, with "restarted" in front of what came with another process. */
  readonly told: readonly (Machine | "restarted")[]
  /** Waits until this is all that was told; rejects when it can be that no more. */
  readonly tells: (...all: readonly (Machine | "restarted")[]) => Promise<void>
}

/** One test's QEMUs and watches, of one version. */
export interface Lab {
  /** A path in a folder of its own. */
  readonly path: (name: string) => string
  /** Starts a QEMU whose other monitor is at `path("qmp")`, or of another name. */
  readonly start: (options?: readonly string[], monitor?: string) => Promise<Monitored>
  readonly watch: (address?: Address) => Watched
}

const start = async ({ command, environment }: Installed, monitor: string, options: readonly string[]) => {
  const [program, ...first] = command
  const all = [
    ...first,
    ...["-machine", "pc,accel=tcg", "-m", "32", "-nodefaults", "-display", "none", "-device", "virtio-serial"],
    ...["-qmp", "stdio", "-qmp", `unix:${monitor},server=on,wait=off`, ...options],
  ]
  const child = spawn(program, all, { env: environment, stdio: ["pipe", "pipe", "ignore"] })
  child.stdin.on("error", () => undefined)
  const ended = new Promise((resolve) => child.once("close", resolve))
  const conversation = converse(child.stdin, child.stdout)
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal)
  if ((await conversation.ask("qmp_capabilities")) === undefined) throw new Error("QEMU does not start")
  return { ...conversation, ended, kill }
}

const watch = (address: Address) => {
  const told: (Machine | "restarted")[] = []
  let wake = (): void => {}
  const { close } = watchMachine(address, systemClock, (machine, restarted) => {
    told.push(...(restarted ? (["restarted"] as const) : []), machine)
    wake()
  })
  const tells = async (...all: readonly (Machine | "restarted")[]): Promise<void> => {
    while (JSON.stringify(told) !== JSON.stringify(all)) {
      const isPossible = all.slice(0, told.length).every((each, index) => each === told[index])
      if (!isPossible) throw new Error(`told ${told.join()} instead of ${all.join()}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { told, tells, close }
}

/** Gives `use` QEMUs and watches, and ends all of them in any case. */
export const inLab = async (version: Installed, use: (lab: Lab) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "lab-"))
  const started: Monitored[] = []
  const closing: (() => void)[] = []
  const path = (name: string): string => join(folder, name)
  try {
    await use({
      path,
      start: async (options = [], monitor = "qmp") => {
        const qemu = await start(version, path(monitor), options)
        started.push(qemu)
        return qemu
      },
      watch: (address = { scheme: "unix", path: path("qmp") }) => {
        const { close, ...watched } = watch(address)
        closing.push(close)
        return watched
      },
    })
  } finally {
    for (const close of closing) close()
    for (const { kill, ended } of started) {
      kill("SIGKILL")
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }
}
