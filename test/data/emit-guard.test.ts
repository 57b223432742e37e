import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { emitGuards } from "../../src/data/emit-guard.js"
import { leaf } from "../../src/data/leaf.js"
import { issue, ok, refined } from "../../src/data/refinement.js"
import { contextOf } from "../../src/qemu/context.js"
import { argumentsType } from "../../src/qemu/entries.js"

const rule = { id: "a/b", code: "out-of-range", requirement: "A.", consequence: "B." } as const
const short = refined(t.string, (text) => (text.length > 2 ? issue(rule) : ok))
const dot = t.exact(t.type({ kind: t.literal("dot"), at: t.number }))
const line = (style: string) => t.exact(t.type({ kind: t.literal("line"), style: t.literal(style), ends: short }))
const never = refined(dot, () => issue(rule))

const emitGuard = (type: t.Mixed, name = "some-name"): string => emitGuards({ [name]: type })

describe("an emitted guard", () => {
  test("is what is checked in, but for its formatting", () => {
    const checkedIn = readFileSync(join(root, "src/qemu/emitted/arguments.ts"), "utf8")
    const types = (["migrate", "migrate-incoming"] as const).map((command) => [
      command,
      argumentsType(contextOf({ command })),
    ])
    const plain = (text: string): string => text.replace(/[\s,();"|]|\/\*\*.*\*\//g, "")
    expect(plain(checkedIn)).toContain(plain(emitGuards(Object.fromEntries(types))))
  })

  test.each<readonly [what: string, type: t.Mixed, text: string]>([
    ["text", t.string, 'typeof value === "string"'],
    ["a flag", t.boolean, 'typeof value === "boolean"'],
    ["a word", t.literal("on"), 'value === "on"'],
    ["one of some words", t.keyof({ on: null, off: null }), '(value === "on" || value === "off")'],
    ["a type without parts", leaf("even", (input): input is number => Number(input) % 2 === 0), "leaves[0]?.is(value)"],
    ["a refined type", short, 'typeof value === "string" && rules[0]?.(value).length === 0'],
    ["a list", t.readonlyArray(t.string), 'isList(value, (entry) => typeof entry === "string")'],
    ["an object", dot, "isObject(value) && dot(value)"],
    ["an object without literals", t.exact(t.type({ a: t.string })), "isObject(value) && someName(value)"],
    ["a member that may be missing", t.exact(t.partial({ "a-b": t.string })), '0 + given(value["a-b"])'],
    ["a union", t.union([dot, line("thin")]), 'switch (value.kind) { case "dot": return dot(value)'],
    ["a union of unions", t.union([dot, line("thin"), line("bold")]), 'switch (value.style) { case "thin"'],
    ["a refined case", t.union([never, line("thin")]), "return dot(value) && rules[0]?.(value).length === 0"],
  ])("looks at %s", (_, type, text) => {
    expect(emitGuard(type)).toContain(text)
  })

  test("has a name of its own for each object, and each function once", () => {
    const other = t.exact(t.type({ one: t.exact(t.type({ one: t.exact(t.type({ b: t.string })) })) }))
    expect(emitGuard(other).match(/const one\w* = /g)).toHaveLength(2)
    const both = emitGuards({ "two-words": t.exact(t.type({ one: dot })), other: t.exact(t.type({ two: dot })) })
    expect(both.match(/const dot = /g)).toHaveLength(1)
    expect(both).toContain("const twoWords = ")
  })

  test("is a function of its conditions, under its name", () => {
    expect(emitGuard(t.string)).toContain('"some-name": (value: unknown): boolean => typeof value === "string"')
  })

  test("tells objects of a union apart by a member that all of them have", () => {
    const sized = t.exact(t.type({ size: t.literal("s"), kind: t.literal("box") }))
    expect(emitGuard(t.union([sized, dot]), "x")).toContain("switch (value.kind)")
  })

  test("cannot be of a union whose objects do not differ", () => {
    const alike = t.union([t.exact(t.type({ a: t.string })), t.exact(t.type({ a: t.number }))])
    expect(() => emitGuard(alike)).toThrow("must differ in a literal member")
  })

  test("knows the members of all objects, each once", () => {
    const members = 'type Data = Plain<"kind" | "at" | "style" | "ends">'
    expect(emitGuards({ dot, line: t.union([dot, line("thin")]) })).toContain(members)
  })
})
