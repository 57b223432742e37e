import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ProcessCommand, RunProcess } from "../../src/fuzz/process.js"
import type { Row } from "../../src/fuzz/progress.js"
import type { FuzzTarget } from "../../src/fuzz/target.js"
import type { WorkerScene } from "../../src/fuzz/worker.js"
import { defaultReceiver } from "../../src/spice/receiver.js"
import { temporaryFolder } from "../cli/harness.js"

/** What a pretended process is given and may do. */
export interface Pretence {
  readonly command: ProcessCommand
  readonly say: (...lines: readonly string[]) => void
  readonly signal: AbortSignal
}

type Ending = number | null

/** A Run that starts nothing, and what it was asked to start. */
export const pretended = (play: (pretence: Pretence) => Ending | Promise<Ending>) => {
  const commands: ProcessCommand[] = []
  const run: RunProcess = async (command, onLine, signal) => {
    commands.push(command)
    return { code: await play({ command, signal, say: (...lines) => lines.map(onLine) }) }
  }
  return { run, commands }
}

/** The value of an option such as `-seed=3`. */
export const optionOf = ({ args }: ProcessCommand, name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`-${name}=`))?.slice(name.length + 2)

/** What jazzer.js was started for. */
export const purposeOf = (command: ProcessCommand): "fuzz" | "merge" | "minimise" | "replay" => {
  if (optionOf(command, "merge") !== undefined) return "merge"
  if (optionOf(command, "minimize_crash") !== undefined) return "minimise"
  return optionOf(command, "dict") === undefined ? "replay" : "fuzz"
}

/** The arguments that libFuzzer takes for folders and files. */
export const pathsIn = ({ args }: ProcessCommand): readonly string[] =>
  args.slice(args.indexOf("--") + 1).filter((arg) => !arg.startsWith("-"))

/** Lets a pretended process fail on an input: writes it down as libFuzzer does, and says why. */
export const failOn = ({ command, say }: Pretence, input: Uint8Array, lines: readonly string[]): 77 => {
  writeFileSync(`${optionOf(command, "artifact_prefix")}crash-0`, input)
  say(...lines, "MS: 0 ; base unit: 0000000000000000000000000000000000000000")
  return 77
}

/** What libFuzzer says of a run. */
export const progressLines = (executions: number, coverage: number, corpus: number): readonly string[] => [
  `#${executions}\tcounted in ms: 500`,
  `#${executions}\tDONE   cov: ${coverage} ft: 9 corp: ${corpus}/7b lim: 4 exec/s: 0 rss: 138Mb`,
  `stat::number_of_executed_units: ${executions}`,
]

export const thrown = (message: string, ...frames: readonly string[]): readonly string[] => [
  `==7== Uncaught Exception: ${message}`,
  ...frames.map((frame) => `    at ${frame}`),
]

/** A target of which only the outside is needed. */
export const targetNamed = (name: string, more: Partial<FuzzTarget> = {}): FuzzTarget => ({
  name,
  build: "/build",
  module: `/build/fuzz/${name}.fuzz.js`,
  underTest: ["src/spice/"],
  detectors: false,
  dictionary: [],
  seeds: () => [],
  evidenceOf: (bytes) => ({ kind: "blob", channel: "inputs", receiver: defaultReceiver, bytes }),
  ...more,
})

/** A scene in a new folder, and what is said in it. */
export const sceneWith = (run: RunProcess, signal: AbortSignal = new AbortController().signal) => {
  const root = temporaryFolder()
  const [folder, corpus, store] = ["run", "corpus", "store"].map((name) => join(root, name)) as [string, string, string]
  for (const each of [folder, corpus, store]) mkdirSync(each)
  const said: string[] = []
  const views: (() => readonly Row[])[] = []
  const scene: WorkerScene = {
    workshop: { engine: { node: "node", cli: "cli.js", temporary: folder }, run, root: "/root", folder, signal },
    store,
    corpora: [corpus],
    blobs: [],
    findings: {
      corpus,
      shown: (file) => `corpus/${file}`,
      replayLine: (target, file) => `fuzz ${target} --input ${file}`,
    },
    displayOf: async (rows) => {
      views.push(rows)
      const say = (line: string) => said.push(line)
      return { say, note: say, end: () => said.push("(end)") }
    },
  }
  return { scene, said, views, corpus, store, folder }
}

/** Every file below a folder, without the folder's path. */
export const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort()

export const textOf = (...path: readonly string[]): string => readFileSync(join(...path), "utf8")

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
