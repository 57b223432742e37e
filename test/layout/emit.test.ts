import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, describe as suite, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { emittedFiles, formatDocuments } from "../../scripts/formats.js"
import { emitRules, emitTypeScript } from "../../src/layout/backends/typescript.js"
import { describe } from "../../src/layout/describe.js"
import * as L from "../../src/layout/index.js"
import { formats } from "../../src/spice/formats.js"
import { compiled } from "../support/compiled.js"
import { sample } from "./layouts.js"

const rule = (name: string) => ({
  id: `test/${name}`,
  code: "inconsistent" as const,
  requirement: "It must be so.",
  consequence: "Nothing.",
})

const traits = L.wordsParameter("traits", { words: ["p", "q"], default: [], doc: "" })
const chain = L.chain("itemsFit", {
  doc: "Items to the end.",
  header: L.struct("", { size: L.u8("Bytes.") }),
  length: "size",
  most: 255,
  begins: "whole",
})

suite("emitted code", () => {
  const source = () =>
    emitTypeScript(sample, {
      decoder: { name: "decodeSample", state: "SampleState", from: "../sample.js" },
      arguments: [{ name: "given", type: "Given", from: "../sample.js" }],
      origin: "Emitted for a test.",
    })

  test("says where it comes from", () => expect(source()).toMatch(/^\/\/ Emitted for a test\./))

  test("is without dynamic code", () => {
    expect(source()).not.toMatch(/\beval\b|new Function|import\(/)
  })

  test.each([
    ["reads at fixed offsets", "const near = view.getUint16(10, true)"],
    ["reads big-endian numbers as such", "view.getUint32(inner_nameEnd + 1, false)"],
    ["judges a rule by its opposite", "if (near > 9) return new Violation(sampleNearLimitRule"],
    ["names enumeration members", 'kind: kind === 1 ? "small" as const : "large" as const'],
    ["places a part behind the one before it", "messageEnd = inner_nameEnd + messageSize"],
    ["gathers columns", "columns[count + index] = view.getInt32(at + 4, true)"],
    ["takes a way to alias only where there are runs", "alias: boolean"],
  ])("%s", (_, text) => expect(source()).toContain(text))

  const withoutLayout = (text: string): string => text.replace(/^import [^"]*".*"$/gm, "").replace(/[\s,;*()"'\\]/g, "")

  test.each(emittedFiles())("%s is what is checked in, but for its formatting", (path, text) => {
    expect(withoutLayout(text)).toBe(withoutLayout(readFileSync(join(root, path), "utf8")))
  })

  test("has a function that only judges beside what decodes, and its rules in itself or in a module of theirs", () => {
    const origin = "Emitted for a test."
    const both = emitTypeScript(sample, {
      decoder: { name: "decodeSample", state: "SampleState", from: "./sample.js" },
      check: "checkSample",
      rules: "./rules.js",
      origin,
    })
    expect(both).toContain("export const decodeSample = (bytes: Uint8Array, ")
    expect(both).toContain("): Violation | undefined => {")
    expect(both).toContain("import { layoutArgumentRule, layoutBlobLimitRule, ")
    expect(both).not.toContain("const layoutBlobLimitRule")
    const alone = emitTypeScript(sample, { check: "checkSample", origin })
    expect(alone).toContain('const layoutBlobLimitRule: Rule = { id: "layout/blob-limit", ')
    expect(alone).toContain('import { Violation, inputView, type Rule } from "migration-guard/layout"')
    expect(emitRules([sample, sample], { origin }).match(/export const layoutBlobLimitRule/g)).toHaveLength(1)
  })

  test("finds every violation by a function that goes on behind one, and forgets what it refused", () => {
    const lamp = L.layout("lamp", {
      title: "Lamp",
      doc: "",
      limit: 9,
      fields: { on: L.boolean(""), level: L.u8(""), size: L.lengthOf("text", "", L.u8), text: L.run() },
      rules: ({ on, level }) => [{ ...rule("dark"), at: level, holds: L.any(L.equal(on, 1), L.equal(level, 0)) }],
    })
    const text = emitTypeScript(lamp, { collect: "collectLamp", origin: "" })
    expect(text).toContain("export const collectLamp = (bytes: Uint8Array): readonly Violation[] => {")
    expect(text).toContain("on = undefined")
    expect(text).toContain("if (on !== undefined && (on !== 1) && (level !== 0)) found.push(new Violation(testDarkRule")
    const collect = compiled(lamp, "violations")
    const found = (...bytes: readonly number[]) =>
      [collect(Uint8Array.from(bytes), {}, false)].flat().map((each) => each instanceof L.Violation && each.rule)
    expect(found(1, 5, 1, 65)).toEqual([])
    expect(found(0, 5, 9)).toEqual(["layout/part-fits", "test/dark"])
    expect(found(2, 5, 9)).toEqual(["layout/boolean", "layout/part-fits"])
    expect(found()).toEqual(["layout/fixed-part"])
  })

  test("refuses what is no Uint8Array over memory of its own, whatever a function gives", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(64))
    for (const gives of ["state", "verdict", "violations"] as const)
      expect([compiled(sample, gives)(shared, {}, false)].flat()).toMatchObject([{ rule: "layout/argument" }])
  })

  test("takes what the layout has to be told, each parameter with its type", () => {
    const fields = { a: L.u8("").must(L.atMost(L.numberParameter("most", { default: 1, doc: "" })), rule("a")) }
    const mode = L.wordParameter("mode", { words: ["x", "y"], default: "x", doc: "" })
    const told = L.layout("told", {
      title: "Told",
      doc: "",
      limit: 1,
      fields,
      rules: ({ a }) => [{ ...rule("b"), at: a, holds: L.any(L.equal(mode, "y"), L.listed(traits, "p")) }],
    })
    expect(emitTypeScript(told, { check: "checkTold", origin: "" })).toContain(
      'given: { readonly most: number; readonly mode: "x" | "y"; readonly traits: readonly ("p" | "q")[] }',
    )
  })

  test.each<readonly [string, L.Condition, string]>([
    ["nothing that must hold", L.all(), "if (false) "],
    ["nothing of which one must hold", L.any(), "if (true) "],
    ["a word that must not be listed", L.not(L.listed(traits, "p")), 'if (given.traits.includes("p")) '],
    ["a word that must be listed", L.listed(traits, "p"), 'if (!given.traits.includes("p")) '],
    ["a run that must not be a chain", L.not(L.scanned({ op: "part", path: "rest" }, chain)), "if (itemsFit(view, 9, "],
    ["a sign of a wide number", L.atLeast(L.field("wide"), 0n), "if (view.getInt32(5, true) < 0) "],
    ["a limit of a wide number", L.atLeast(L.field("wide"), 1n), "if (wide < 1n) "],
  ])("judges %s", (_, holds, text) => {
    const fields = { a: L.u8(""), wide: L.i64(""), rest: L.run() }
    const rules = ({ a }: { readonly a: L.FieldRef }) => [{ ...rule("a"), at: a, holds }]
    const layout = L.layout("test", { title: "Test", doc: "", limit: 99, fields, rules })
    expect(emitTypeScript(layout, { check: "checkTest", origin: "" })).toContain(text)
  })

  test("cannot have two rules of one name", () => {
    const fields = { a: L.u8("").must(L.atMost(1), rule("a-b")).must(L.atMost(2), rule("a/b")) }
    const layout = L.layout("twice", { title: "Twice", doc: "", limit: 1, fields })
    expect(() => emitTypeScript(layout, { check: "check", origin: "" })).toThrow("two rules would be called testABRule")
  })

  test("of a format without runs has no way to alias", () => {
    expect(emittedFiles().find(([path]) => path.endsWith("inputs.ts"))?.[1]).not.toContain("alias")
  })
})

suite("the documentation of a format", () => {
  const text = () => describe(sample)

  test.each([
    ["fields", "| 10 | 2 | u16 | `near` | items | A small number. |"],
    ["constants", "| 4 | 4 | u32, always 3 | `version` |  | The version. |"],
    ["enumerations", "| 9 | 1 | u8: 1 small, 4 large | `kind` |  | A kind. |"],
    ["pointers", "| 32 | 4 | u32 offset | `inner.name_ptr` | bytes | The name. |"],
    ["headers", "| 1 | 4 | u32 big-endian | `message.header.size` | bytes | A size. |"],
    ["entries", "| 4 | 4 | i32 | `x` | pixels | Its place. |"],
    ["a title", "# SampleBlob"],
    ["what it is about", "A blob for tests. Integers are little-endian"],
    ["structs", "- `inner`: Nested."],
    ["headers' meaning", "A message. Its header. Offsets count from the part's first byte."],
    ["sizes of entries", "8 bytes each. One entry."],
    ["rules", "| `sample/near-limit` | `limit-exceeded` | `near` | It must be near. | `near <= 9` | It is far. |"],
  ])("has %s", (_, row) => expect(text()).toContain(row))

  test("of a format without parts has none", () => expect(describe(formats.inputs)).not.toContain("## Parts"))

  test.each(formatDocuments())("%s is what is checked in", (path, _, text) => {
    expect(readFileSync(join(root, path), "utf8")).toContain(text)
  })
})
