import { describe, expect, test } from "vitest"
import * as L from "../../src/layout/index.js"
import type { Fields } from "../../src/layout/types.js"
import { validate } from "../../src/layout/validate.js"
import { compiled } from "../support/compiled.js"

const layoutOf = (fields: Fields, rules?: () => readonly L.FieldRule[]) =>
  L.layout("test", { title: "Test", doc: "", limit: 100, fields, ...(rules === undefined ? {} : { rules }) })

const rule = { id: "test/rule", code: "inconsistent", requirement: "It must hold.", consequence: "Nothing." } as const
const byte = L.u8("A byte.")
const word = L.wordParameter("word", { words: ["one", "two"], default: "one", doc: "" })
const words = L.wordsParameter("words", { words: ["one", "two"], default: [], doc: "" })
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
    [
      "with structs in structs beyond 32 levels",
      { s: L.nested(40, (inner) => L.struct("", { inner })) },
      "deeper than 32 levels",
    ],
    ["with what is no longer there", { b: L.until(1, byte) }, "what is not there in every version is declared"],
    ["with no bytes", { b: L.bytes(0, "") }, "it must have from 1 to 65536 bytes"],
    ["with no elements", { a: L.array(byte, 0) }, "it must have from 1 to 65536 elements"],
    [
      "with the input's size in an entry",
      { l: L.list(L.struct("", { t: L.totalSize("") })) },
      "only the outermost struct",
    ],
    [
      "with a header of no fixed size",
      { m: L.message(L.struct("", { r: L.run() })) },
      "its header must be of fixed size",
    ],
    [
      "with the innermost level in a header",
      { s: L.nested(1, (inner) => L.struct("", { m: L.message(L.struct("", { inner })) })) },
      "can only be a list's entry",
    ],
    ["with a member that is a fraction", { e: L.enumeration({ a: 1.5 }, "") }, "1.5 does not fit 8 bits"],
    ["with an enumeration of nothing", { e: L.enumeration({}, "") }, "it has no member"],
    ["with bits that have a sign", { b: L.bits({ a: L.bit(8, "") }, "", L.i8) }, "from a number without a sign"],
    ["with bits too many", { b: L.bits({ a: L.bit(33, ""), b: L.bit(31, "") }, "", L.u64) }, "from 1 to 32 bits"],
    [
      "with two counts",
      { n: L.countOf("l", ""), l: L.list(byte, { counted: "m" }) },
      "l already has a count in front of it",
    ],
    ["with a pointer to no name", { p: L.pointerTo("a-b", L.list(byte, { counted: "n" }), "") }, '"a-b" is no name'],
    [
      "with a pointer that has a sign",
      { n: L.lengthOf("r", ""), p: L.pointerTo("r", L.run(), "", L.i32) },
      "p: it must have no sign",
    ],
    ["with a count that is called what is no name", { l: L.list(byte, { counted: "a-b" }) }, '"a-b" is no name'],
    [
      "with an entry that takes several forms",
      { l: L.list(L.optional(L.equal(1, 1), byte)) },
      "must be a struct with fields that say which",
    ],
    ["with a choice of nothing", { c: L.choice({}) }, "the last has none"],
    ["with a condition on the last case", { c: L.choice({ a: [L.equal(1, 1), byte] }) }, "the last has none"],
    ["with entries without a field", { t: L.table({ a: L.struct("", {}) }) }, "an entry has no field"],
    [
      "with forms right in a form",
      { c: L.choice({ a: L.optional(L.equal(1, 1), byte) }) },
      "what it holds must be a struct",
    ],
    ["with a word for a number", { b: byte.must(L.below("one"), rule) }, '"one" is not a number'],
    ["with a parameter that is a word for a number", { b: byte.must(L.below(word), rule) }, "word is not a number"],
    ["with a fraction in a rule", { b: byte.must(L.below(1.5), rule) }, "1.5 cannot be converted"],
    ["with a word for a number that has no names", { b: byte.must(L.equal("one"), rule) }, '"one" is no name'],
    [
      "with a name that its enumeration has not",
      { e: L.enumeration({ one: 1 }, "").must(L.equal("toString"), rule) },
      '"toString" is no name of the enumeration',
    ],
    [
      "with a word that its parameter has not",
      { b: byte.must(() => L.equal(word, "three" as "one"), rule) },
      "test/rule: three is no word of word",
    ],
    [
      "with a word that its list has not",
      { b: byte.must(() => L.listed(words, "three" as "one"), rule) },
      "test/rule: three is no word of words",
    ],
    [
      "with a condition on what it stands at",
      { o: L.optional(L.equal(L.field(""), 1), byte) },
      "the field itself is not a number",
    ],
    [
      "with a rule about the bytes of the entry before",
      {
        l: L.list(
          L.struct("", { x: L.bytes(2, ""), y: byte }, ({ y }) => [
            { ...rule, at: y, holds: L.below(L.previous(L.field("x"), 0), y) },
          ]),
        ),
      },
      "x is not a number",
    ],
    [
      "with two rules of one id",
      { a: byte.must(L.below(5), rule), b: byte.must(L.below(5), { ...rule, requirement: "Another." }) },
      "two rules are called test/rule",
    ],
    [
      "with two rules of one id and several codes",
      { a: byte.must(L.below(5), rule), b: byte.must(L.below(5), { ...rule, code: "out-of-range" }) },
      "two rules are called test/rule",
    ],
    [
      "with a default that is out of bounds",
      { b: byte.must(L.below(L.numberParameter("most", { default: 9, most: 5, doc: "" })), rule) },
      "the default of most is none of its values",
    ],
    [
      "with a parameter of no name",
      { b: byte.must(L.below(L.numberParameter("a-b", { default: 9, doc: "" })), rule) },
      '"a-b" is no name',
    ],
    [
      "with two parameters of one name",
      {
        b: byte
          .must(L.below(L.numberParameter("most", { default: 9, doc: "" })), rule)
          .must(L.above(L.numberParameter("most", { default: 2, doc: "" })), { ...rule, id: "test/other" }),
      },
      "two parameters are called most",
    ],
  ])("%s", (_, fields, problem) => expect(() => layoutOf(fields)).toThrow(problem))

  const never = L.equal(1, 1)
  const tooLarge = L.enumeration({ a: 300 }, "")
  const takesAll = "it takes all bytes that are left, so nothing may follow it"
  const outermost = "only the outermost struct can say the input's size"
  const noName = '"a-b" is no name: letters, digits and _, not first a digit, not __proto__'
  const structOnly = "what it holds must be a struct, to have the fields that say which form it takes"
  const sized = (field: L.Field) => ({ n: L.lengthOf("s", ""), s: field })

  test.each<[string, Fields]>([
    ["e: 300 does not fit 8 bits", { e: tooLarge }],
    ["s.e: 300 does not fit 8 bits", { s: L.struct("", { e: tooLarge }) }],
    ["o.content: 300 does not fit 8 bits", { o: L.optional(never, tooLarge) }],
    ["c.a: 300 does not fit 8 bits", { c: L.choice({ a: tooLarge }) }],
    ["l[]: 300 does not fit 8 bits", { l: L.list(tooLarge) }],
    ["m.header.e: 300 does not fit 8 bits", { m: L.message(L.struct("", { e: tooLarge })) }],
    [`s: ${noName}`, { s: L.struct("", { "a-b": byte }) }],
    [`b: ${noName}`, { b: L.bits({ "a-b": L.bit(8, "") }, "") }],
    [`c: ${noName}`, { c: L.choice({ "a-b": byte }) }],
    [`t: ${noName}`, { t: L.table({ "a-b": pair }) }],
    [`m: ${takesAll}`, { m: L.message(pair), b: byte }],
    [`s: ${takesAll}`, { s: L.struct("", { r: L.run() }), b: byte }],
    [`c: ${takesAll}`, { c: L.choice({ a: L.run() }), b: byte }],
    [`o: ${takesAll}`, { o: L.optional(never, L.run()), b: byte }],
    [`u: ${takesAll}`, { t: L.tagOf("u", ""), u: L.union({ a: [1, L.run()] }), b: byte }],
    [`s.t: ${outermost}`, sized(L.struct("", { t: L.totalSize("") }))],
    [`o: ${structOnly}`, { o: L.optional(never, L.union({ a: [1, byte] })) }],
    [`o: ${structOnly}`, { o: L.optional(never, L.choice({ a: byte })) }],
    [
      "l: an entry that takes several forms must be a struct with fields that say which",
      { l: L.list(L.choice({ a: byte })) },
    ],
  ])("%s", (problem, fields) => {
    expect(validate({ ...layoutOf({ b: byte }), struct: L.struct("", fields) })).toEqual([problem])
  })

  test.each<[string, Fields]>([
    ["a length beside a count", { n: L.lengthOf("l", ""), l: L.list(byte, { counted: "m" }) }],
    [
      "a count of what no pointer leads to",
      { c: L.countOf("l", ""), n: L.lengthOf("r", ""), p: L.pointerTo("r", L.run(), ""), l: L.list(byte) },
    ],
    [
      "structs in structs, 32 levels",
      { s: Array.from({ length: 31 }).reduce<L.Field>((s) => L.struct("", { s }), byte) },
    ],
  ])("but not with %s", (_, fields) => {
    expect(validate({ ...layoutOf({ b: byte }), struct: L.struct("", fields) })).toEqual([])
  })

  test.each<[string, string, L.Operand, string]>([
    ["a format that is no name", "Test", 100, '"Test" must be lower-case'],
    ["a limit below 0", "test", -1, "its limit must be a parameter or a number"],
    ["a limit that is a sum", "test", L.sum(1, 2), "its limit must be a parameter or a number"],
    ["a limit that is a wide number", "test", 5n, "its limit must be a parameter or a number"],
    ["a limit that is a word", "test", "all", "its limit must be a parameter or a number"],
  ])("with %s", (_, format, limit, problem) =>
    expect(() => L.layout(format, { title: "", doc: "", limit, fields: { b: byte } })).toThrow(problem),
  )

  test("that contains itself", () => {
    const fields: Record<string, L.Field> = { b: byte }
    const node = L.struct("", fields)
    Object.assign(fields, { inner: node })
    expect(() => layoutOf({ node })).toThrow("a struct contains itself")
    expect(validate({ ...layoutOf({ b: byte }), struct: node })).toEqual([
      "a struct contains itself: bound its depth with nested()",
    ])
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

  test("a list that must be empty and takes the rest", () => {
    const tree = L.nested(1, (inner) => L.struct("", { mark: byte, children: L.list(inner) }))
    expect(statesOf({ tree }, [7])).toEqual({ tree: { mark: 7, children: [] } })
    expect(statesOf({ tree }, [7, 1])).toEqual(["layout/depth tree.children"])
  })

  test("a sum of numbers that are known", () => {
    const fields = { b: byte.must(L.below(L.sum(1, 2)), rule) }
    expect(statesOf(fields, [2])).toEqual({ b: 2 })
    expect(statesOf(fields, [3])).toEqual(["test/rule b"])
  })

  test.each([
    [-1, [0, 1]],
    [300, ["test/rule list[0]"]],
    [0, ["test/rule list[0]"]],
  ])("%i before the first entry, whether its field can be that or not", (first, read) => {
    const list = L.list(byte.must((self) => L.below(L.previous(self, first), self), rule))
    const states = statesOf({ list }, [0, 1])
    expect(states).toEqual(typeof read[0] === "number" ? { list: read } : read)
  })

  test("a rule at what was refused says nothing", () => {
    const fields = { on: L.boolean(""), n: byte }
    const holds = L.below(L.field("n"), 5)
    const ruled = layoutOf(fields, () => [{ ...rule, at: L.field("on"), holds }])
    const broken = (...bytes: readonly number[]) =>
      L.interpret(ruled, Uint8Array.from(bytes)).violations.map((violation) => violation.rule)
    expect([broken(1, 9), broken(2, 9), broken(1, 4)]).toEqual([["test/rule"], ["layout/boolean"], []])
  })

  test("structs in structs", () => expect(statesOf({ pair }, [1, 2])).toEqual({ pair: { one: 1, two: 2 } }))
})

