import { describe, expect, test } from "vitest"
import { encode } from "../../src/layout/encode.js"
import * as L from "../../src/layout/index.js"
import { interpret } from "../../src/layout/interpret.js"
import { planOf } from "../../src/layout/plan.js"
import { Violation } from "../../src/violation/violation.js"
import { compiled } from "../support/compiled.js"
import { sample, sampleArguments, sampleState } from "./layouts.js"

const blob = (): Uint8Array => {
  const bytes = encode(sample, sampleState, sampleArguments)
  if (bytes instanceof Violation) throw new Error(bytes.message)
  return bytes
}

const rulesBroken = (bytes: Uint8Array, given = sampleArguments) =>
  interpret(sample, bytes, given).violations.map(({ rule, path }) => `${rule} ${path}`)

const set = (offset: number, ...values: readonly number[]): Uint8Array => {
  const bytes = blob()
  bytes.set(values, offset)
  return bytes
}

describe("the interpreter", () => {
  const cases: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ["a blob beyond the limit", new Uint8Array(201), ["layout/blob-limit "]],
    ["a blob shorter than the fixed part", blob().slice(0, 47), ["layout/fixed-part "]],
    ["another magic, and nothing else", set(0, 0x20, 0, 0, 0, 9, 0, 0, 0, 7), ["layout/magic magic"]],
    ["another version, and nothing else", set(4, 4, 0, 0, 0, 7), ["layout/version version"]],
    ["a boolean of 2", set(8, 2), ["layout/boolean flag"]],
    ["an unknown member", set(9, 2), ["layout/enumeration kind"]],
    ["two independent faults", set(8, 2, 4, 10), ["layout/boolean flag", "sample/near-limit near"]],
    ["a pointer into the fixed part", set(32, 47), ["layout/pointer-range inner.name_ptr"]],
    ["a pointer beyond the blob", set(32, 76), ["layout/pointer-range inner.name_ptr"]],
    ["a pointer to its last byte", set(32, 75), ["layout/gap inner.name_ptr"]],
    ["a gap", set(40, 51), ["layout/gap message_ptr"]],
    ["an overlap", set(40, 49), ["layout/overlap message_ptr"]],
    ["an overlap of all of the part before", set(40, 48), ["layout/overlap message_ptr"]],
    ["a size beyond the blob", set(28, 29), ["layout/part-fits inner.name_size"]],
    ["an empty run with a pointer", set(28, 0), ["layout/empty-pointer inner.name_ptr"]],
    ["a list before its place", set(44, 55), ["layout/overlap list_ptr"]],
    ["a count beyond the blob", set(56, 3), ["layout/count-fits list.count"]],
    ["a count that leaves bytes", set(56, 1), ["layout/trailing "]],
    ["a list cut in its count", blob().slice(0, 59), ["layout/part-fits list_ptr"]],
    ["a byte behind the end", Uint8Array.from([...blob(), 0]), ["layout/trailing "]],
    ["a rule over two fields", set(8, 1, 0), ["layout/enumeration kind"]],
  ]

  test.each(cases)("refuses %s", (_, bytes, rules) => {
    expect(rulesBroken(bytes)).toEqual(rules)
  })

  test("measures what it refuses", () => {
    const [violation] = interpret(sample, set(56, 3), sampleArguments).violations
    expect(violation).toMatchObject({ offset: 56, length: 4, actual: 3, expected: 2 })
    const [trailing] = interpret(sample, Uint8Array.from([...blob(), 0, 0]), sampleArguments).violations
    expect(trailing).toMatchObject({ offset: 76, length: 2, actual: 2, expected: 0 })
    const [fits] = interpret(sample, set(28, 29), sampleArguments).violations
    expect(fits).toMatchObject({ offset: 28, length: 4, actual: 29, expected: 28 })
    const [cut] = interpret(sample, blob().slice(0, 59), sampleArguments).violations
    expect(cut).toMatchObject({ actual: 56, expected: 55 })
    const [gap] = interpret(sample, set(40, 51), sampleArguments).violations
    expect(gap).toMatchObject({ offset: 40, length: 4, actual: 51, expected: 50 })
    const [magic] = interpret(sample, set(0, 0x20), sampleArguments).violations
    expect(magic).toMatchObject({ actual: 0x4c504d20, expected: 0x4c504d53 })
    const [flag] = interpret(sample, set(8, 2), sampleArguments).violations
    expect(flag).toMatchObject({ actual: 2, expected: undefined })
  })

  test("claims every byte of an accepted blob once and says what of it", () => {
    const { claims } = interpret(sample, blob(), sampleArguments)
    expect(claims.map(({ path, offset, length }) => `${offset}+${length} ${path}`)).toEqual([
      ...planOf(sample).fields.map(({ path, offset, size }) => `${offset}+${size} ${path}`),
      "48+2 inner.name",
      "50+1 message.header.tag",
      "51+4 message.header.size",
      "55+1 message",
      "56+4 list.count",
      "60+4 list[0].id",
      "64+4 list[0].x",
      "68+4 list[1].id",
      "72+4 list[1].x",
    ])
  })

  test("claims nothing for a message that ends with its header", () => {
    const state = { ...sampleState, message: { header: { tag: 1, size: 0 }, data: new Uint8Array() } }
    const bytes = encode(sample, state, sampleArguments)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    const { claims } = interpret(sample, bytes, sampleArguments)
    expect(claims.map(({ path }) => path)).not.toContain("message")
  })

  test("hands out copies, or views when asked", () => {
    const bytes = blob()
    const copied = interpret(sample, bytes, sampleArguments).state
    const viewed = interpret(sample, bytes, sampleArguments, { alias: true }).state
    bytes[48] = 90
    expect(copied).toMatchObject({ inner: { name: Uint8Array.of(65, 66) } })
    expect(viewed).toMatchObject({ inner: { name: Uint8Array.of(90, 66) } })
  })
})

