import { existsSync, readFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { readCorpus } from "../corpus.js"
import { fuzzTargets } from "../fuzz/campaign.js"
import { displayOn, everySoOften, type Screen } from "../fuzz/display.js"
import { foldersOf, missingTools, type OpenWorkshop, openWorkshop, type Places } from "../fuzz/environment.js"
import { execute, hasFailed, troubleOf } from "../fuzz/execution.js"
import { evidenceOf, explanationOf, type Findings, headlineOf } from "../fuzz/finding.js"
import { counted, replaying } from "../fuzz/jazzer.js"
import { buildLayoutTargets } from "../fuzz/layouts.js"
import { glibcVersion } from "../fuzz/loader.js"
import { type RunProcess, runProcess } from "../fuzz/process.js"
import { tableOf } from "../fuzz/progress.js"
import { type FuzzTarget, loadTarget, targetNames } from "../fuzz/target.js"
import type { WorkerScene } from "../fuzz/worker.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { colorsFor, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface FuzzOptions {
  /** Seconds for each target. */
  readonly time: number
  /** Processes at once. */
  readonly jobs: number
  readonly runs?: number
  readonly seed?: number
  readonly input?: string
  /** A folder of modules whose layouts are fuzzed, instead of the package's own targets. */
  readonly targets?: string
}

/** What fuzzing needs of the machine. */
export interface FuzzMachine {
  /** The folder of this package. */
  readonly root: string
  /** The working directory. */
  readonly folder: string
  readonly glibc: string | undefined
  readonly run: RunProcess
  readonly every: Screen["every"]
  /** Calls a function once the user, or whoever else may, wants this to end; returns what takes that back. */
  readonly onInterrupt: (action: () => void) => () => void
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "exit"] as const

const thisMachine = (): FuzzMachine => ({
  root: resolve(import.meta.dirname, "../.."),
  folder: process.cwd(),
  glibc: glibcVersion(),
  run: runProcess,
  every: everySoOften,
  onInterrupt: (action) => {
    for (const signal of signals) process.on(signal, action)
    return () => {
      for (const signal of signals) process.off(signal, action)
    }
  },
})

/** What one run of the command has to do with. */
interface Work {
  readonly names: readonly string[]
  readonly options: FuzzOptions
  readonly terminal: Terminal
  readonly machine: FuzzMachine
  readonly places: Places
  readonly signal: AbortSignal
}

interface Session extends Work, OpenWorkshop {
  /** The folder that things are kept in from run to run. */
  readonly store: string
  /** The names of all targets that there are. */
  readonly known: readonly string[]
}

/** `migration-guard fuzz`: fuzzes targets, or executes one input of one of them. */
export const fuzz = async (
  names: readonly string[],
  options: FuzzOptions,
  terminal: Terminal,
  machine: FuzzMachine = thisMachine(),
): Promise<ExitCode> => {
  const places = foldersOf(machine.root, machine.folder)
  const refusal = refusalOf(names, options, places)
  if (refusal !== undefined) return complain(terminal, [refusal])
  const controller = new AbortController()
  const { signal } = controller
  const forget = machine.onInterrupt(() => controller.abort())
  try {
    return await inWorkshop({ names, options, terminal, machine, places, signal })
  } catch (error) {
    return complain(terminal, [signal.aborted ? "interrupted" : reasonOf(error)])
  } finally {
    forget()
  }
}

const complain = ({ stderr }: Terminal, [first, ...more]: readonly string[]): ExitCode => {
  if (first !== undefined) stderr.write(`migration-guard: ${printable(first)}\n`)
  for (const line of more) stderr.write(`${printable(line)}\n`)
  return exitCode.failed
}

/** Why this cannot be done, if so. */
const refusalOf = (names: readonly string[], { input, targets }: FuzzOptions, { root }: Places): string | undefined => {
  const known = targetNames(root)
  if (known.length === 0) return `there are no fuzz targets in ${join(root, "fuzz")}`
  const unknown = targets === undefined ? unknownAmong(names, known) : undefined
  if (unknown !== undefined) return unknown
  if (targets !== undefined && !existsSync(targets)) return `${targets}: no such folder`
  if (input !== undefined && names.length !== 1) return "--input takes one target, the one whose input the file is"
  if (input !== undefined && !existsSync(input)) return `${input}: no such file`
  const missing = missingTools(root)
  if (missing.length === 0) return undefined
  return `fuzzing takes packages that are not installed: npm install --save-dev ${missing.join(" ")}`
}

