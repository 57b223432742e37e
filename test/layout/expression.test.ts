import { describe, expect, test } from "vitest"
import {
  all,
  any,
  atMost,
  below,
  type Condition,
  channel,
  choose,
  type Environment,
  environmentOf,
  equal,
  evaluate,
  implies,
  larger,
  listed,
  measuresOf,
  nodesOf,
  not,
  pathsOf,
  previous,
  satisfied,
  scanned,
  sum,
} from "../../src/layout/expression.js"
import { printCondition, printExpression } from "../../src/layout/print.js"

const a = { op: "field", path: "a" } as const
const b = { op: "field", path: "b" } as const
const part = { op: "part", path: "p" } as const
const receiver = { op: "receiver", member: "limit", perChannel: false } as const
const perChannel = { op: "receiver", member: "limits", perChannel: true } as const
const isLong = {
  name: "isLong",
  holds: (bytes: Uint8Array) => bytes.length > 2,
  refused: new Uint8Array(),
  mended: (bytes: Uint8Array) => bytes,
}

const environment = (numbers: Readonly<Record<string, number | bigint>>): Environment => ({
  field: (path) => numbers[path] ?? Number.NaN,
  previous: (path, first) => numbers[`previous ${path}`] ?? first,
  part: () => new Uint8Array(3),
  receiver: (member) => (member === "limit" ? 10 : "always"),
  listed: (member, word) => member === "words" && word === "one",
  channel: () => "port",
})

const names = {
  field: (path: string) => path,
  previous: (path: string) => `previous_${path}`,
  receiver: (member: string, each: boolean) => `receiver.${member}${each ? "[channel]" : ""}`,
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
  [equal(channel, "port"), {}, true, 'channel === "port"', 'channel !== "port"'],
  [equal(channel, "usbredir"), {}, false, 'channel === "usbredir"', 'channel !== "usbredir"'],
  [listed("words", "one"), {}, true, 'receiver.words.includes("one")', '!receiver.words.includes("one")'],
  [listed("words", "two"), {}, false, 'receiver.words.includes("two")', '!receiver.words.includes("two")'],
  [atMost(a, receiver), { a: 10 }, true, "a <= receiver.limit", "a > receiver.limit"],
  [atMost(a, receiver), { a: 11 }, false, "a <= receiver.limit", "a > receiver.limit"],
  [below(a, b), { a: 1, b: 1 }, false, "a < b", "a >= b"],
  [below(a, b), { a: 1, b: 2 }, true, "a < b", "a >= b"],
  [below(a, 0n), { a: -1n }, true, "a < 0n", "a >= 0n"],
  [
    equal(perChannel, "always"),
    {},
    true,
    'receiver.limits[channel] === "always"',
    'receiver.limits[channel] !== "always"',
  ],
  [not(equal(a, 1)), { a: 1 }, false, "a !== 1", "a === 1"],
  [all(equal(a, 1), equal(b, 2)), { a: 1, b: 2 }, true, "(a === 1) && (b === 2)", "(a !== 1) || (b !== 2)"],
  [all(equal(a, 1), equal(b, 2)), { a: 1, b: 3 }, false, "(a === 1) && (b === 2)", "(a !== 1) || (b !== 2)"],
  [any(equal(a, 1), equal(b, 2)), { a: 0, b: 2 }, true, "(a === 1) || (b === 2)", "(a !== 1) && (b !== 2)"],
  [any(equal(a, 1), equal(b, 2)), { a: 0, b: 0 }, false, "(a === 1) || (b === 2)", "(a !== 1) && (b !== 2)"],
  [implies(equal(a, 1), equal(b, 2)), { a: 0, b: 0 }, true, "(a !== 1) || (b === 2)", "(a === 1) && (b !== 2)"],
  [implies(equal(a, 1), equal(b, 2)), { a: 1, b: 0 }, false, "(a !== 1) || (b === 2)", "(a === 1) && (b !== 2)"],
  [below(previous(a, -1), a), { a: 0 }, true, "previous_a < a", "previous_a >= a"],
  [below(previous(a, -1), a), { a: 3, "previous a": 3 }, false, "previous_a < a", "previous_a >= a"],
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
      ...["all", "any", "not", "equal", "sum", "field", "literal", "larger", "field", "receiver"],
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
    expect(evaluate(expression, environment({ a: 3, b: 4 }))).toBe(value)
    expect(printExpression(expression, names)).toBe(printed)
  })
})

describe("what a violation reports", () => {
  test.each([
    ["the side with the field, and the other", atMost(a, receiver), { actual: a, expected: receiver }],
    [
      "the conclusion's sides",
      implies(equal(b, 1), atMost(sum(a, 1), 5)),
      { actual: sum(a, 1), expected: atMost(0, 5).right },
    ],
    ["the sides of what must not be", not(below(a, 0n)), { actual: a, expected: below(a, 0n).right }],
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

test("an environment says what cannot be read in it", () => {
  const nothing = environmentOf({})
  for (const condition of [
    equal(a, 1),
    equal(previous(a, 0), 1),
    scanned(part, isLong),
    equal(receiver, 1),
    listed("words", "one"),
    equal(channel, "port"),
  ])
    expect(() => satisfied(condition, nothing)).toThrow(
      /^(a field|a previous entry|a part|the receiver|a list of the receiver|the channel) cannot be read here$/,
    )
  expect(satisfied(equal(a, 1), environmentOf({ field: () => 1 }))).toBe(true)
})
