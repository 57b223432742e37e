import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { addFile, readIndex, regressionFiles } from "../../src/corpus.js"
import { fuzzTargets } from "../../src/fuzz/campaign.js"
import type { ProcessCommand } from "../../src/fuzz/process.js"
import { inputName } from "../../src/fuzz/seeds.js"
import type { FuzzPlan } from "../../src/fuzz/worker.js"
import { bytesOf, place } from "../cli/harness.js"
import {
  bytes,
  failOn,
  filesBelow,
  optionOf,
  type Pretence,
  pathsIn,
  pretended,
  progressLines,
  purposeOf,
  sceneWith,
  targetNamed,
  textOf,
  thrown,
} from "./harness.js"

const minute: FuzzPlan = { jobs: 1, seconds: 60 }

/** A jazzer.js that does as it is told here, and nothing else wrong. */
const jazzer = (play: Partial<Record<ReturnType<typeof purposeOf>, (pretence: Pretence) => number | null>> = {}) =>
  pretended((pretence) => {
    const act = play[purposeOf(pretence.command)]
    if (act !== undefined) return act(pretence)
    if (purposeOf(pretence.command) === "fuzz") pretence.say(...progressLines(1000, 8, 4))
    return 0
  })

const saying =
  (code: number, ...lines: readonly string[]) =>
  ({ say }: Pretence): number => {
    say(...lines)
    return code
  }

const purposes = (commands: readonly ProcessCommand[]) => commands.map(purposeOf)

const inputOf = ({ command }: Pretence): Uint8Array => bytesOf(pathsIn(command)[0] ?? "")

describe("a clean target", () => {
  test("is fuzzed, and its corpus merged", async () => {
    const { run, commands } = jazzer({
      merge: ({ command, say }) => {
        place(join(pathsIn(command)[0] ?? "", "merged"), "m")
        say("MERGE-OUTER: 1 new files with 7 new features added; 9 new coverage edges")
        return 0
      },
    })
    const { scene, said, store, views } = sceneWith(run)
    place(join(store, "raw/corpus/useless"), "u")
    place(join(store, "raw/corpus/merged"), "m")
    const { rows, problems } = await fuzzTargets([targetNamed("raw", { seeds: () => [bytes("s")] })], minute, scene)
    expect(rows).toEqual([
      { target: "raw", state: "done", executions: 1000, rate: 2000, coverage: 9, corpus: 1, findings: 0 },
    ])
    expect(problems).toEqual([])
    expect(purposes(commands)).toEqual(["fuzz", "merge"])
    expect(filesBelow(join(store, "raw"))).toEqual(["corpus/merged", "dictionary", `seeds/${inputName(bytes("s"))}`])
    expect(views[0]?.()).toEqual(rows)
    expect(said).toEqual([
      "start  raw",
      "end    raw: 1,000 executions, 2,000/s, coverage 9, corpus 1, 0 findings",
      "(end)",
    ])
  })

  test("resumes from its own corpus", async () => {
    const { run, commands } = jazzer()
    const { scene, store } = sceneWith(run)
    await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(commands.map((command) => pathsIn(command).slice(-2))).toEqual([
      [join(store, "raw/corpus"), join(store, "raw/seeds")],
      [join(store, "raw/corpus"), join(store, "raw/seeds")],
    ])
    expect(optionOf(commands[0] ?? { file: "", args: [] }, "seed")).toBeUndefined()
  })

  test("keeps what others put into its corpus during the merge", async () => {
    const { run } = jazzer({
      merge: ({ command }) => {
        const [into = "", corpus = ""] = pathsIn(command)
        place(join(into, "merged"), "m")
        place(join(corpus, "another-run's"), "a")
        return 0
      },
    })
    const { scene, store } = sceneWith(run)
    place(join(store, "raw/corpus/useless"), "u")
    await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(filesBelow(join(store, "raw/corpus"))).toEqual(["another-run's", "merged"])
  })

  test.each([
    ["fails", 1],
    ["ends with nothing", 0],
  ])("keeps its corpus when the merge %s", async (_, code) => {
    const { run } = jazzer({ merge: () => code })
    const { scene, said, store } = sceneWith(run)
    place(join(store, "raw/corpus/old"), "o")
    const { problems } = await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(filesBelow(join(store, "raw/corpus"))).toEqual(["old"])
    expect(said).toContain("raw: its corpus could not be merged and stays as it is")
    expect(problems).toEqual([])
  })
})

