import { spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { StringDecoder } from "node:string_decoder"

/** A program and its arguments. */
export interface ProcessCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly folder?: string
  /** What is added to the environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** How a process ended: the code is null if a signal ended it. */
export interface Exit {
  readonly code: number | null
}

/**
 * Runs a program to its end; whoever wants one that only pretends to passes another function of this type. An aborted
 * signal ends it, and what it has started.
 */
export type RunProcess = (command: ProcessCommand, onLine: (line: string) => void, signal: AbortSignal) => Promise<Exit>

/** How often is looked for new lines, in milliseconds. */
const interval = 100

export const runProcess: RunProcess = (command, onLine, signal) => {
  if (signal.aborted) return Promise.resolve({ code: null })
  const log = openNameless()
  const readMore = linesOf(log, onLine)
  const timer = setInterval(readMore, interval)
  return exitOf(command, log, signal).finally(() => {
    clearInterval(timer)
    readMore()
    closeSync(log)
  })
}

/**
 * A file that goes once it is closed. What a program writes goes into one and not into a pipe: nothing is lost while
 * this process is busy, where libFuzzer and Node.js would give up on a pipe that is full.
 */
const openNameless = (): number => {
  const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))
  const file = openSync(join(folder, "log"), "ax+")
  rmSync(folder, { recursive: true })
  return file
}

/** Returns what tells the lines that a file has beyond those told before; the last one may still grow. */
const linesOf = (file: number, onLine: (line: string) => void): (() => void) => {
  const chunk = Buffer.alloc(0x10000)
  const decoder = new StringDecoder("utf8")
  let [position, rest] = [0, ""]
  return () => {
    for (let size = 1; size > 0; position += size) {
      size = readSync(file, chunk, 0, chunk.length, position)
      const lines = (rest + decoder.write(chunk.subarray(0, size))).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) onLine(line)
    }
  }
}

const exitOf = (
  { file, args, folder, environment }: ProcessCommand,
  log: number,
  signal: AbortSignal,
): Promise<Exit> => {
  // A group of its own: Ctrl-C on the terminal is for the runner, jazzer.js would take it for a finding.
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", log, log],
    detached: true,
  })
  const stop = () => {
    if (child.pid !== undefined) killGroup(child.pid)
  }
  signal.addEventListener("abort", stop)
  return new Promise<Exit>((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${file} cannot be started: ${error.message}`)))
    child.on("exit", (code) => resolve({ code }))
  }).finally(() => signal.removeEventListener("abort", stop))
}

const killGroup = (leader: number): void => {
  try {
    process.kill(-leader, "SIGKILL")
  } catch {
    // It has ended by itself.
  }
}

/** All that a program says, once it has ended well. */
export const outputOf = async (
  run: RunProcess,
  command: ProcessCommand,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const lines: string[] = []
  const { code } = await run(command, (line) => lines.push(line), signal)
  if (code !== 0) throw new Error(`${command.file} ended with ${code}: ${lines.slice(-3).join(" / ")}`)
  return lines
}
