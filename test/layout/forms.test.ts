import { describe, expect, test } from "vitest"
import * as L from "../../src/layout/index.js"
import type { Element, Fields } from "../../src/layout/types.js"
import { Violation } from "../../src/violation/violation.js"

const layoutOf = (fields: Fields) => L.layout("test", { title: "Test", doc: "", limit: 70_000, fields })

/** A layout that was written by hand: nothing has looked whether it can be one. */
const unchecked = (fields: Fields): L.Layout => ({ ...layoutOf({ b: byte }), struct: L.struct("", fields) })

const byte = L.u8("A byte.")
const pair = L.struct("A pair.", { one: byte, two: byte })
const size = L.enumeration({ small: 1, large: 2 }, "")
const entry = L.struct("", { x: L.u8(""), y: L.i32("") })
const isLarge = L.equal(L.field("size"), "large")
const n = (equals: number) => L.equal(L.field("n"), equals)

const forms: Fields = {
  size,
  bits: L.bits({ on: L.flag(""), rest: L.reserved(3), four: L.bit(4, "") }, ""),
  fixed: L.bytes(2, ""),
  pairs: L.array(pair, 2),
  many: L.lengthOf("list", "", L.u8),
  list: L.list(byte),
  count: L.countOf("counted", "", L.u8),
  counted: L.list(byte),
  rows: L.countOf("table", "", L.u8),
  table: L.table({ a: entry }),
  tag: L.tagOf("union", ""),
  union: L.union({ one: [1, byte], two: [2, pair] }),
  choice: L.choice({ large: [isLarge, pair], small: byte }),
  tree: L.nested(1, (inner) => L.struct("", { children: L.list(inner, { counted: "n" }) })),
  optional: L.optional(isLarge, byte),
}

const state = {
  size: "large",
  bits: { on: true, four: 9 },
  fixed: Uint8Array.of(1, 2),
  pairs: [
    { one: 1, two: 2 },
    { one: 3, two: 4 },
  ],
  list: [1, 2, 3],
  counted: [4],
  table: { kind: "a", columns: Int32Array.of(5, 255, -1, 7) },
  union: { kind: "two", value: { one: 1, two: 2 } },
  choice: { kind: "large", value: { one: 1, two: 2 } },
  tree: { children: [] },
  optional: 9,
}
const small = { ...state, size: "small", choice: { kind: "small", value: 1 }, optional: null }

const encoded = (layout: L.Layout, value: unknown) => {
  const bytes = L.encode(layout, value)
  return bytes instanceof Violation ? [bytes.rule, bytes.path] : [...bytes]
}

describe("a state of every form", () => {
  const layout = layoutOf(forms)

  test.each<[string, unknown]>([
    ["with all that may be missing", state],
    ["without it", small],
    ["with nothing in its lists", { ...state, list: [], counted: [], table: { kind: "a", columns: new Int32Array() } }],
    ["of the other case", { ...state, union: { kind: "one", value: 7 } }],
  ])("%s is read back as it was written", (_, value) => {
    const bytes = L.encode(layout, value)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    expect(L.interpret(layout, bytes).state).toEqual({ ...(value as object), bits: { on: true, four: 9 } })
  })

  test.each<[string, unknown, string, string]>([
    ["bytes that are a text", { fixed: "12" }, "value-type", "fixed"],
    ["bytes too many", { fixed: new Uint8Array(3) }, "value-type", "fixed"],
    ["bits that are a number", { bits: 1 }, "value-type", "bits.on"],
    ["a flag that is a number", { bits: { on: 1, four: 9 } }, "value-type", "bits.on"],
    ["bits that are a fraction", { bits: { on: true, four: 1.5 } }, "value-type", "bits.four"],
    ["bits that are a flag", { bits: { on: true, four: true } }, "value-type", "bits.four"],
    ["bits below 0", { bits: { on: true, four: -1 } }, "value-range", "bits.four"],
    ["bits too large", { bits: { on: true, four: 16 } }, "value-range", "bits.four"],
    ["an array that is none", { pairs: {} }, "value-type", "pairs"],
    ["an array too short", { pairs: state.pairs.slice(1) }, "value-type", "pairs"],
    ["an array with what is no entry", { pairs: [state.pairs[0], null] }, "value-type", "pairs[1].one"],
    ["a list that is none", { list: new Uint8Array(1) }, "value-type", "list"],
    ["a list longer than its length can say", { list: Array(256).fill(0) }, "value-range", "list"],
    ["a list of more than its count can say", { counted: Array(256).fill(0) }, "value-range", "counted"],
    ["an entry that is no number", { list: [1, "2"] }, "value-type", "list[1]"],
    ["an entry that is too large", { list: [1, 256] }, "value-range", "list[1]"],
    [
      "a column's number too large",
      { table: { kind: "a", columns: Int32Array.of(256, 0) } },
      "value-range",
      "table[0].x",
    ],
    [
      "a column's number below 0",
      { table: { kind: "a", columns: Int32Array.of(1, -1, 0, 0) } },
      "value-range",
      "table[1].x",
    ],
    ["a union of no known kind", { union: { kind: "three", value: 1 } }, "value-form", "union.kind"],
    ["a union that is none", { union: null }, "value-form", "union.kind"],
    ["a union of another kind's value", { union: { kind: "two", value: 1 } }, "value-type", "union.two.one"],
    ["a case that does not hold", { choice: { kind: "small", value: 1 } }, "value-form", "choice.kind"],
    ["a choice that is none", { choice: 1 }, "value-form", "choice.kind"],
    ["entries nested too deep", { tree: { children: [{ children: [] }] } }, "depth", "tree.children"],
    ["nothing where something must be", { optional: null }, "value-form", "optional"],
    ["something where nothing may be", { size: "small", choice: small.choice }, "value-form", "optional"],
  ])("is refused with %s", (_, change, rule, path) =>
    expect(encoded(layout, { ...state, ...(change as object) })).toEqual([`layout/${rule}`, path]),
  )
})