describe("runs", () => {
  const ten: FuzzPlan = { jobs: 8, seconds: 60, runs: 10 }

  test("begin with the seeds in a fixed order and with nothing else", async () => {
    const seeds = ["a", "b", "c"].map(bytes)
    let list = ""
    const { run, commands } = jazzer({
      fuzz: ({ command, say }) => {
        list = readFileSync(optionOf(command, "seed_inputs")?.slice(1) ?? "", "utf8")
        expect(readdirSync(pathsIn(command)[0] ?? "")).toEqual([])
        say(...progressLines(14, 8, 4))
        return 0
      },
    })
    const { scene, store, folder } = sceneWith(run)
    place(join(store, "raw/corpus/old"), "o")
    await fuzzTargets([targetNamed("raw", { seeds: () => seeds })], ten, scene)
    expect(purposes(commands)).toEqual(["fuzz"])
    const [command = { file: "", args: [] }] = commands
    expect(list.split(",")).toEqual(seeds.map(inputName).sort())
    expect(command.folder).toBe(join(store, "raw/seeds"))
    expect([optionOf(command, "runs"), optionOf(command, "seed")]).toEqual(["14", "1"])
    expect(pathsIn(command)[0]?.startsWith(folder)).toBe(true)
    expect(filesBelow(join(store, "raw/corpus"))).toEqual(["old"])
  })

  test("take one process a target, and the seed that is asked for", async () => {
    const { run, commands } = jazzer()
    await fuzzTargets([targetNamed("a"), targetNamed("b")], { ...ten, seed: 5 }, sceneWith(run).scene)
    expect(commands.map((command) => optionOf(command, "seed"))).toEqual(["5", "5"])
  })
})

describe("jobs", () => {
  test("beyond the targets share one, each with a seed of its own", async () => {
    const { run, commands } = jazzer()
    const { scene, store } = sceneWith(run)
    const { rows } = await fuzzTargets([targetNamed("a"), targetNamed("b")], { ...minute, jobs: 3, seed: 7 }, scene)
    const fuzzing = commands.filter((command) => purposeOf(command) === "fuzz")
    expect(fuzzing.map((command) => [pathsIn(command)[0], optionOf(command, "seed")])).toEqual([
      [join(store, "a/corpus"), "7"],
      [join(store, "a/corpus"), "8"],
      [join(store, "b/corpus"), "7"],
    ])
    expect(rows.map(({ executions }) => executions)).toEqual([2000, 1000])
    expect(commands.filter((command) => purposeOf(command) === "merge")).toHaveLength(2)
  })

  test("are how many processes there are at once", async () => {
    let [running, most] = [0, 0]
    const { run } = pretended(async ({ say }) => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      say(...progressLines(1, 1, 1))
      return 0
    })
    await fuzzTargets(
      ["a", "b", "c", "d"].map((name) => targetNamed(name)),
      { ...minute, jobs: 2 },
      sceneWith(run).scene,
    )
    expect(most).toBe(2)
  })
})

