import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { emitGuard, emitMembers } from "../../src/data/emit-guard.js"
import { issue, ok, refined } from "../../src/data/refinement.js"
import { contextOf } from "../../src/qemu/context.js"
import { argumentsType } from "../../src/qemu/entries.js"

const rule = { id: "a/b", code: "out-of-range", requirement: "A.", consequence: "B." } as const
const short = refined(t.string, (text) => (text.length > 2 ? issue(rule) : ok))
const dot = t.exact(t.type({ kind: t.literal("dot"), at: t.number }))
const line = (style: string) => t.exact(t.type({ kind: t.literal("line"), style: t.literal(style), ends: short }))
const never = refined(dot, () => issue(rule))

const withoutLayout = (text: string): string => text.replace(/[\s,()]/g, "")

describe("an emitted guard", () => {
  test.each(["migrate", "migrate-incoming"] as const)(
    "of %s is what is checked in, but for its formatting",
    (command) => {
      const checkedIn = readFileSync(join(root, "src/qemu/emitted/arguments.ts"), "utf8")
      const guard = emitGuard(argumentsType(contextOf({ command })), command)
      expect(withoutLayout(checkedIn)).toContain(withoutLayout(guard))
    },
  )

  test.each<readonly [what: string, type: t.Mixed, text: string]>([
    ["text", t.string, 'typeof value === "string"'],
    ["a flag", t.boolean, 'typeof value === "boolean"'],
    ["a word", t.literal("on"), 'value === "on"'],
    ["one of some words", t.keyof({ on: null, off: null }), '(value === "on" || value === "off")'],
    ["a type without parts", t.number, "isLeaf(leaves["],
    ["a refined type", short, 'typeof value === "string" && keeps(rules[0], value)'],
    ["a list", t.readonlyArray(t.string), 'isList(value, (entry) => typeof entry === "string")'],
    ["an object", dot, "isObject(value) && dot(value)"],
    ["an object without literals", t.exact(t.type({ a: t.string })), "isObject(value) && all(value)"],
    ["a member that may be missing", t.exact(t.partial({ "a-b": t.string })), '+ given(value["a-b"])'],
    ["a union", t.union([dot, line("thin")]), 'switch (value.kind) { case "dot": return dot(value)'],
    ["a union of unions", t.union([dot, line("thin"), line("bold")]), 'switch (value.style) { case "thin"'],
    ["a refined case", t.union([never, line("thin")]), "return dot(value) && keeps(rules[0], value)"],
  ])("looks at %s", (_, type, text) => {
    expect(emitGuard(type, "some-name")).toContain(text)
  })

  test("is named in JavaScript's own way, and each object has a name of its own", () => {
    const twice = t.exact(t.type({ one: t.exact(t.type({ a: t.string })), two: t.exact(t.type({ one: dot })) }))
    const other = t.exact(t.type({ one: t.exact(t.type({ one: t.exact(t.type({ b: t.string })) })) }))
    expect(emitGuard(twice, "migrate-incoming")).toContain("export const migrateIncoming = ")
    expect(emitGuard(other, "x").match(/const one\w* = /g)).toHaveLength(2)
  })

  test("is a function of its conditions, which says what it is for", () => {
    const text = emitGuard(t.string, "some-name")
    expect(text).toMatch(/^\/\*\* .* some-name .* \*\/\nexport const someName = .* => \{\nreturn .*\n\}$/)
  })

  test("tells objects of a union apart by a member that all of them have", () => {
    const sized = t.exact(t.type({ size: t.literal("s"), kind: t.literal("box") }))
    expect(emitGuard(t.union([sized, dot]), "x")).toContain("switch (value.kind)")
  })

  test("cannot be of a union whose objects do not differ", () => {
    const alike = t.union([t.exact(t.type({ a: t.string })), t.exact(t.type({ a: t.number }))])
    expect(() => emitGuard(alike, "x")).toThrow("must differ in a literal member")
  })
})

test("the members of emitted guards are those of all objects, each once", () => {
  expect(emitMembers(dot, t.union([dot, line("thin")]))).toBe('type Data = Plain<"kind" | "at" | "style" | "ends">')
})