describe("a condition on a size", () => {
  const sized = (part: Element): Fields => ({ n: L.lengthOf("p", "", L.u8), p: part })

  test("of another part holds as its bytes say", () => {
    const layout = layoutOf({ n: L.lengthOf("r", "", L.u8), c: L.optional(n(2), byte), r: L.run() })
    expect(encoded(layout, { r: Uint8Array.of(1, 2), c: 7 })).toEqual([2, 7, 1, 2])
    expect(encoded(layout, { r: Uint8Array.of(1), c: null })).toEqual([1, 1])
    expect(encoded(layout, { r: "1", c: null })).toEqual(["layout/value-type", "r"])
  })

  test.each<[string, Element, unknown]>([
    ["an optional", L.optional(n(1), byte), 1],
    ["a choice", L.choice({ a: [n(1), byte], b: pair }), { kind: "a", value: 1 }],
    ["a table", L.table({ a: [n(5), entry], b: entry }), { kind: "a", columns: Int32Array.of(1, 2) }],
  ])("of the part itself, %s, goes in circles and has no encoding", (_, part, p) =>
    expect(encoded(layoutOf(sized(part)), { p })).toEqual(["layout/value-form", "p"]),
  )
})

describe("a layout that nothing has looked at", () => {
  const bottoms = L.nested(1, (inner) => L.struct("", { t: L.table({ a: inner }) }))

  test.each<[string, Fields, unknown, readonly unknown[]]>([
    ["has no case that holds", { c: L.choice({ a: [L.equal(1, 2), byte] }) }, { c: null }, ["layout/value-form", "c"]],
    ["has no entry that holds", { t: L.table({ a: [L.equal(1, 2), entry] }) }, { t: null }, ["layout/value-form", "t"]],
    [
      "has columns of nothing",
      bottoms.fields,
      { t: { kind: "a", columns: Int32Array.of(1) } },
      ["layout/value-type", "t.columns"],
    ],
    [
      "has columns of bytes, which stay 0",
      { t: L.table({ a: L.struct("", { x: byte, y: L.bytes(2, "") }) }) },
      { t: { kind: "a", columns: Int32Array.of(1, 2) } },
      [1, 0, 0],
    ],
    [
      "compares a number with a name, which it is not",
      { b: byte, o: L.optional(L.equal(L.field("b"), "one"), byte) },
      { b: 1, o: null },
      [1],
    ],
  ])("%s", (_, fields, value, result) => expect(encoded(unchecked(fields), value)).toEqual(result))

  test.each<[string, L.Layout, string]>([
    ["with a tag of nothing", unchecked({ t: L.tagOf("u", "") }), "t is the tag of no union"],
    ["with a condition on nothing", unchecked({ o: L.optional(n(1), byte) }), "n is not a number"],
  ])("%s cannot be read", (_, layout, message) =>
    expect(() => L.interpret(layout, Uint8Array.of(1, 2))).toThrow(message),
  )

  test("whose union has a case without a number never takes it", () => {
    const union = { ...L.union({ a: [1, byte], b: [2, pair] }), tags: { a: 1 } } as unknown as L.Field
    const layout = unchecked({ t: L.tagOf("u", ""), u: union })
    expect(L.interpret(layout, Uint8Array.of(1, 7)).state).toEqual({ u: { kind: "a", value: 7 } })
    expect(L.interpret(layout, Uint8Array.of(2, 7, 7)).violations.map(({ rule }) => rule)).toEqual([
      "layout/enumeration",
    ])
  })

  test("and whose limit reads a field has no encoding", () =>
    expect(() => L.encode({ ...layoutOf({ b: byte }), limit: L.field("b") }, { b: 1 })).toThrow(
      "a limit reads no field",
    ))
})