describe("a finding", () => {
  const long = bytes("ICMD long")
  const wrong = thrown("Error: wrong at 9", "fuzz (/root/fuzz/raw.fuzz.ts:1:2)")

  /** A bug that shows in every input that begins with ICMD, and is made smaller to that. */
  const buggy = (more: Parameters<typeof jazzer>[0] = {}) =>
    jazzer({
      fuzz: (pretence) => failOn(pretence, long, [...progressLines(12, 8, 4), ...wrong]),
      minimise: ({ command }) => {
        place(optionOf(command, "exact_artifact_path") ?? "", "ICMD")
        return 0
      },
      replay: ({ say }) => {
        say(...thrown("Error: wrong at 4", "fuzz (/root/fuzz/raw.fuzz.ts:1:2)"))
        return 77
      },
      ...more,
    })

  const only = (corpus: string, suffix: string) => filesBelow(corpus).filter((file) => file.endsWith(suffix))

  test("is made smaller and kept, and the corpus stays as it is", async () => {
    const { run, commands } = buggy()
    const { scene, said, corpus } = sceneWith(run)
    const { rows, problems } = await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(rows).toMatchObject([{ state: "done", executions: 12, findings: 1 }])
    expect(problems).toEqual([])
    expect(purposes(commands)).toEqual(["fuzz", "minimise", "replay"])
    const [blob = ""] = only(corpus, ".bin")
    expect(textOf(corpus, blob)).toBe("ICMD")
    expect(readIndex(corpus)).toMatchObject([{ file: blob, origin: "regression", verdict: "reject" }])
    expect(textOf(corpus, only(corpus, ".txt")[0] ?? "")).toMatch(
      /^target {2}raw\nerror {3}Error: wrong at 4\n {8}at fuzz \(fuzz\/raw\.fuzz\.ts:1:2\)\n.*, found as one of 9\n/,
    )
    expect(said).toContain("finding  raw: Error: wrong at 4")
  })

  test.each([
    ["fails in another way", { replay: saying(77, ...thrown("TypeError: else")) }],
    ["does not fail", { replay: () => 0 }],
    ["is not to be had", { minimise: () => 1 }],
  ])("whose smaller input %s is kept as it was found", async (_, play) => {
    const { scene, corpus } = sceneWith(buggy(play).run)
    await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(textOf(corpus, only(corpus, ".input")[0] ?? "")).toBe("ICMD long")
    expect(textOf(corpus, only(corpus, ".txt")[0] ?? "")).toContain("Error: wrong at 9")
  })

  test.each([
    ["libFuzzer: timeout after 5 seconds", 70],
    ["libFuzzer: out-of-memory (used: 1303Mb; limit: 1024Mb)", 71],
  ])("of %s is not made smaller", async (message, code) => {
    const { run, commands } = buggy({
      fuzz: (pretence) => {
        failOn(pretence, long, [...progressLines(12, 8, 4), `==7== ERROR: ${message}`])
        return code
      },
    })
    const { scene, said } = sceneWith(run)
    expect((await fuzzTargets([targetNamed("raw")], minute, scene)).rows).toMatchObject([{ findings: 1 }])
    expect(purposes(commands)).toEqual(["fuzz"])
    expect(said).toContain(`finding  raw: ${message}`)
  })

  test("is one even if jazzer.js says that all is well", async () => {
    const { run } = buggy({
      fuzz: (pretence) => {
        failOn(pretence, long, progressLines(12, 8, 4))
        return 0
      },
    })
    expect((await fuzzTargets([targetNamed("raw")], minute, sceneWith(run).scene)).rows).toMatchObject([
      { findings: 1 },
    ])
  })

  test("of several processes is one, and so it is in the next run", async () => {
    const { run } = buggy({ fuzz: (pretence) => failOn(pretence, long, [...progressLines(12, 8, 4), ...wrong]) })
    const { scene, corpus } = sceneWith(run)
    const plan = { ...minute, jobs: 4 }
    expect((await fuzzTargets([targetNamed("raw")], plan, scene)).rows).toMatchObject([{ findings: 1 }])
    const before = filesBelow(corpus).map((file) => [file, textOf(corpus, file)])
    expect(before).toHaveLength(4)
    expect((await fuzzTargets([targetNamed("raw")], plan, scene)).rows).toMatchObject([{ findings: 1 }])
    expect(filesBelow(corpus).map((file) => [file, textOf(corpus, file)])).toEqual(before)
  })

  test("that is known is a seed, and not made smaller again", async () => {
    const { run, commands } = buggy({ fuzz: (pretence) => failOn(pretence, bytes("ICMD"), wrong) })
    const { scene, corpus, store } = sceneWith(run)
    addFile(corpus, regressionFiles("inputs", "raw", "0a1b2c3d").input, "ICMD")
    await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(filesBelow(join(store, "raw/seeds"))).toEqual([inputName(bytes("ICMD"))])
    expect(purposes(commands)).toEqual(["fuzz"])
  })

  test("leaves no folder behind", async () => {
    const { run } = buggy({
      replay: (pretence) => failOn(pretence, inputOf(pretence), thrown("Error: wrong at 4", "f (/root/a.ts:1:2)")),
    })
    const { scene, folder } = sceneWith(run)
    await fuzzTargets([targetNamed("raw")], minute, scene)
    expect(readdirSync(folder).filter((name) => name.startsWith("artifacts"))).toEqual([])
  })
})

