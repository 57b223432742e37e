import { mkdirSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type EmittedDecoder, layoutTarget } from "../../fuzz/layouts.js"
import { root } from "../../scripts/corpus.js"
import { buildTargets } from "../../src/fuzz/build.js"
import { explanationOf } from "../../src/fuzz/finding.js"
import { buildLayoutTargets } from "../../src/fuzz/layouts.js"
import * as L from "../../src/layout/index.js"
import { place, temporaryFolder } from "../cli/harness.js"
import { compiled } from "../support/compiled.js"

const pairs = L.layout("pairs", {
  title: "Pairs",
  doc: "Pairs.",
  limit: 40,
  fields: {
    magic: L.magic("PAIR", "The format."),
    count: L.countOf("pairs", "How many.", L.u8),
    pairs: L.list(L.struct("A pair.", { left: L.u8("One."), right: L.boolean("Another.") })),
  },
})

const correct: EmittedDecoder = compiled(pairs)

const targetWith = (decode: EmittedDecoder) => layoutTarget(pairs, decode, "layouts/pairs.decoder.js")

/** Lets a target see its own seeds, and says what it throws. */
const thrownBy = (decode: EmittedDecoder): unknown => {
  const target = targetWith(decode)
  try {
    for (const seed of target.seeds([])) target.fuzz(seed)
  } catch (error) {
    return error
  }
  return undefined
}

describe("the target of a layout", () => {
  test("finds nothing wrong with its emitted decoder", () => expect(thrownBy(correct)).toBe(undefined))

  test.each<[string, EmittedDecoder, string]>([
    ["accepts what the layout refuses", () => ({ pairs: [] }), "Error: "],
    ["refuses all", (input, given) => correct(input.subarray(0, 1), given, false), "refused by"],
    [
      "reads another state",
      (input, given, alias) => {
        const state = correct(input, given, alias)
        return state !== null && typeof state === "object" && "pairs" in state ? { pairs: [] } : state
      },
      "the states differ",
    ],
  ])("finds a decoder that %s", (_, decode, message) => expect(String(thrownBy(decode))).toContain(message))

  test("has valid blobs and such as break each rule among its seeds", () => {
    const target = targetWith(correct)
    const rules = [...target.seeds([])].map((seed) => L.check(pairs, target.evidenceOf(seed).bytes)?.rule)
    expect(new Set(rules)).toEqual(
      new Set([
        undefined,
        "layout/blob-limit",
        "layout/fixed-part",
        "layout/magic",
        "layout/boolean",
        "layout/count-fits",
        "layout/trailing",
      ]),
    )
  })

  test("explains an input with the layout", () => {
    const target = targetWith(correct)
    const [seed = new Uint8Array()] = target.seeds([])
    expect(explanationOf(target.evidenceOf(seed))[0]).toMatch(/^accept {2}pairs {2}\d+ bytes$/)
  })
})

const module = (format: string) =>
  `import { layout, u8 } from "migration-guard/layout"
export const one: unknown = layout("${format}", { title: "One", doc: "One.", limit: 1, fields: { one: u8("One.") } })`

describe("targets for a folder of modules", { timeout: 60_000 }, () => {
  const built = async (): Promise<string> => {
    const build = await buildTargets(root, join(temporaryFolder(), "build"))
    symlinkSync(join(root, "node_modules"), join(build, "node_modules"))
    return build
  }

  const folderWith = (files: Readonly<Record<string, string>>): string => {
    const folder = temporaryFolder()
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) place(join(folder, name), text)
    return folder
  }

  test("are called as the formats, whatever else lies there", async () => {
    const folder = folderWith({
      "a.ts": module("one"),
      "b.mjs": `${module("two").replace(": unknown", "")}\nexport const three = 3`,
      "c.test.ts": module("four"),
      "README.md": "",
    })
    const build = await built()
    expect(await buildLayoutTargets(build, folder)).toEqual(["one", "two"])
    const { fuzz, seeds } = createRequire(import.meta.url)(join(build, "fuzz/two.fuzz.js"))
    for (const seed of seeds([])) expect(fuzz(seed)).toBe(undefined)
  })

  test.each([
    ["no layout", { "a.ts": "export const one = 1" }, "no module in it exports a layout"],
    ["two of one name", { "a.ts": module("one"), "b.ts": module("one") }, "two layouts are called one"],
    ["what does not compile", { "a.ts": "export const = 1" }, "Expected identifier"],
  ])("cannot be built of %s", async (_, files, message) => {
    await expect(buildLayoutTargets(await built(), folderWith(files))).rejects.toThrow(message)
  })
})
