import { createRequire } from "node:module"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { buildTargets } from "../../src/fuzz/build.js"
import { counted } from "../../src/fuzz/jazzer.js"
import { loadTarget, targetNames } from "../../src/fuzz/target.js"
import { place, temporaryFolder } from "../cli/harness.js"
import { filesBelow, textOf } from "./harness.js"

const rest = `
export const underTest = ["src/spice/"]
export const detectors = false
export const dictionary = [Uint8Array.of(1)]
export const seeds = () => []
export const evidenceOf = (bytes: Uint8Array) => ({ kind: "text", bytes })
`

/** A package with the given files, and what is always there. */
const packageWith = (files: Readonly<Record<string, string>>): string => {
  const root = temporaryFolder()
  const all = {
    "src/cli/main.ts": "await 1\n",
    "src/fuzz/campaign.ts": "export const here = import.meta.dirname\n",
    "src/corpus.ts": "export const corpus = 1\n",
    "src/spice/main.ts": 'export const decode = (size: number): never => { throw new Error("no " + size) }',
    "src/types.d.ts": "export type None = never\n",
    "fuzz/README.md": "",
    ...files,
  }
  for (const [file, text] of Object.entries(all)) place(join(root, file), text)
  return root
}

const raw = `import { decode } from "../src/spice/main.js"
export const fuzz = (data: Uint8Array): void => void decode(data.length)
${rest}`

describe("a build", () => {
  test("has each module apart, but for the runner's own", async () => {
    const root = packageWith({ "fuzz/raw.fuzz.ts": raw, "fuzz/shared/limits.ts": "export const limit = 1\n" })
    const build = await buildTargets(root, join(root, ".fuzz/build"))
    expect(filesBelow(build)).toEqual([
      "fuzz/raw.fuzz.js",
      "fuzz/shared/limits.js",
      "package.json",
      "src/corpus.js",
      "src/spice/main.js",
    ])
    expect(textOf(build, "fuzz/raw.fuzz.js")).toMatch(/sourceMappingURL=data:application\/json/)
  })

  test("keeps nothing of the one before", async () => {
    const root = packageWith({ "fuzz/raw.fuzz.ts": raw })
    place(join(root, "build/fuzz/old.fuzz.js"), "")
    expect(filesBelow(await buildTargets(root, join(root, "build")))).not.toContain("fuzz/old.fuzz.js")
  })

  test("of what is no TypeScript says where", async () => {
    const root = packageWith({ "fuzz/bad.fuzz.ts": "export const = 1\n" })
    await expect(buildTargets(root, join(root, "build"))).rejects.toThrow(
      /^the targets cannot be built: [\s\S]*fuzz\/bad\.fuzz\.ts:1:13/,
    )
  })
})

describe("targets", () => {
  test("are the files of their folder that are named so", () => {
    const root = packageWith({ "fuzz/b.fuzz.ts": "", "fuzz/a-b.fuzz.ts": "", "fuzz/shared.ts": "" })
    expect(targetNames(root)).toEqual(["a-b", "b"])
    expect(targetNames(join(root, "src"))).toEqual([])
  })

  test("are loaded for all but what the fuzzer calls", async () => {
    const root = packageWith({ "fuzz/raw.fuzz.ts": raw })
    const build = await buildTargets(root, join(root, "build"))
    const target = loadTarget(build, "raw")
    expect(target).toMatchObject({
      name: "raw",
      build,
      module: join(build, "fuzz/raw.fuzz.js"),
      underTest: ["src/spice/"],
      detectors: false,
    })
    expect(target).not.toHaveProperty("fuzz")
    expect(target.evidenceOf(Uint8Array.of(1))).toEqual({ kind: "text", bytes: Uint8Array.of(1) })
  })

  test.each([
    ["fuzz", raw.replace("const fuzz", "const fuzzy")],
    ["underTest", raw.replace('["src/spice/"]', "[]")],
    ["detectors", raw.replace("= false", "= 0")],
    ["dictionary", raw.replace("[Uint8Array.of(1)]", '["a"]')],
    ["seeds", raw.replace("() => []", "[]")],
    ["evidenceOf", raw.replace("const evidenceOf", "const evidence")],
  ])("whose export %s is wrong are refused", async (member, text) => {
    const root = packageWith({ "fuzz/raw.fuzz.ts": text })
    const build = await buildTargets(root, join(root, "build"))
    expect(() => loadTarget(build, "raw")).toThrow(`fuzz/raw.fuzz.ts: its export ${member} is missing or wrong`)
  })

  test("that fail when they are loaded are refused", async () => {
    const root = packageWith({ "fuzz/raw.fuzz.ts": 'throw new Error("no")\n' })
    const build = await buildTargets(root, join(root, "build"))
    expect(() => loadTarget(build, "raw")).toThrow("fuzz/raw.fuzz.ts cannot be loaded: no")
  })

  test("are counted by a module that fails as they do", async () => {
    const root = packageWith({ "fuzz/raw.fuzz.ts": raw })
    const build = await buildTargets(root, join(root, "build"))
    const { module } = counted(loadTarget(build, "raw"), join(root, "it's here"))
    const { fuzz } = createRequire(module)(module)
    // jazzer.js takes a function of two parameters for one that calls back.
    expect(fuzz).toHaveLength(1)
    expect(() => fuzz(new Uint8Array(7))).toThrow("no 7")
  })
})