describe("a broken target", () => {
  test("is told with the end of what jazzer.js says, and is not merged", async () => {
    const { run, commands } = jazzer({
      fuzz: ({ say }) => {
        say("INFO: Seed: 1", 'Skip loading bug detector "ssrf" because of user-provided pattern.')
        say("Error: import \u001bfails", `    at ${"x".repeat(300)}`)
        return 1
      },
    })
    const { rows, problems } = await fuzzTargets([targetNamed("raw")], minute, sceneWith(run).scene)
    expect(rows).toMatchObject([{ state: "broken", findings: 0 }])
    expect(problems).toEqual([
      "raw: jazzer.js ended with 1 and without a finding. Its last lines:",
      "  Error: import \\u001bfails",
      `  ${`    at ${"x".repeat(300)}`.slice(0, 200)}`,
    ])
    expect(purposes(commands)).toEqual(["fuzz"])
  })

  test.each([
    ["that a signal ends", jazzer({ fuzz: () => null }).run, "raw: jazzer.js ended with a signal and"],
    ["that says 77 and shows nothing", jazzer({ fuzz: () => 77 }).run, "raw: jazzer.js ended with 77 and"],
    [
      "that nothing guides",
      jazzer({ fuzz: saying(0, ...progressLines(9, 0, 1)) }).run,
      "raw: nothing of src/spice/ was executed, which it says is under test",
    ],
    ["that cannot be started", () => Promise.reject(new Error("node cannot be started")), "raw: node cannot be"],
  ])("is one %s", async (_, run, problem) => {
    const { rows, problems } = await fuzzTargets([targetNamed("raw")], minute, sceneWith(run).scene)
    expect(rows).toMatchObject([{ state: "broken" }])
    expect(problems[0]?.startsWith(problem)).toBe(true)
  })

  test("does not keep others from being fuzzed", async () => {
    const broken = targetNamed("broken", {
      seeds: () => {
        throw new Error("no seeds")
      },
    })
    const { scene } = sceneWith(jazzer().run)
    const { rows, problems } = await fuzzTargets([broken, targetNamed("raw")], minute, scene)
    expect(rows).toMatchObject([{ state: "broken" }, { state: "done", executions: 1000 }])
    expect(problems).toEqual(["broken: no seeds"])
  })
})

describe("an interruption", () => {
  /** Ends all once a process has come so far. */
  const interruptedAt = (play: (pretence: Pretence) => number | null) => {
    const stop = new AbortController()
    const { run, commands } = jazzer({
      fuzz: (pretence) => {
        pretence.say(...progressLines(5, 3, 2))
        stop.abort()
        return play(pretence)
      },
    })
    return { ...sceneWith(run, stop.signal), commands }
  }

  test("leaves the corpus as it is, and starts nothing more", async () => {
    const { scene, commands, store } = interruptedAt(() => null)
    place(join(store, "a/corpus/old"), "o")
    const { rows, problems } = await fuzzTargets([targetNamed("a"), targetNamed("b")], minute, scene)
    expect(rows).toMatchObject([
      { target: "a", state: "interrupted", executions: 5, coverage: 3, corpus: 2 },
      { target: "b", state: "interrupted", executions: 0 },
    ])
    expect(problems).toEqual([])
    expect(purposes(commands)).toEqual(["fuzz"])
    expect(filesBelow(join(store, "a/corpus"))).toEqual(["old"])
    expect(existsSync(join(store, "b"))).toBe(false)
  })

  test("loses no finding", async () => {
    const { scene, commands, corpus } = interruptedAt((pretence) =>
      failOn(pretence, bytes("ICMD long"), thrown("Error: wrong", "fuzz (a.ts:1:2)")),
    )
    const { rows } = await fuzzTargets([targetNamed("a")], minute, scene)
    expect(rows).toMatchObject([{ state: "interrupted", findings: 1 }])
    expect(purposes(commands)).toEqual(["fuzz"])
    expect(filesBelow(corpus)).toHaveLength(4)
  })
})
