import { describe, expect, test } from "vitest"
import { type Environment, evaluate, satisfied } from "../../src/layout/evaluate.js"
import {
  above,
  all,
  any,
  atLeast,
  atMost,
  below,
  choose,
  equal,
  field,
  implies,
  larger,
  measuresOf,
  nodesOf,
  not,
  pathsOf,
  previous,
  scanned,
  sum,
  unequal,
} from "../../src/layout/expression.js"
import { struct, u8 } from "../../src/layout/fields.js"
import { listed, numberParameter, wordParameter, wordsParameter } from "../../src/layout/parameters.js"
import { printCondition, printExpression } from "../../src/layout/print.js"
import type { Chain, Condition } from "../../src/layout/types.js"

const a = field("a")
const b = field("b")
const part = { op: "part", path: "p" } as const
const receiver = numberParameter("limit", { default: 5, doc: "" })
const channel = wordParameter("channel", { words: ["port", "usbredir"], default: "usbredir", doc: "" })
const words = wordsParameter("words", { words: ["one", "two"], default: [], doc: "" })
const header = struct("", { size: u8("") })
const isLong: Chain = { name: "isLong", doc: "", header, length: "size", most: 9, begins: "whole" }

const environment = (numbers: Readonly<Record<string, number | bigint>>): Environment => ({
  arguments: { limit: 10, channel: "port", words: ["one"] },
  field: (path) => numbers[path] ?? 0,
  previous: (path, first) => numbers[`previous ${path}`] ?? first,
  scan: () => true,
})

const names = {
  field: (path: string) => path,
  parameter: (name: string) => `receiver.${name}`,
  scan: (path: string, test: string) => `${test}(${path})`,
}

const conditions: readonly (readonly [
  Condition,
  Readonly<Record<string, number | bigint>>,
  boolean,
  string,
  string,
])[] = [
  [equal(a, 1), { a: 1 }, true, "a === 1", "a !== 1"],
  [equal(a, 1), { a: 2 }, false, "a === 1", "a !== 1"],
  [equal(channel, "port"), {}, true, 'receiver.channel === "port"', 'receiver.channel !== "port"'],
  [equal(channel, "usbredir"), {}, false, 'receiver.channel === "usbredir"', 'receiver.channel !== "usbredir"'],
  [listed(words, "one"), {}, true, 'receiver.words.includes("one")', '!receiver.words.includes("one")'],
  [listed(words, "two"), {}, false, 'receiver.words.includes("two")', '!receiver.words.includes("two")'],
  [atMost(a, receiver), { a: 10 }, true, "a <= receiver.limit", "a > receiver.limit"],
  [atMost(a, receiver), { a: 11 }, false, "a <= receiver.limit", "a > receiver.limit"],
  [below(a, b), { a: 1, b: 1 }, false, "a < b", "a >= b"],
  [below(a, b), { a: 1, b: 2 }, true, "a < b", "a >= b"],
  [below(a, 0n), { a: -1n }, true, "a < 0", "a >= 0"],
  [unequal(a, 1), { a: 2 }, true, "a !== 1", "a === 1"],
  [atLeast(a, 2), { a: 2 }, true, "a >= 2", "a < 2"],
  [above(a, 2), { a: 2 }, false, "a > 2", "a <= 2"],
  [above(2)(a), { a: 3 }, true, "a > 2", "a <= 2"],
  [not(equal(a, 1)), { a: 1 }, false, "a !== 1", "a === 1"],
  [all(equal(a, 1), equal(b, 2)), { a: 1, b: 2 }, true, "(a === 1) && (b === 2)", "(a !== 1) || (b !== 2)"],
  [all(equal(a, 1), equal(b, 2)), { a: 1, b: 3 }, false, "(a === 1) && (b === 2)", "(a !== 1) || (b !== 2)"],
  [any(equal(a, 1), equal(b, 2)), { a: 0, b: 2 }, true, "(a === 1) || (b === 2)", "(a !== 1) && (b !== 2)"],
  [any(equal(a, 1), equal(b, 2)), { a: 0, b: 0 }, false, "(a === 1) || (b === 2)", "(a !== 1) && (b !== 2)"],
  [implies(equal(a, 1), equal(b, 2)), { a: 0, b: 0 }, true, "(a !== 1) || (b === 2)", "(a === 1) && (b !== 2)"],
  [implies(equal(a, 1), equal(b, 2)), { a: 1, b: 0 }, false, "(a !== 1) || (b === 2)", "(a === 1) && (b !== 2)"],
  [below(previous(a, -1), a), { a: 0 }, true, "previous a < a", "previous a >= a"],
  [below(previous(a, -1), a), { a: 3, "previous a": 3 }, false, "previous a < a", "previous a >= a"],
  [scanned(part, isLong), {}, true, "isLong(p)", "!isLong(p)"],
  [not(scanned(part, isLong)), {}, false, "!isLong(p)", "isLong(p)"],
]