describe("a rule of an expression", () => {
  const [a, b, on] = [L.field("a"), L.field("b"), L.field("on")]
  const rule = { id: "test/rule", code: "inconsistent", requirement: "It must.", consequence: "Nothing." } as const

  /** What is broken of a layout of a boolean and two bytes with one rule. */
  const broken = (holds: L.Condition, bytes: readonly number[]): readonly string[] => {
    const fields = { on: L.boolean(""), a: L.u8(""), b: L.u8("") }
    const rules = () => [{ ...rule, at: b, holds }]
    const layout = L.layout("test", { title: "Test", doc: "", limit: 9, fields, rules })
    const { violations } = interpret(layout, Uint8Array.from(bytes))
    expect(compiled(layout, "verdict")(Uint8Array.from(bytes), {}, false)).toEqual(violations[0])
    return violations.map((violation) => violation.rule)
  }

  test.each<[string, L.Condition, readonly (readonly [number, number])[], readonly (readonly [number, number])[]]>([
    [
      "larger",
      L.atMost(b, L.larger(a, 5)),
      [
        [7, 6],
        [6, 6],
        [0, 5],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
    [
      "choose",
      L.equal(b, L.choose(L.equal(a, 1), 2, 3)),
      [
        [1, 2],
        [0, 3],
      ],
      [
        [1, 3],
        [0, 2],
      ],
    ],
    [
      "sum",
      L.equal(b, L.sum(a, 2)),
      [[1, 3]],
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [
      "all",
      L.all(L.equal(a, 1), L.below(b, 2)),
      [[1, 1]],
      [
        [1, 2],
        [2, 1],
        [2, 2],
      ],
    ],
    [
      "any",
      L.any(L.equal(a, 1), L.below(b, 2)),
      [
        [1, 1],
        [1, 2],
        [2, 1],
      ],
      [[2, 2]],
    ],
    ["not", L.not(L.equal(a, b)), [[1, 2]], [[2, 2]]],
  ])("%s is judged", (_, holds, kept, wrong) => {
    for (const bytes of kept) expect(broken(holds, [0, ...bytes])).toEqual([])
    for (const bytes of wrong) expect(broken(holds, [0, ...bytes])).toEqual(["test/rule"])
  })

  test.each<[string, L.Condition]>([
    ["a number", L.equal(on, 9)],
    ["a number on the right", L.equal(b, on)],
    ["a sum", L.equal(L.sum(on, 1), 9)],
    ["a sum of another one", L.equal(L.sum(b, on), 9)],
    ["the larger one", L.equal(L.larger(on, 1), 9)],
    ["the larger one, on the right", L.equal(L.larger(b, on), 9)],
    ["what a choice depends on", L.equal(L.choose(L.equal(on, 1), 1, 2), 9)],
    ["what is chosen", L.equal(L.choose(L.equal(b, 0), on, 2), 9)],
    ["what is not chosen", L.equal(L.choose(L.equal(b, 1), on, 2), 9)],
    ["one of all", L.all(L.equal(on, 1), L.equal(b, 9))],
    ["one of any", L.any(L.equal(on, 9), L.equal(b, 9))],
    ["the opposite", L.not(L.below(on, 9))],
  ])("says nothing where it reads what was refused: %s", (_, holds) => {
    expect(broken(holds, [2, 0, 0])).toEqual(["layout/boolean"])
    expect(broken(holds, [1, 0, 0])).toEqual(["test/rule"])
  })
})
