import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { type Engine, jazzerCommand } from "./jazzer.js"
import { type Failure, failureIn } from "./libfuzzer.js"
import type { Run } from "./process.js"
import type { Target } from "./target.js"

/** What all processes of a run of the runner have in common. */
export interface Workshop {
  readonly engine: Engine
  readonly run: Run
  /** The folder of the package; stacks name files as they are there. */
  readonly root: string
  /** A folder for what goes with the run. */
  readonly folder: string
  readonly signal: AbortSignal
}

/** A new folder that goes with the run. */
export const scratch = ({ folder }: Workshop, name: string): string => mkdtempSync(join(folder, `${name}-`))

/** How a process of jazzer.js ended. */
export interface Outcome {
  readonly code: number | null
  /** The inputs that it failed on. */
  readonly inputs: readonly Uint8Array[]
  /** Why it failed on the first of them. */
  readonly failure: Failure
  /** The last lines that it wrote. They may hold bytes of an input. */
  readonly tail: readonly string[]
}

const keptLines = 500

/** The codes that jazzer.js and libFuzzer end with after an exception, too much time and too much memory. */
const failing: readonly (number | null)[] = [77, 70, 71]

/** Whether the target failed, and not what runs it. An input that was executed alone is not written down again. */
export const hasFailed = ({ code, inputs }: Outcome): boolean => inputs.length > 0 || failing.includes(code)

/** Runs jazzer.js once. What it writes down of findings is in the outcome, not in a folder. */
export const execute = async (
  workshop: Workshop,
  target: Target,
  argumentsFor: (artifacts: string) => readonly string[],
  { onLine, folder, signal }: { onLine?: (line: string) => void; folder?: string; signal?: AbortSignal } = {},
): Promise<Outcome> => {
  const artifacts = scratch(workshop, "artifacts")
  const tail: string[] = []
  const command = jazzerCommand(workshop.engine, target, argumentsFor(artifacts))
  const { code } = await workshop.run(
    folder === undefined ? command : { ...command, folder },
    (line) => {
      onLine?.(line)
      if (tail.push(line.replaceAll(`${workshop.root}/`, "")) > keptLines) tail.shift()
    },
    signal ?? workshop.signal,
  )
  const inputs = readdirSync(artifacts).map((name) => readFileSync(join(artifacts, name)))
  rmSync(artifacts, { recursive: true })
  const failure = failureIn(tail) ?? { message: `jazzer.js ended with ${code}`, stack: [] }
  return { code, inputs, failure, tail }
}