describe("a condition", () => {
  test.each(conditions)("%# is judged and printed", (condition, numbers, holds, printed, negated) => {
    expect(satisfied(condition, environment(numbers))).toBe(holds)
    expect(printCondition(condition, names)).toBe(printed)
    expect(printCondition(condition, names, true)).toBe(negated)
  })

  test("knows what it reads", () => {
    const condition = all(
      any(not(equal(sum(a, 1), larger(b, receiver)))),
      scanned(part, isLong),
      below(previous(b, 0), choose(equal(a, 2), b, 7)),
    )
    expect(pathsOf(condition)).toEqual(["a", "b", "p", "b", "a", "b"])
    expect(pathsOf(condition)).toBe(pathsOf(condition))
    expect(pathsOf(all())).toEqual([])
    expect(pathsOf(structuredClone(equal(a, 2)))).toEqual(pathsOf(equal(a, 3)))
    expect([...nodesOf(condition)].map(({ op }) => op)).toEqual([
      ...["all", "any", "not", "equal", "sum", "field", "literal", "larger", "field", "parameter"],
      ...["scan", "below", "previous", "choose", "equal", "field", "literal", "field", "literal"],
    ])
  })
})

describe("an expression", () => {
  test.each([
    [sum(a, 2), 5, "(a + 2)"],
    [larger(a, 2), 3, "Math.max(a, 2)"],
    [larger(a, 9), 9, "Math.max(a, 9)"],
    [choose(equal(a, 3), 1, b), 1, "(a === 3 ? 1 : b)"],
    [choose(equal(a, 4), 1, b), 4, "(a === 3 ? 1 : b)".replace("3", "4")],
  ])("%# is evaluated and printed", (expression, value, printed) => {
    expect(evaluate(expression, environment({ a: 3, b: 4 }))).toBe(BigInt(value))
    expect(printExpression(expression, names)).toBe(printed)
  })
})

describe("what a violation reports", () => {
  test.each([
    ["the side with the field, and the other", atMost(a, receiver), { actual: a, expected: receiver }],
    [
      "the conclusion's sides",
      implies(equal(b, 1), atMost(sum(a, 1), 5)),
      { actual: sum(a, 1), expected: { op: "literal", value: 5 } },
    ],
    ["the sides of what must not be", not(below(a, 0n)), { actual: a, expected: { op: "literal", value: 0n } }],
    ["the field alone where it is on the right", below(b, a), { actual: a, expected: undefined }],
    ["the field alone where it is on both sides", below(a, sum(a, b)), { actual: a, expected: undefined }],
    [
      "the field alone where the rule is no comparison",
      all(equal(a, 1), equal(b, 1)),
      { actual: a, expected: undefined },
    ],
    [
      "the field alone where there are three ways",
      any(equal(b, 1), equal(a, 1), equal(a, 2)),
      { actual: a, expected: undefined },
    ],
    ["the field alone where there is one way of none", any(equal(a, 1)), { actual: a, expected: undefined }],
  ])("is %s", (_, condition, measures) => {
    expect(measuresOf(a, condition)).toEqual(measures)
  })
})

describe("an environment that says little", () => {
  const silent: Environment = { arguments: {}, field: () => 3 }

  test.each([
    ["a parameter is its default", receiver, 5n],
    ["a word is its default", channel, "usbredir"],
    ["the entry before is what stands in for it", previous(a, -1), -1n],
  ])("%s", (_, expression, value) => expect(evaluate(expression, silent)).toBe(value))

  test.each([
    ["words are those of the default", listed(words, "one"), false],
    ["a scan holds", scanned(part, isLong), true],
    ["a name without numbers is no number", equal(a, "small"), false],
  ])("%s", (_, condition, holds) => expect(satisfied(condition, silent)).toBe(holds))

  test.each([
    ["small", true],
    ["large", false],
    ["medium", false],
  ])("a name %s is the number that it stands for", (name, holds) =>
    expect(satisfied(equal(a, name), { ...silent, names: () => ({ small: 3, large: 4 }) })).toBe(holds),
  )
})