describe("a chain", () => {
  const size = L.u8("Its size.")
  const options = {
    doc: "Entries.",
    header: L.struct("A header.", { size }),
    length: "size",
    most: 7,
    begins: "whole",
  } as const
  const scanning = (...chains: readonly L.Chain[]) =>
    layoutOf({ n: L.lengthOf("r", ""), r: L.run() }, () =>
      chains.map((chain, index) => ({
        ...rule,
        id: `test/rule-${index}`,
        at: L.field("n"),
        holds: L.scanned({ op: "part", path: "r" }, chain),
      })),
    )
  const headed = (fields: Fields) => ({ header: L.struct("A header.", fields) })

  test.each<[string, string, Partial<Omit<L.Chain, "name">>, string]>([
    ["with a name that emitted code may use", "view", {}, "its name must be two words or more"],
    ["with a name that is no identifier", "two words", {}, "its name must be two words or more"],
    ["without its length", "chunksFit", { length: "none" }, "its header has no integer none"],
    ["with a length of bytes", "chunksFit", headed({ size: L.bytes(1, "") }), "its header has no integer size"],
    ["with a wide length", "chunksFit", headed({ size: L.u64("") }), "of at most 32 bits without a sign"],
    ["with a length that has a sign", "chunksFit", headed({ size: L.i8("") }), "of at most 32 bits without a sign"],
    ["with a run in its header", "chunksFit", headed({ size, r: L.run() }), "its header has fixed bytes, integers"],
    ["with an enumeration of nothing", "chunksFit", headed({ size, e: L.enumeration({}, "") }), "it has no member"],
    ["with sizes that its length cannot say", "chunksFit", { most: 256 }, "must be from 0 to 255"],
    ["with sizes that are no numbers", "chunksFit", { most: Number.NaN }, "must be from 0 to 255"],
    [
      "with entries that leave sizes out",
      "chunksFit",
      { ...headed({ size, pad: L.bytes(8, "") }), most: 7 },
      "must be from 8 to 255",
    ],
  ])("%s is refused", (_, name, others, expected) =>
    expect(() => scanning(L.chain(name, { ...options, ...others }))).toThrow(expected),
  )

  test("that has another's name is refused", () =>
    expect(() => scanning(L.chain("chunksFit", options), L.chain("chunksFit", options))).toThrow(
      "two chains are called chunksFit",
    ))

  test("may be what two rules look for, and have entries of the least size only", () => {
    const chain = L.chain("chunksFit", options)
    expect(validate(scanning(chain, chain))).toEqual([])
    const least = L.chain("chunksFit", { ...options, ...headed({ size, pad: L.bytes(7, "") }) })
    expect(validate(scanning(least))).toEqual([])
  })

  test("called as a field is told from it in emitted code", () => {
    const layout = L.layout("test", {
      title: "Test",
      doc: "",
      limit: 100,
      fields: { chunksFit: L.lengthOf("r", "", L.u8), r: L.run() },
      rules: ({ chunksFit, r }) => [
        { ...rule, at: chunksFit, holds: L.all(L.below(chunksFit, 9), L.scanned(r, L.chain("chunksFit", options))) },
      ],
    })
    expect(compiled(layout)(Uint8Array.of(2, 1, 0), {}, false)).toEqual({ r: Uint8Array.of(1, 0) })
    expect(compiled(layout)(Uint8Array.of(2, 2, 0), {}, false)).toMatchObject({ rule: "test/rule" })
  })

  test("of a run that is not there says nothing more", () => {
    const layout = L.layout("test", {
      title: "Test",
      doc: "",
      limit: 100,
      fields: { n: L.lengthOf("b", "", L.u8), b: L.run(), k: L.u32(""), r: L.run() },
      rules: ({ n, r }) => [{ ...rule, at: n, holds: L.scanned(r, L.chain("chunksFit", options)) }],
    })
    expect(L.interpret(layout, Uint8Array.of(1, 0, 0, 0)).violations.map((violation) => violation.rule)).toEqual([
      "layout/part-fits",
    ])
  })
})
