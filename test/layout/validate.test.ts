import { describe, expect, test } from "vitest"
import * as L from "../../src/layout/index.js"
import type { Fields } from "../../src/layout/types.js"

const layoutOf = (fields: Fields, rules?: () => readonly L.FieldRule[]) =>
  L.layout("test", { title: "Test", doc: "", limit: 100, fields, ...(rules === undefined ? {} : { rules }) })

const rule = { id: "test/rule", code: "inconsistent", requirement: "It must hold.", consequence: "Nothing." } as const
const byte = L.u8("A byte.")
const pair = L.struct("A pair.", { one: byte, two: byte })

describe("a declaration is refused", () => {
  test.each<[string, Fields, string]>([
    ["with a name that no object can have", { ["__proto__"]: byte }, "is no name"],
    ["with a name that is no identifier", { "a-b": byte }, '"a-b" is no name'],
    ["with a prototype for fields", { __proto__: byte } as unknown as Fields, "__proto__ is no name"],
    [
      "with two members of one name",
      { n: L.lengthOf("n", ""), p: L.pointerTo("n", L.run(), "") },
      "two fields are called n",
    ],
    ["with a length of nothing", { n: L.lengthOf("none", "") }, "there is no none beside it"],
    ["with a count of bytes", { n: L.countOf("r", ""), r: L.run() }, "r has no count of its own"],
    ["with a length behind its part", { r: L.run(), n: L.lengthOf("r", "") }, "it must stand before r"],
    [
      "with two lengths",
      { n: L.lengthOf("r", ""), m: L.lengthOf("r", ""), r: L.run() },
      "r has two fields for its length",
    ],
    ["with a length that has a sign", { n: L.lengthOf("r", "", L.i8), r: L.run() }, "it must have no sign"],
    ["with something behind the rest", { r: L.run(), b: byte }, "nothing may follow it"],
    ["with a pointer to what nothing measures", { p: L.pointerTo("r", L.run(), "") }, "needs a length or a count"],
    [
      "with a pointer in an entry",
      { l: L.list(L.struct("", { p: L.pointerTo("r", L.run(), "") })) },
      "only the outermost struct can have pointers",
    ],
    ["with entries of no size", { l: L.list(L.struct("", {})) }, "an entry must have at least one byte"],
    ["with entries that go on to the end", { l: L.list(L.run()) }, "an entry must say how large it is"],
    ["with a union without a tag", { u: L.union({ a: [1, byte] }) }, "a union needs a field that is its tag"],
    [
      "with two cases of one tag",
      { t: L.tagOf("u", ""), u: L.union({ a: [1, byte], b: [1, byte] }) },
      "have one number",
    ],
    [
      "with a tag that does not fit",
      { t: L.tagOf("u", ""), u: L.union({ a: [256, byte] }) },
      "256 does not fit 8 bits",
    ],
    ["with a member that does not fit", { e: L.enumeration({ a: 300 }, "") }, "300 does not fit 8 bits"],
    ["with a constant that does not fit", { c: L.constant(-1, "", L.u8) }, "-1 does not fit 8 bits"],
    ["with bits that are too few", { b: L.bits({ a: L.flag("") }, "") }, "its members have 1 bits, not 8"],
    ["with a boolean that has a sign", { b: L.boolean("", L.i8) }, "a boolean is a number without a sign"],
    [
      "with columns of 64 bits",
      { t: L.table({ a: L.struct("", { x: L.u64("") }) }) },
      "columns are integers of at most 32 bits",
    ],
    [
      "with booleans in columns",
      { t: L.table({ a: L.struct("", { x: L.boolean("") }) }) },
      "columns are integers of at most 32 bits",
    ],
    [
      "with a condition on what comes later",
      { o: L.optional(L.equal(L.field("b"), 1), byte), b: byte },
      "b is not a number",
    ],
    [
      "with a rule about another entry outside a list",
      { b: byte.must((b) => L.below(L.previous(b, 0), b), rule) },
      "is not a field of a list's entry",
    ],
    [
      "with a sum of more than 64 bits",
      { b: L.u64("").must((b) => L.below(L.sum(b, 1), 5), rule) },
      "does not fit 64 bits",
    ],
    [
      "with the id of a rule that holds by construction",
      { b: byte.must(L.below(5), { ...rule, id: "layout/magic" }) },
      "holds by construction",
    ],
  ])("%s", (_, fields, problem) => expect(() => layoutOf(fields)).toThrow(problem))

  test("that contains itself", () => {
    const fields: Record<string, L.Field> = { b: byte }
    const node = L.struct("", fields)
    Object.assign(fields, { inner: node })
    expect(() => layoutOf({ node })).toThrow("a struct contains itself")
  })

  test("whose rule reads what is not there", () => {
    expect(() => layoutOf({ b: byte }, () => [{ ...rule, at: L.field("x"), holds: L.equal(L.field("x"), 1) }])).toThrow(
      "x is not a number",
    )
  })
})

describe("what once failed in silence works", () => {
  const statesOf = (fields: Fields, bytes: readonly number[]) => {
    const { violations, state } = L.interpret(layoutOf(fields), Uint8Array.from(bytes))
    return violations.length > 0 ? violations.map((violation) => `${violation.rule} ${violation.path}`) : state
  }

  test("fields called as what emitted code uses", () => {
    const fields = { size: byte, view: byte, bytes: byte, limit: byte, channel: byte, alias: byte, constructor: byte }
    expect(statesOf(fields, [1, 2, 3, 4, 5, 6, 7])).toEqual({
      size: 1,
      view: 2,
      bytes: 3,
      limit: 4,
      channel: 5,
      alias: 6,
      constructor: 7,
    })
  })

  test("a boolean in an entry is judged", () => {
    const fields = { list: L.list(L.struct("", { on: L.boolean("") }), { counted: "n" }) }
    expect(statesOf(fields, [2, 0, 0, 0, 1, 7])).toEqual(["layout/boolean list[1].on"])
    expect(statesOf(fields, [2, 0, 0, 0, 1, 0])).toEqual({ list: [{ on: true }, { on: false }] })
  })

  test("rules of a message's header are judged", () => {
    const header = L.struct("", { tag: L.u8("").must(L.below(5), rule) })
    const fields = { n: L.lengthOf("m", "", L.u8), m: L.message(header) }
    expect(statesOf(fields, [2, 9, 0])).toEqual(["test/rule m.header.tag"])
    expect(statesOf(fields, [0])).toEqual({ m: { header: null, data: new Uint8Array() } })
  })

  test("64 bits of an entry stay 64 bits", () => {
    const fields = { list: L.list(L.u64("A number.")) }
    expect(statesOf(fields, [1, 0, 0, 0, 1, 0, 0, 0])).toEqual({ list: [2n ** 32n + 1n] })
  })

  test("lists are nested no deeper than is said", () => {
    const tree = L.nested(2, (inner) => L.struct("", { mark: byte, children: L.list(inner, { counted: "n" }) }))
    expect(statesOf({ tree }, [7, 1, 0, 0, 0, 8, 0, 0, 0, 0])).toEqual({
      tree: { mark: 7, children: [{ mark: 8, children: [] }] },
    })
    expect(statesOf({ tree }, [7, 1, 0, 0, 0, 8, 1, 0, 0, 0])).toEqual(["layout/depth tree.children[0].children.n"])
  })

  test("structs in structs", () => expect(statesOf({ pair }, [1, 2])).toEqual({ pair: { one: 1, two: 2 } }))
})
