import { mkdirSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { type CorpusBlob, regressionInputs } from "../corpus.js"
import type { Display } from "./display.js"
import { blindnessOf, execute, merge, minimised, type Outcome, scratch, troubleOf, type Workshop } from "./execution.js"
import { bugOf, type Findings, findingOf, record, summaryOf } from "./finding.js"
import { type Fuzzing, fuzzingForRuns, fuzzingForTime } from "./jazzer.js"
import { noProgress, progressAfter } from "./libfuzzer.js"
import { type Row, rowOf, type Standing } from "./progress.js"
import { dictionaryText, writeSeeds } from "./seeds.js"
import type { FuzzTarget } from "./target.js"

/** How much is done. */
export interface FuzzPlan {
  /** Processes at once. */
  readonly jobs: number
  /** Seconds for each target, unless it is runs that count. */
  readonly seconds: number
  /** Executions of each target beyond its seeds, always the same ones; what was found before plays no part then. */
  readonly runs?: number | undefined
  /** Where chance begins. */
  readonly seed?: number | undefined
}

/** Where it is done. */
export interface WorkerScene {
  readonly workshop: Workshop
  /** The folder that keeps each target's corpus from run to run. */
  readonly store: string
  /** The folders of corpora that seeds come from. */
  readonly corpora: readonly string[]
  readonly blobs: readonly CorpusBlob[]
  readonly findings: Findings
  readonly displayOf: (rows: () => readonly Row[]) => Promise<Display>
}

/** The files that a target's processes share. */
export interface Files extends Omit<Fuzzing, "artifacts" | "seed"> {
  readonly seeds: string
  readonly seedNames: readonly string[]
}

/** What is done for one target. */
export interface Task {
  readonly scene: WorkerScene
  readonly plan: FuzzPlan
  readonly display: Display
  readonly standing: Standing
  readonly files: Files
}

export const filesFor = (
  { store, corpora, blobs, workshop }: WorkerScene,
  target: FuzzTarget,
  { runs }: FuzzPlan,
): Files => {
  const folder = join(store, target.name)
  const [seeds, dictionary] = [join(folder, "seeds"), join(folder, "dictionary")]
  const { files, longest } = writeSeeds(target, seeds, corpora, blobs)
  writeFileSync(dictionary, dictionaryText(target))
  const corpus = runs === undefined ? join(folder, "corpus") : scratch(workshop, "corpus")
  mkdirSync(corpus, { recursive: true })
  return { seeds, dictionary, corpus, longest, seedNames: files.map((file) => basename(file)) }
}

const seedOf = ({ seed, runs }: FuzzPlan, process: number): number | undefined => {
  if (seed !== undefined) return seed + process
  return runs === undefined ? undefined : 1
}

/** What libFuzzer is told. */
const argumentsOf = ({ plan, files, scene }: Task, process: number, artifacts: string): readonly string[] => {
  const fuzzing = { ...files, artifacts, seed: seedOf(plan, process) }
  if (plan.runs === undefined) return fuzzingForTime(fuzzing, files.seeds, plan.seconds)
  const list = join(scratch(scene.workshop, "list"), "seeds")
  writeFileSync(list, files.seedNames.join(","))
  return fuzzingForRuns(fuzzing, list, files.seedNames.length, plan.runs)
}

const fuzz = (task: Task, process: number): Promise<Outcome> => {
  const { scene, standing, files } = task
  return execute(scene.workshop, standing.target, (artifacts) => argumentsOf(task, process, artifacts), {
    // The list of seeds names them without their folder, whose name may hold a comma.
    folder: files.seeds,
    onLine: (line) => {
      const progress = standing.processes.get(process) ?? noProgress
      standing.processes.set(process, progressAfter(progress, line))
    },
  })
}

/** Whether a target failed on an input in an earlier run: that is as small as it gets. */
const isKnown = (corpora: readonly string[], { name }: FuzzTarget, input: Uint8Array): boolean =>
  corpora.some((corpus) => regressionInputs(corpus, name).some((known) => Buffer.compare(known, input) === 0))

const keep = async ({ scene, standing, display }: Task, input: Uint8Array, { failure }: Outcome): Promise<void> => {
  const { target, bugs } = standing
  const found = { input, failure }
  const smaller = isKnown(scene.corpora, target, input) ? found : await minimised(scene.workshop, target, found)
  const finding = findingOf(target, smaller.failure, smaller.input, input.length)
  const bug = bugOf(finding)
  if (bugs.has(bug)) return
  bugs.add(bug)
  record(finding, scene.findings)
  for (const line of summaryOf(finding, scene.findings)) display.say(line)
}

const tidy = async ({ scene, standing, files, display }: Task): Promise<void> => {
  standing.state = "merging"
  const { workshop } = scene
  standing.merged = await merge(workshop, standing.target, files, files.seeds)
  if (standing.merged === undefined && !workshop.signal.aborted)
    display.say(`${standing.target.name}: its corpus could not be merged and stays as it is`)
}

/** All that one process brings about; the last one of a target that is sound puts its corpus in order. */
export const work = async (task: Task, process: number, isLast: () => boolean): Promise<void> => {
  const { scene, standing, plan } = task
  const { signal } = scene.workshop
  const { target, problems } = standing
  const outcome = await fuzz(task, process)
  for (const input of outcome.inputs) await keep(task, input, outcome)
  // What is wrong with one process of a target is wrong with all of them.
  if (outcome.inputs.length === 0 && !signal.aborted && problems.length === 0)
    problems.push(...(outcome.code === 0 ? blindnessOf(target, rowOf(standing)) : troubleOf(target.name, outcome)))
  // A merge starts anew with each input that fails; as long as there are any it would take for ever.
  const isSound = problems.length === 0 && standing.bugs.size === 0
  if (isLast() && isSound && plan.runs === undefined && !signal.aborted) await tidy(task)
}
