import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ProcessCommand } from "./process.js"
import type { FuzzTarget } from "./target.js"

/** How jazzer.js is started: Node.js, or a program that stands for it, and jazzer.js' command line. */
export interface Engine {
  readonly node: string
  readonly cli: string
  /** Where its temporary files go. */
  readonly temporary: string
}

/** What one execution of an input may take before it is a finding. */
const limits = { milliseconds: 5000, mebibytes: 2048 } as const

/** The longest input that the fuzzer makes, unless there are longer seeds. */
const usualLength = 8192

/** libFuzzer's option for the longest input, where the longest seed is so long. */
export const lengthLimit = (longest: number): string => `-max_len=${Math.max(usualLength, longest)}`

/** A run of jazzer.js on a target; what is instrumented are files of the build alone. */
export const jazzerCommand = (
  { node, cli, temporary }: Engine,
  target: Pick<FuzzTarget, "module" | "build" | "underTest" | "detectors">,
  libFuzzer: readonly string[],
): ProcessCommand => ({
  file: node,
  args: [
    cli,
    target.module,
    "--sync",
    `--timeout=${limits.milliseconds}`,
    ...(target.detectors ? [] : ["--disable_bug_detectors=.*"]),
    ...target.underTest.flatMap((part) => ["-i", join(target.build, part)]),
    "--",
    ...libFuzzer,
    `-rss_limit_mb=${limits.mebibytes}`,
  ],
  environment: { TMPDIR: temporary },
})

export interface Fuzzing {
  /** Where new inputs go. */
  readonly corpus: string
  readonly dictionary: string
  /** Where findings go; nothing else is there. */
  readonly artifacts: string
  /** The size of the longest seed. */
  readonly longest: number
  readonly seed: number | undefined
}

const common = ({ dictionary, artifacts, longest, seed }: Fuzzing): readonly string[] => [
  `-dict=${dictionary}`,
  `-artifact_prefix=${artifacts}/`,
  lengthLimit(longest),
  "-print_final_stats=1",
  ...(seed === undefined ? [] : [`-seed=${seed}`]),
]

/** Fuzzing for a time, beginning with a corpus and with seeds that stay as they are. */
export const fuzzingForTime = (fuzzing: Fuzzing, seeds: string, seconds: number): readonly string[] => [
  fuzzing.corpus,
  seeds,
  ...common(fuzzing),
  `-max_total_time=${seconds}`,
]

/**
 * Fuzzing with so many executions beyond those of the seeds. Nothing else decides what is executed: the seeds come in
 * a fixed order, from a file that lists them, and not in that of their folder.
 */
export const fuzzingForRuns = (fuzzing: Fuzzing, list: string, seeds: number, runs: number): readonly string[] => [
  fuzzing.corpus,
  `-seed_inputs=@${list}`,
  ...common(fuzzing),
  "-reload=0",
  // The first execution is that of an empty input.
  `-runs=${seeds + 1 + runs}`,
]

/** Executing one input. */
export const replaying = (input: string, artifacts: string): readonly string[] => [
  input,
  `-artifact_prefix=${artifacts}/`,
]

/** Making an input that fails smaller; each step takes a process of its own. The best one so far is in the output. */
export const minimising = (input: string, output: string): readonly string[] => [
  input,
  "-minimize_crash=1",
  `-exact_artifact_path=${output}`,
  "-runs=100000",
  "-max_total_time=10",
  "-seed=1",
]

/** Copying from some folders the inputs that matter into an empty one. */
export const merging = (
  into: string,
  from: readonly string[],
  artifacts: string,
  longest: number,
): readonly string[] => ["-merge=1", into, ...from, `-artifact_prefix=${artifacts}/`, lengthLimit(longest)]

/**
 * What jazzer.js loads instead of a target: the same, and once a second and in the end it writes how many executions
 * there were in how many milliseconds. libFuzzer says that at powers of two only.
 */
const entryText = (module: string): string => `"use strict"
const { writeSync } = require("node:fs")
const { fuzz } = require(${JSON.stringify(module)})
let executions = 0
let begun
let next = 0
const tell = (now) => writeSync(2, "#" + executions + "\\tcounted in ms: " + (now - begun) + "\\n")
exports.fuzz = (data) => {
  begun ??= Date.now()
  executions++
  if ((executions & 0xff) === 0) {
    const now = Date.now()
    if (now >= next) {
      next = now + 1000
      tell(now)
    }
  }
  return fuzz(data)
}
process.on("exit", () => {
  if (begun !== undefined) tell(Date.now())
})
`

/** A target whose executions are counted; the module that does it goes into a folder. */
export const counted = (target: FuzzTarget, folder: string): FuzzTarget => {
  const entries = join(folder, "counted")
  const module = join(entries, `${target.name}.cjs`)
  mkdirSync(entries, { recursive: true })
  writeFileSync(module, entryText(target.module))
  return { ...target, module }
}
