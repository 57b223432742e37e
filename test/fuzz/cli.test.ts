import { mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root as here } from "../../scripts/corpus.js"
import { type FuzzMachine, type FuzzOptions, fuzz } from "../../src/cli/fuzz.js"
import type { ExitCode } from "../../src/cli/stdio.js"
import { bytesOf, captureOf, linesOf, place, runCli, temporaryFolder } from "../cli/harness.js"
import { failOn, filesBelow, type Pretence, pretended, progressLines, purposeOf, textOf, thrown } from "./harness.js"

const target = `
export const fuzz = (data: Uint8Array): void => void data
export const underTest = ["src/"]
export const detectors = false
export const dictionary = []
export const seeds = (corpus: readonly { bytes: Uint8Array }[]) => corpus.map(({ bytes }) => bytes)
export const evidenceOf = (bytes: Uint8Array) => ({ kind: "text", bytes })
`

/** A checkout with two targets, a corpus of one blob and, unless it is to lack them, the packages for fuzzing. */
const checkout = ({ tools = true } = {}): string => {
  const root = temporaryFolder()
  mkdirSync(join(root, "src"))
  place(join(root, "package.json"), textOf(here, "package.json"))
  for (const name of ["one", "two"]) place(join(root, `fuzz/${name}.fuzz.ts`), target)
  if (tools) symlinkSync(join(here, "node_modules"), join(root, "node_modules"))
  place(join(root, "corpus/inputs/genuine/a.bin"), bytesOf(captureOf.inputs))
  const entry = { file: "inputs/genuine/a.bin", channel: "inputs", origin: "capture", source: "", receiver: {} }
  place(join(root, "corpus/index.json"), JSON.stringify([{ ...entry, verdict: "accept" }]))
  return root
}

interface Outcome {
  readonly code: ExitCode
  readonly out: readonly string[]
  readonly err: readonly string[]
  readonly interrupted: () => void
}

const clean = ({ command, say }: Pretence) => {
  if (purposeOf(command) === "fuzz") say(...progressLines(1000, 8, 4))
  return 0
}

/** Runs the command in a checkout, with a jazzer.js that is played. */
const fuzzIn = async (
  root: string,
  names: readonly string[],
  options: Partial<FuzzOptions> = {},
  play: (pretence: Pretence, interrupt: () => void) => number | null = clean,
): Promise<Omit<Outcome, "interrupted">> => {
  const written = { out: "", err: "" }
  const interrupts: (() => void)[] = []
  const { run } = pretended((pretence) => play(pretence, () => interrupts.map((action) => action())))
  const machine: FuzzMachine = {
    root,
    folder: root,
    glibc: undefined,
    run,
    every: () => () => undefined,
    onInterrupt: (action) => {
      interrupts.push(action)
      return () => interrupts.pop()
    },
  }
  const code = await fuzz(
    names,
    { time: 60, jobs: 2, ...options },
    {
      stdin: (async function* () {})(),
      stdout: { write: (text) => (written.out += text) },
      stderr: { write: (text) => (written.err += text) },
      environment: {},
    },
    machine,
  )
  expect(interrupts).toEqual([])
  return { code, out: linesOf(written.out), err: linesOf(written.err) }
}

describe("fuzzing", () => {
  test("takes all targets, and ends with a table", async () => {
    const root = checkout()
    const { code, out, err } = await fuzzIn(root, [])
    expect({ code, err }).toEqual({ code: 0, err: [] })
    expect(out.slice(-4)).toEqual([
      "",
      "target  executions  exec/s  coverage  corpus  findings",
      "one          1,000   2,000         8       4         0",
      "two          1,000   2,000         8       4         0",
    ])
    expect(readdirSync(join(root, ".fuzz")).sort()).toEqual(["one", "two"])
    expect(filesBelow(join(root, ".fuzz/one/seeds"))).toHaveLength(1)
  })

  test("takes the targets that are named, each once", async () => {
    const { out } = await fuzzIn(checkout(), ["two", "two"])
    expect(out.at(-1)).toMatch(/^two /)
    expect(out.filter((line) => line.startsWith("start"))).toEqual(["start  two"])
  })

  test("ends with 1 for a finding, which is in the corpus then", async () => {
    const root = checkout()
    const { code, out, err } = await fuzzIn(root, ["one"], { runs: 10 }, (pretence) =>
      purposeOf(pretence.command) === "fuzz" ? failOn(pretence, Uint8Array.of(1), thrown("Error: wrong", "f (a)")) : 0,
    )
    expect({ code, err }).toEqual({ code: 1, err: [] })
    expect(out).toContain("finding  one: Error: wrong")
    const [, input = ""] = filesBelow(join(root, "corpus/qemu"))
    expect(out).toContain(`         npm run fuzz -- one --input corpus/qemu/${input}`)
  })

  test("ends with 2 for a broken target", async () => {
    const { code, out, err } = await fuzzIn(checkout(), ["one"], {}, ({ say }) => {
      say("Error: no")
      return 1
    })
    expect(code).toBe(2)
    expect(out.at(-1)).toMatch(/^one .* broken$/)
    expect(err).toEqual([
      "migration-guard: one: jazzer.js ended with 1 and without a finding. Its last lines:",
      "  Error: no",
    ])
  })

  test("ends with 2 and the table so far when it is interrupted", async () => {
    const root = checkout()
    const { code, out, err } = await fuzzIn(root, ["one"], {}, ({ say }, interrupt) => {
      say(...progressLines(5, 3, 2))
      interrupt()
      return null
    })
    expect({ code, err }).toEqual({ code: 2, err: ["migration-guard: interrupted"] })
    expect(out.at(-1)).toBe("one              5      10         3       2         0  interrupted")
    expect(readdirSync(join(root, ".fuzz"))).toEqual(["one"])
  })

  test("ends with 1 when it is interrupted with a finding", async () => {
    const { code } = await fuzzIn(checkout(), ["one"], {}, (pretence, interrupt) => {
      interrupt()
      return failOn(pretence, Uint8Array.of(1), thrown("Error: wrong", "f (a)"))
    })
    expect(code).toBe(1)
  })
})

