import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { printable } from "../report/printable.js"
import { type Engine, type Fuzzing, jazzerCommand, merging, minimising, replaying } from "./jazzer.js"
import { type FuzzFailure, type FuzzProgress, failureIn, noProgress, progressAfter, signatureOf } from "./libfuzzer.js"
import type { RunProcess } from "./process.js"
import type { FuzzTarget } from "./target.js"

/** What all processes of a run of the runner have in common. */
export interface Workshop {
  readonly engine: Engine
  readonly run: RunProcess
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
  readonly failure: FuzzFailure
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
  target: FuzzTarget,
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

/** Lines of a broken process' output that are shown. */
const shownLines = 20

/** What is said every time. */
const isUsual = (line: string): boolean => /^(?:INFO: |Skip loading bug detector )/.test(line)

/** What there is to say of a process that failed without an input to show for it. */
export const troubleOf = (target: string, { code, tail }: Outcome): readonly string[] => [
  `${target}: jazzer.js ended with ${code ?? "a signal"} and without a finding. Its last lines:`,
  ...tail
    .filter((line) => !isUsual(line))
    .slice(-shownLines)
    .map((line) => `  ${printable(line).slice(0, 200)}`),
]

/** What there is to say of a process that ended well, if coverage cannot have guided it. */
export const blindnessOf = (
  { name, underTest }: FuzzTarget,
  { coverage }: Pick<FuzzProgress, "coverage">,
): readonly string[] =>
  coverage > 0 ? [] : [`${name}: nothing of ${underTest.join(", ")} was executed, which it says is under test`]

/** Longer than this a merge does not take; the corpus then stays as it is. */
const mergePatience = 120_000

/** How many inputs a corpus has, and how far they reach. */
export type Merged = Pick<FuzzProgress, "coverage" | "corpus">

/**
 * Leaves in a corpus the inputs that matter of it and of the seeds. They come before others go, so that whenever
 * this is ended the corpus is one; what others have added meanwhile stays.
 */
export const merge = async (
  workshop: Workshop,
  target: FuzzTarget,
  fuzzing: Pick<Fuzzing, "corpus" | "longest">,
  seeds: string,
): Promise<Merged | undefined> => {
  const { corpus } = fuzzing
  const before = readdirSync(corpus)
  const into = scratch(workshop, "merged")
  let progress = noProgress
  const onLine = (line: string) => {
    progress = progressAfter(progress, line)
  }
  const signal = AbortSignal.any([workshop.signal, AbortSignal.timeout(mergePatience)])
  const { code } = await execute(
    workshop,
    target,
    (artifacts) => merging(into, [corpus, seeds], artifacts, fuzzing.longest),
    { onLine, signal },
  )
  const kept = new Set(readdirSync(into))
  if (code !== 0 || kept.size === 0) return undefined
  for (const name of kept) if (!existsSync(join(corpus, name))) renameSync(join(into, name), join(corpus, name))
  for (const name of before) if (!kept.has(name)) rmSync(join(corpus, name), { force: true })
  return { coverage: progress.coverage, corpus: kept.size }
}

/** An input and what is wrong with it. */
export interface Failing {
  readonly input: Uint8Array
  readonly failure: FuzzFailure
}

/** Longer than this nobody waits for a smaller input. */
const minimisePatience = 60_000

/** Time-outs and memory: each step of making them smaller would take as long as the limit. */
const isSlow = ({ message }: FuzzFailure): boolean => /^libFuzzer: (?:timeout|out-of-memory)/.test(message)

/** A smaller input that fails in the same way; the one given if none is found. */
export const minimised = async (workshop: Workshop, target: FuzzTarget, failing: Failing): Promise<Failing> => {
  if (isSlow(failing.failure) || workshop.signal.aborted) return failing
  const folder = scratch(workshop, "minimise")
  const [from, to] = [join(folder, "found"), join(folder, "smaller")]
  writeFileSync(from, failing.input)
  const signal = AbortSignal.any([workshop.signal, AbortSignal.timeout(minimisePatience)])
  await execute(workshop, target, () => minimising(from, to), { signal })
  if (!existsSync(to)) return failing
  const input = readFileSync(to)
  if (input.length >= failing.input.length) return failing
  const { failure } = await execute(workshop, target, (artifacts) => replaying(to, artifacts))
  return signatureOf(failure) === signatureOf(failing.failure) ? { input, failure } : failing
}
