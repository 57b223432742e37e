import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { setTimeout as delay } from "node:timers/promises"

/** Clock ticks a second of /proc's times, as of every Linux on x86-64. */
const ticks = 100

const parentOf = (pid: number): number =>
  Number(
    fileOf(pid, "stat")
      .replace(/^.*\) \S+ /s, "")
      .split(" ")[0],
  )

/** A process and all that come from it. */
export const familyOf = (pid: number): readonly number[] => {
  const all = readdirSync("/proc")
    .map(Number)
    .filter((each) => Number.isInteger(each))
  const family = new Set([pid])
  for (let before = 0; before !== family.size; ) {
    before = family.size
    for (const each of all) if (family.has(parentOf(each))) family.add(each)
  }
  return [...family]
}

/** A file of /proc; nothing if its process has ended meanwhile. */
const fileOf = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1")
  } catch {
    return ""
  }
}

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0)

/** Seconds of processor time that a process and its children have used, those that have ended too. */
export const cpuSeconds = (pid: number): number =>
  sum(
    familyOf(pid).map((each) => {
      const fields = fileOf(each, "stat")
        .replace(/^.*\) /s, "")
        .split(" ")
      return sum([11, 12, 13, 14].map((field) => Number(fields[field] ?? 0))) / ticks
    }),
  )

/** KiB of memory that a process and its children hold alone or share in proportion (Pss). */
export const memoryKiB = (pid: number): number =>
  sum(familyOf(pid).map((each) => Number(/^Pss:\s+(\d+) kB/m.exec(fileOf(each, "smaps_rollup"))?.[1] ?? 0)))

/** Waits until somebody listens on a port of loopback. */
export const listening = async (port: number): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, "127.0.0.1")
    try {
      await once(socket, "connect")
      return
    } catch {
      await delay(50)
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`nobody listens on ${port}`)
}

/** A program that runs until it is stopped. */
export interface Running {
  readonly pid: number
  readonly stop: () => Promise<void>
}

const end = (pid: number): void => {
  for (const each of [...familyOf(pid)].reverse()) {
    try {
      process.kill(each, "SIGKILL")
    } catch {
      // It has ended already.
    }
  }
}

/** Starts a program and waits until it listens on a port. What it says goes to a file's descriptor, if there is one. */
export const run = async (
  command: readonly [string, ...string[]],
  port: number,
  output: number | "ignore" = "ignore",
): Promise<Running> => {
  const [program, ...options] = command
  const child: ChildProcess = spawn(program, options, { stdio: ["ignore", output, "inherit"] })
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} did not start`)
  const ended = once(child, "close")
  const stop = async (): Promise<void> => {
    end(pid)
    await ended
  }
  try {
    await listening(port)
  } catch (error) {
    await stop()
    throw error
  }
  return { pid, stop }
}