const unknownAmong = (names: readonly string[], known: readonly string[]): string | undefined => {
  const unknown = names.filter((name) => !known.includes(name))
  return unknown.length === 0 ? undefined : `no such target: ${unknown.join(", ")}. The targets are ${known.join(", ")}`
}

const inWorkshop = async (work: Work): Promise<ExitCode> => {
  const { machine, places, terminal, signal, options } = work
  const store = join(places.work, ".fuzz")
  const say = (line: string) => terminal.stdout.write(`${line}\n`)
  const open = await openWorkshop(places, store, { ...machine, signal }, say)
  try {
    const known =
      options.targets === undefined ? targetNames(places.root) : await buildLayoutTargets(open.build, options.targets)
    const unknown = unknownAmong(work.names, known)
    if (unknown !== undefined) return complain(terminal, [unknown])
    const session = { ...work, ...open, store, known }
    return await (options.input === undefined ? fuzzAll(session) : replay(session, resolve(options.input)))
  } finally {
    open.close()
  }
}

const targetsOf = ({ names, known, build, workshop }: Session): readonly FuzzTarget[] =>
  [...new Set(names.length === 0 ? known : names)].map((name) => counted(loadTarget(build, name), workshop.folder))

/** How findings are told: with paths and commands that can be used where the user is. */
const findingsIn = ({ work, isInstalled }: Places, { targets }: FuzzOptions, current: string): Findings => {
  const corpus = join(work, "corpus")
  const runner = isInstalled ? "npx migration-guard fuzz" : "npm run fuzz --"
  const command = targets === undefined ? runner : `${runner} --targets ${targets}`
  return {
    corpus,
    shown: (file) => relative(current, join(corpus, file)),
    replayLine: (target, file) => `${command} ${target} --input ${file}`,
  }
}

const sceneOf = ({ terminal, machine, places, workshop, store, options }: Session): WorkerScene => {
  const { stdout } = terminal
  const screen: Screen = {
    write: (text) => stdout.write(text),
    isTTY: stdout.isTTY === true,
    every: machine.every,
  }
  const corpora = [...new Set([join(places.root, "corpus"), join(places.work, "corpus")])]
  return {
    workshop,
    store,
    corpora,
    blobs: corpora.flatMap(readCorpus),
    findings: findingsIn(places, options, machine.folder),
    displayOf: (rows) => displayOn(screen, rows),
  }
}

const fuzzAll = async (session: Session): Promise<ExitCode> => {
  const { options, terminal, signal } = session
  const { jobs, time: seconds, runs, seed } = options
  const { rows, problems } = await fuzzTargets(targetsOf(session), { jobs, seconds, runs, seed }, sceneOf(session))
  terminal.stdout.write(`\n${tableOf(rows).join("\n")}\n`)
  const trouble = [...problems, ...(signal.aborted ? ["interrupted"] : [])]
  if (trouble.length > 0) complain(terminal, trouble)
  if (rows.some(({ findings }) => findings > 0)) return exitCode.rejected
  return trouble.length > 0 ? exitCode.failed : exitCode.accepted
}

/** Executes one input and shows what it stands for and what comes of it. */
const replay = async (session: Session, input: string): Promise<ExitCode> => {
  const { terminal, workshop, signal } = session
  const { stdout } = terminal
  for (const target of targetsOf(session)) {
    const bytes = readFileSync(input)
    const evidence = evidenceOf(target, bytes)
    for (const line of explanationOf(evidence, colorsFor(terminal))) stdout.write(`${line}\n`)
    const outcome = await execute(workshop, target, (artifacts) => replaying(input, artifacts))
    if (signal.aborted) return complain(terminal, ["interrupted"])
    if (hasFailed(outcome)) {
      const { failure } = outcome
      stdout.write(`${target.name} fails: ${headlineOf({ failure, input: bytes, evidence })}\n`)
      for (const frame of failure.stack) stdout.write(`  ${printable(frame)}\n`)
      return exitCode.rejected
    }
    if (outcome.code !== 0) return complain(terminal, troubleOf(target.name, outcome))
    stdout.write(`${target.name} finds nothing wrong\n`)
  }
  return exitCode.accepted
}