describe("one input", () => {
  const file = captureOf.inputs

  test("is shown and passes", async () => {
    const { code, out } = await fuzzIn(checkout(), ["one"], { input: file }, () => 0)
    expect(code).toBe(0)
    expect(out).toEqual([
      "text  10 bytes",
      "0000  49 43 4d 44 01 00 00 00  text, 10 bytes",
      "0008  00 00",
      "one finds nothing wrong",
    ])
  })

  test("is shown and fails", async () => {
    const { code, out } = await fuzzIn(checkout(), ["one"], { input: file }, ({ say }) => {
      say(...thrown("Error: wrong", "fuzz (fuzz/one.fuzz.ts:2:3)"))
      return 77
    })
    expect(code).toBe(1)
    expect(out.slice(3)).toEqual(["one fails: Error: wrong", "  at fuzz (fuzz/one.fuzz.ts:2:3)"])
  })

  test("is shown and cannot be executed", async () => {
    const { code, err } = await fuzzIn(checkout(), ["one"], { input: file }, () => 1)
    expect(code).toBe(2)
    expect(err[0]).toBe("migration-guard: one: jazzer.js ended with 1 and without a finding. Its last lines:")
  })

  test("is shown and interrupted", async () => {
    const { code, err } = await fuzzIn(checkout(), ["one"], { input: file }, (_, interrupt) => {
      interrupt()
      return null
    })
    expect({ code, err }).toEqual({ code: 2, err: ["migration-guard: interrupted"] })
  })
})

describe("what cannot be done", () => {
  test.each([
    ["an unknown target", ["one", "thr\u001bee"], {}, "no such target: thr\\u001bee. The targets are one, two"],
    ["an input of no target", [], { input: "x" }, "--input takes one target, the one whose input the file is"],
    [
      "an input of two targets",
      ["one", "two"],
      { input: "x" },
      "--input takes one target, the one whose input the file is",
    ],
    ["an input that is not there", ["one"], { input: "/none" }, "/none: no such file"],
  ])("(%s) is a line on stderr and exit 2", async (_, names, options, line) => {
    const { code, out, err } = await fuzzIn(checkout(), names, options)
    expect({ code, out, err }).toEqual({ code: 2, out: [], err: [`migration-guard: ${line}`] })
  })

  test("for want of packages names them", async () => {
    const { code, err } = await fuzzIn(checkout({ tools: false }), [])
    expect(code).toBe(2)
    expect(err).toEqual([
      expect.stringMatching(
        /^migration-guard: fuzzing takes packages that are not installed: npm install --save-dev @jazzer\.js\/core@\S+ esbuild@\S+ fast-check@\S+$/,
      ),
    ])
  })

  test("for want of targets says where they would be", async () => {
    const root = temporaryFolder()
    const { code, err } = await fuzzIn(root, [])
    expect({ code, err }).toEqual({
      code: 2,
      err: [`migration-guard: there are no fuzz targets in ${join(root, "fuzz")}`],
    })
  })

  test("for a target that does not build says why", async () => {
    const root = checkout()
    place(join(root, "fuzz/two.fuzz.ts"), "const = 1")
    const { code, err } = await fuzzIn(root, ["one"])
    expect(code).toBe(2)
    expect(err[0]).toMatch(/^migration-guard: the targets cannot be built: /)
    expect(readdirSync(join(root, ".fuzz"))).toEqual([])
  })

  test.each([
    ["--time", "0"],
    ["--time", "1.5"],
    ["--time", "-1"],
    ["--jobs", "0"],
    ["--jobs", "many"],
    ["--runs", "-1"],
    ["--seed", "0"],
    ["--seed", "4294967296"],
  ])("for the number of %s %s is a usage error", async (option, value) => {
    const { code, out, err } = await runCli(["fuzz", option, value])
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/^migration-guard: /)
  })

  test.each([
    ["--runs", "--time"],
    ["--input", "--runs"],
  ])("with both %s and %s is a usage error", async (one, other) => {
    const { code, err } = await runCli(["fuzz", one, "1", other, "1"])
    expect(code).toBe(2)
    expect(err).toContain("cannot be used with option")
  })
})
