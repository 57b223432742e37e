/**
 * Times the C validator of a display's data beside one that is written by hand, memcpy, Kaitai Struct's parser, the same C as
 * WebAssembly, and the emitted TypeScript. With --write the tables go to docs/c.md as well.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { markdownTable } from "../../src/report/markdown.js"
import { checkDisplay } from "../../src/spice/emitted/display.js"
import { atMost, targetTable, writeInto } from "../markdown.js"
import { median, type Times, timesOf } from "../measure.js"
import { emitted } from "../ours.js"
import { workloads } from "../workloads.js"
import {
  buildModule,
  buildTimer,
  type Compiler,
  compilers,
  hasKaitai,
  makeFolder,
  sizesOf,
  versionOf,
} from "./build.js"

const rounds = 21

const sizes = Object.values(workloads).map(({ bytes, name, receiver }) => ({
  bytes,
  receiver,
  name: name.replace("genuine, 1 surface", `${bytes.length} bytes, 1 surface`),
  file: `c/build/bench/${bytes.length}.bin`,
}))
type Size = (typeof sizes)[number]

/** What one call takes: nanoseconds, and cycles of the time stamp counter where there is one. */
interface Measured {
  readonly nanoseconds: Times
  readonly cycles: Times
}

const key = (check: string, { file }: Size): string => `${check} ${file}`

const measuredBy = (timer: string): Measured => {
  const nanoseconds = new Map<string, number[]>()
  const cycles = new Map<string, number[]>()
  const output = execFileSync(timer, [String(rounds), ...sizes.map(({ file }) => file)], { encoding: "utf8" })
  for (const line of output.trimEnd().split("\n")) {
    const [check = "", file = "", time, count] = line.split("\t")
    for (const [known, value] of [
      [nanoseconds, time],
      [cycles, count],
    ] as const)
      known.set(`${check} ${file}`, [...(known.get(`${check} ${file}`) ?? []), Number(value)])
  }
  return { nanoseconds, cycles }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly input: () => number
  readonly check: (size: number) => number
}

/** As much of it as is used: the types of Node have none. */
declare const WebAssembly: {
  readonly instantiate: (bytes: Uint8Array) => Promise<{ readonly instance: { readonly exports: Exports } }>
}

/** A check in WebAssembly, which has to be given a copy. */
const wasmCheck = async (path: string) => {
  const { instance } = await WebAssembly.instantiate(readFileSync(path))
  const { memory, input, check } = instance.exports
  const at = input()
  const data = new Uint8Array(memory.buffer)
  return (bytes: Uint8Array): number => {
    data.set(bytes, at)
    return check(bytes.length)
  }
}

const nodeNames = {
  decode: "the emitted TypeScript decoder, which makes columns",
  check: "the emitted TypeScript check, a verdict",
  wasm: "the same C as WebAssembly, with a copy of the data",
} as const

const inNode = async (module: string | undefined): Promise<Times> => {
  const check = module === undefined ? undefined : await wasmCheck(module)
  for (const { bytes, name } of sizes)
    if (check !== undefined && check(bytes) !== 1) throw new Error(`WebAssembly refuses ${name}`)
  const tasks = sizes.flatMap((size) => {
    const { bytes, receiver } = size
    const decode = emitted.prepare(receiver)
    return [
      { name: key(nodeNames.decode, size), run: () => decode(bytes) },
      { name: key(nodeNames.check, size), run: () => checkDisplay(bytes, receiver, "display") },
      ...(check === undefined ? [] : [{ name: key(nodeNames.wasm, size), run: () => check(bytes) }]),
    ]
  })
  return timesOf(tasks, rounds)
}

const ratioOf = (times: Times, check: string, base: string): number => {
  const bases = times.get(base) ?? []
  return median((times.get(check) ?? []).map((time, round) => time / (bases[round] ?? Number.NaN)))
}

/** As many cycles for a byte as the time stamp counter counts. */
const perByte = (cycles: Times, check: string, size: Size): string =>
  (median(cycles.get(key(check, size)) ?? []) / size.bytes.length).toFixed(3)

const names = {
  "hand-written": "written by hand, all checks",
  generated: "generated, all checks",
  memcpy: "memcpy of the data",
  kaitai: "Kaitai Struct's C++ parser, layout only",
} as const

const rowsOf = (compiler: Compiler, { nanoseconds, cycles }: Measured): readonly (readonly string[])[] =>
  Object.entries(names)
    .filter(([check]) => check !== "kaitai" || hasKaitai)
    .map(([check, name]) => [
      `${compiler}: ${name}`,
      ...sizes.map((size) => {
        const ratio = ratioOf(nanoseconds, key(check, size), key("hand-written", size))
        return `${check === "hand-written" ? "1" : ratio.toFixed(2)} (${perByte(cycles, check, size)})`
      }),
    ])

/** What a check in Node takes, as a multiple of the hand-written C of the first compiler; here only medians can be compared. */
const rowInNode = (check: string, times: Times, { nanoseconds }: Measured): readonly string[] => [
  `Node: ${check}`,
  ...sizes.map((size) => {
    const hand = median(nanoseconds.get(key("hand-written", size)) ?? [])
    return (median(times.get(key(check, size)) ?? []) / hand).toFixed(2)
  }),
]

makeFolder()
for (const { file, bytes } of sizes) writeFileSync(file, bytes)
const module = buildModule()
const measured = []
for (const compiler of compilers) measured.push({ compiler, ...measuredBy(await buildTimer(compiler)) })
const [first] = measured
if (first === undefined) throw new Error("no compiler")
const node = await inNode(module)
const small = compilers.map((compiler) => ({ compiler, ...sizesOf(compiler) }))

const worst = Math.max(
  ...measured.flatMap(({ nanoseconds }) =>
    sizes.map((size) => ratioOf(nanoseconds, key("generated", size), key("hand-written", size))),
  ),
)
const largest = Math.max(...small.map(({ text }) => text)) / 1024

const text = [
  `${compilers.map(versionOf).join("; ")}; Node ${process.versions.node}. Time for one check as a multiple of the hand-written`,
  "one of the same compiler (for Node, of gcc), and in brackets cycles of the time stamp counter for each byte; medians over",
  `${rounds} rounds that time one after the other. Before, the hand-written check has to pass the whole corpus.`,
  "",
  markdownTable(
    ["check of a display's data", ...sizes.map(({ name }) => name)],
    [
      ...measured.flatMap(({ compiler, ...each }) => rowsOf(compiler, each)),
      ...Object.values(nodeNames)
        .filter((check) => check !== nodeNames.wasm || module !== undefined)
        .map((check) => rowInNode(check, node, first)),
    ],
  ),
  "",
  markdownTable(
    ["object file with -Os, all formats", "machine code", "with constants and the words of rules"],
    small.map(({ compiler, code, text }) => [compiler, `${code} bytes`, `${text} bytes`]),
  ),
  "",
  targetTable([atMost("any size, generated / hand-written:", worst, 1.05), atMost("text with -Os, KiB:", largest, 24)]),
].join("\n")
console.log(text)
if (!hasKaitai)
  console.error("bench: Kaitai Struct's parser left out, KAITAI_RUNTIME names no checkout of its C++ runtime")
if (module === undefined) console.error("bench: WebAssembly left out, there is no wasm-ld")
if (process.argv.includes("--write")) writeInto("docs/c.md", "npm run bench:c -- --write", text)
