import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { onTestFinished } from "vitest"
import { root } from "../scripts/corpus.js"

/** A guard of the command line in a process of its own, which ends with the test. */
export interface GuardProcess {
  readonly pid: number
  /** Waits for a line of its log with such a message and such fields. */
  readonly told: (message: string, fields?: Readonly<Record<string, unknown>>) => Promise<void>
}

/** Starts `migration-guard relay` with these options, and waits until it listens. */
export const startGuardProcess = async (...options: readonly string[]): Promise<GuardProcess> => {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", "relay", ...options], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  })
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await once(child, "close")
  })
  const lines: Readonly<Record<string, unknown>>[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(JSON.parse(line))
    for (const look of [...waiting]) look()
  })
  const told: GuardProcess["told"] = (msg, fields = {}) =>
    new Promise((resolve) => {
      const look = (): void => {
        const wanted = Object.entries({ msg, ...fields })
        if (!lines.some((line) => wanted.every(([key, value]) => line[key] === value))) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  await told("listening")
  const { pid } = child
  if (pid === undefined) throw new Error("the guard did not start")
  return { pid, told }
}