describe("a layout of sizes of every kind", () => {
  const rule = { id: "test/rule", code: "inconsistent", requirement: "It must hold.", consequence: "Nothing." } as const
  const counted = L.struct("Of different sizes.", { marks: L.list(byte, { counted: "m" }) })
  const layout = layoutOf({
    total: L.totalSize("All of it."),
    signed: L.i8("").must(L.below(L.sum(1, 2)), rule),
    mixed: L.struct("", { short: L.i16(""), wide: L.u64("") }, ({ short, wide }) => [
      { ...rule, id: "test/wide", at: short, holds: L.below(short, wide) },
    ]),
    word: L.bits({ low: L.bit(32, ""), high: L.bit(31, ""), top: L.flag("") }, "", L.u64),
    fixed: L.bytes(2, ""),
    n: L.lengthOf("group", "", L.u8),
    group: L.struct("A group.", { x: byte.must(L.below(9), { ...rule, id: "test/x" }), rest: L.run() }),
    several: L.array(counted, 2),
    many: L.lengthOf("all", "", L.u64),
    all: L.list(counted),
    header: L.lengthOf("message", "", L.u8),
    message: L.message(L.struct("", { flags: L.bits({ a: L.flag(""), b: L.bit(7, "") }, ""), w: L.u64("") })),
    numbers: L.list(L.u64("").must((self) => L.below(L.previous(self, 0), self), { ...rule, id: "test/up" })),
  })
  const value = {
    signed: -1,
    mixed: { short: -2, wide: 5n },
    word: { low: 1, high: 3, top: true },
    fixed: Uint8Array.of(1, 2),
    group: { x: 8, rest: Uint8Array.of(4) },
    several: [{ marks: [1, 2] }, { marks: [] }],
    all: [{ marks: [3] }],
    message: { header: null, data: new Uint8Array() },
    numbers: [1n, 2n],
  }
  const broken = (change: object): readonly string[] => {
    const bytes = L.encode(layout, { ...value, ...change })
    if (bytes instanceof Violation) return [`${bytes.rule} ${bytes.path}`]
    return L.interpret(layout, bytes).violations.map(({ rule: id, path }) => `${id} ${path}`)
  }

  test.each<[string, object]>([
    ["an incomplete message", {}],
    ["a whole message", { message: { header: { flags: { a: true, b: 3 }, w: 7n }, data: Uint8Array.of(1) } }],
  ])("is read back with %s", (_, change) => {
    const bytes = L.encode(layout, { ...value, ...change })
    if (bytes instanceof Violation) throw new Error(bytes.message)
    expect(L.interpret(layout, bytes)).toMatchObject({ violations: [], state: { ...value, ...change } })
    expect(
      L.interpret(layout, Uint8Array.from([...bytes, ...Array(8).fill(255)])).violations.map((v) => v.rule),
    ).toContain("layout/total-size")
  })

  test.each<[string, object, readonly string[]]>([
    ["a rule of a group", { group: { x: 9, rest: new Uint8Array() } }, ["test/x group.x"]],
    ["a rule of a sum", { signed: 3 }, ["test/rule signed"]],
    ["a rule of two widths", { mixed: { short: 5, wide: 5n } }, ["test/wide mixed.short"]],
    ["a rule of the entry before", { numbers: [2n, 2n] }, ["test/up numbers[1]"]],
    ["lists larger than the limit", { numbers: Array(9000).fill(1n) }, ["layout/blob-limit "]],
    [
      "a header of another type",
      { message: { header: { flags: { a: 1, b: 3 }, w: 7n }, data: new Uint8Array() } },
      ["layout/value-type message.header.flags.a"],
    ],
  ])("is refused for %s", (_, change, rules) => expect(broken(change)).toEqual(rules))

  test.each([
    "| 0 | 4 | u32 | `total` | bytes | All of it. |",
    "u64: bits 0 to 31 low, bits 32 to 62 high, bit 63 top",
    "As many bytes as `n` says. A group.",
    "2 entries.",
    "Entries in as many bytes as `many` says.",
    "Of different sizes.",
    "Entries to the end.",
    "All bytes that are left.",
  ])("has a document that says %s", (text) => expect(L.describe(layout)).toContain(text))

  test.each([
    "`one` when `tag` is 1:",
    "`large` when",
    "`small` otherwise: A byte.",
    "Only there when",
    "There must be none.",
    "As many entries as `count` says.",
    "Fields behind what is before them",
  ])("has, with every form, a document that says %s", (text) => expect(L.describe(layoutOf(forms))).toContain(text))
})
