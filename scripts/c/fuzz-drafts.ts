/**
 * Fuzzes the draft formats in C: emits their checks, runs libFuzzer with AddressSanitizer and UBSan on each, and has
 * the interpreter judge every input that the fuzzer kept for its coverage: it must say the same. Options: --runs N of
 * each format (default: 10,000,000), --seed N. What is found stays in c/build/drafts.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { emitC } from "../../src/layout/backends/c99-layouts.js"
import { snake } from "../../src/layout/backends/c99-text.js"
import { encode, interpret, type Layout } from "../../src/layout/index.js"
import { witnessesOf } from "../../src/testing/index.js"
import { draftExamples } from "../draft-examples.js"
import { measureInC } from "./corpus-list.js"

const { values } = parseArgs({
  options: { runs: { type: "string", default: "10000000" }, seed: { type: "string", default: "1" } },
})

const c = join(import.meta.dirname, "../../c")
const folder = join(c, "build/drafts")
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const layouts = draftExamples.map(({ layout }) => layout)
const { header, source } = emitC(layouts, { prefix: "drafts", file: "drafts", origin: "Of scripts/c/fuzz-drafts.ts." })
writeFileSync(join(folder, "drafts.h"), header)
writeFileSync(join(folder, "drafts.c"), source)

const run = (program: string, ...options: readonly string[]): string =>
  execFileSync(program, options, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

/** The parameters that the first byte of an input chooses, as c/fuzz/drafts.c has them. */
const parametersOf = (small = 0) => ({
  ...(small & 1 ? { maxDraftBytes: 96 } : {}),
  ...(small & 2 ? { surfaceTableSize: 3 } : {}),
  ...(small & 4 ? { streamTableSize: 2 } : {}),
  ...(small & 8 ? { maxFrameRate: 5 } : {}),
})

const saidInTypeScript = (layout: Layout, [small, ...blob]: Uint8Array): string => {
  const [first] = interpret(layout, Uint8Array.from(blob), parametersOf(small)).violations
  if (first === undefined) return "- 0 0 0 0"
  return [first.rule, first.offset, first.length, measureInC(first.actual), measureInC(first.expected)].join(" ")
}

const seedsOf = (layout: Layout, state: unknown): readonly Uint8Array[] => {
  const example = encode(layout, state)
  if (!(example instanceof Uint8Array)) throw new TypeError(`the example of ${layout.format}: ${example.rule}`)
  return [example, ...witnessesOf(layout).map(({ bytes }) => bytes)]
}

/** What the fuzzer prints last of all, by name. */
const statistic = (log: string, name: string): number => {
  const [, number] = new RegExp(`stat::${name}: +(\\d+)`).exec(log) ?? []
  if (number === undefined) throw new Error(`libFuzzer says no ${name}:\n${log}`)
  return Number(number)
}

const fuzz = (layout: Layout, state: unknown): void => {
  const { format } = layout
  const [seeds, corpus] = [join(folder, `${format}-seeds`), join(folder, `${format}-corpus`)]
  for (const each of [seeds, corpus]) mkdirSync(each)
  for (const [index, blob] of seedsOf(layout, state).entries())
    for (const small of [0, 15]) writeFileSync(join(seeds, `${index}-${small}`), Buffer.from([small, ...blob]))

  const build = (name: string, ...options: readonly string[]): void => {
    const check = `-DCHECK=drafts_check_${snake(format)}`
    run("clang", "-std=c99", "-g", "-O1", "-I.", check, ...options, "-o", name, "../../fuzz/drafts.c", "drafts.c")
  }
  build(`${format}-fuzzer`, "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
  build(`${format}-replay`, "-DREPLAY")

  const options = [`-runs=${values.runs}`, `-seed=${values.seed}`, "-max_len=4096", "-print_final_stats=1"]
  const fuzzer = join(folder, `${format}-fuzzer`)
  const log = run("sh", "-c", `"$0" "$@" 2>&1`, fuzzer, ...options, `-artifact_prefix=${format}-`, corpus, seeds)

  const files = [seeds, corpus].flatMap((each) => readdirSync(each).map((name) => join(each, name)))
  const answers = run(join(folder, `${format}-replay`), ...files)
    .trimEnd()
    .split("\n")
  for (const [index, file] of files.entries()) {
    const expected = saidInTypeScript(layout, readFileSync(file))
    if (answers[index] !== expected) throw new Error(`${file}: C says ${answers[index]}, TypeScript ${expected}`)
  }
  const executions = statistic(log, "number_of_executed_units").toLocaleString("en-US")
  console.log(`${format}: ${executions} runs, nothing found; ${files.length} inputs judged as in TypeScript`)
}

for (const { layout, state } of draftExamples) fuzz(layout, state)
