import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { chain } from "../../../src/layout/chain.js"
import { satisfied } from "../../../src/layout/evaluate.js"
import {
  all,
  any,
  atMost,
  below,
  choose,
  equal,
  larger,
  not,
  previous,
  scanned,
  sum,
} from "../../../src/layout/expression.js"
import { struct, u8 } from "../../../src/layout/fields.js"
import { listed, numberParameter, wordParameter, wordsParameter } from "../../../src/layout/parameters.js"
import type { Condition, Expression, FieldRef } from "../../../src/layout/types.js"
import {
  type Clause,
  clauseOf,
  fieldsInClause,
  possible,
  type Range,
  settled,
  thresholdsOf,
  type VariableNames,
} from "../../../src/testing/solver/constraint.js"
import { contains, type Domain, intervalOf } from "../../../src/testing/solver/interval-set.js"

/** Numbers by their names; that of the list entry before stands under its own. */
type Numbers = Readonly<Record<string, bigint>>

const paths = ["a", "b", "c"] as const
const [a, b, c] = paths.map((path): FieldRef => ({ op: "field", path })) as [FieldRef, FieldRef, FieldRef]
const three = numberParameter("three", { default: 9, doc: "" })
const huge = numberParameter("huge", { default: 2 ** 40, doc: "" })
const word = wordParameter("word", { words: ["always", "never"], default: "always", doc: "" })
const words = wordsParameter("words", { words: ["always", "never"], default: [], doc: "" })
const kinds: Readonly<Record<string, number>> = { one: 1, two: 2 }

const names: VariableNames = {
  field: (path) => path,
  previous: (path) => `previous ${path}`,
  names: () => kinds,
  arguments: { three: 3, words: ["always"] },
}

const literal = (value: number | bigint | string): Expression => ({ op: "literal", value })

/** Conditions of every kind, nested; `leaves` are the fields that they may read. */
const conditionsOf = (leaves: readonly Expression[]): fc.Arbitrary<Condition> => {
  return fc.letrec<{ condition: Condition; expression: Expression; comparison: Condition }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      fc.oneof(fc.constantFrom(...leaves), fc.integer({ min: -2, max: 8 }).map(literal), fc.constantFrom(three, huge)),
      fc.record({ op: fc.constantFrom("sum", "larger"), left: tie("expression"), right: tie("expression") }),
      fc.record({ op: fc.constant("choose"), when: tie("condition"), yes: tie("expression"), no: tie("expression") }),
    ) as fc.Arbitrary<Expression>,
    comparison: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          op: fc.constantFrom("equal", "atMost", "below"),
          left: tie("expression"),
          right: tie("expression"),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          op: fc.constant("equal"),
          left: fc.constant(word),
          right: fc.constantFrom("always", "never").map(literal),
        }),
      },
    ) as fc.Arbitrary<Condition>,
    condition: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      { weight: 8, arbitrary: tie("comparison") },
      { weight: 1, arbitrary: fc.constantFrom(listed(words, "always"), listed(words, "never")) },
      {
        weight: 8,
        arbitrary: fc.record({
          op: fc.constantFrom("all", "any"),
          conditions: fc.array(tie("condition"), { maxLength: 3 }),
        }),
      },
      { weight: 8, arbitrary: fc.record({ op: fc.constant("not"), condition: tie("condition") }) },
    ) as fc.Arbitrary<Condition>,
  })).condition
}

/** What a clause says of numbers that are all decided. */
const holds = (clause: Clause, numbers: Numbers): boolean => {
  if (clause.op === "all") return clause.clauses.every((each) => holds(each, numbers))
  if (clause.op === "any") return clause.clauses.some((each) => holds(each, numbers))
  const total = [...clause.terms].reduce((left, [path, factor]) => left + factor * (numbers[path] ?? 0n), 0n)
  return total <= clause.bound
}

const isSatisfied = (condition: Condition, numbers: Numbers): boolean =>
  satisfied(condition, {
    arguments: names.arguments,
    field: (path) => numbers[path] ?? expect.fail(path),
    names: names.names,
    previous: (path) => numbers[`previous ${path}`] ?? 0n,
  })

const cube = (numbers: readonly bigint[]): readonly Numbers[] =>
  numbers.flatMap((one) => numbers.flatMap((two) => numbers.map((three) => ({ a: one, b: two, c: three }))))

const few = cube([-1n, 0n, 1n, 2n, 3n, 5n])

describe("a clause", () => {
  const conditions = conditionsOf([a, b, c])

  test("holds where its condition does, and its negation where not", () => {
    fc.assert(
      fc.property(conditions, (condition) => {
        const [clause, negated] = [clauseOf(condition, names), clauseOf(condition, names, false)]
        for (const numbers of few) {
          const expected = isSatisfied(condition, numbers)
          if (holds(clause, numbers) !== expected || holds(negated, numbers) === expected)
            expect.fail(`${Object.values(numbers).join()}: ${expected ? "holds" : "does not hold"}`)
        }
      }),
      { numRuns: 300 },
    )
  })

  test("knows what it reads", () => {
    fc.assert(
      fc.property(conditions, (condition) => {
        const clause = clauseOf(condition, names)
        const read = fieldsInClause(clause)
        expect(new Set(read).size).toBe(read.length)
        for (const path of paths)
          if (!read.includes(path))
            for (const numbers of few)
              if (holds(clause, numbers) !== isSatisfied(condition, { ...numbers, [path]: 77n }))
                expect.fail(`${path} matters`)
      }),
      { numRuns: 200 },
    )
  })

  test("of one number leaves exactly those with which it holds", () => {
    fc.assert(
      fc.property(conditionsOf([a]), (condition) => {
        const domain = possible(clauseOf(condition, names), "a", () => expect.fail("asks for another number"))
        for (let number = -30n; number <= 30n; number++)
          if (contains(domain, number) !== isSatisfied(condition, { a: number })) expect.fail(`${number}`)
      }),
      { numRuns: 500 },
    )
  })

  test("of several numbers excludes none with which it can hold", () => {
    const range = fc
      .tuple(fc.integer({ min: -3, max: 4 }), fc.nat(3))
      .map(([from, size]): Range => ({ from: BigInt(from), to: BigInt(from + size) }))
    const ranges = fc.record({ a: range, b: range, c: range })
    fc.assert(
      fc.property(conditions, ranges, fc.constantFrom(...paths), (condition, left, path) => {
        const domain = possible(clauseOf(condition, names), path, (name) => left[name as "a"])
        const within = (name: "a" | "b" | "c") => numbersIn(left[name])
        for (const one of within("a"))
          for (const two of within("b"))
            for (const three of within("c")) {
              const numbers = { a: one, b: two, c: three }
              if (isSatisfied(condition, numbers) && !contains(domain, numbers[path]))
                expect.fail(Object.values(numbers).join())
            }
      }),
      { numRuns: 500 },
    )
  })

  test("of several numbers leaves exactly those with which it holds once the others are decided", () => {
    fc.assert(
      fc.property(conditions, fc.constantFrom(...few), (condition, decided) => {
        const domain = possible(clauseOf(condition, names), "b", (name) => {
          const number = decided[name] ?? expect.fail(name)
          return { from: number, to: number }
        })
        for (let number = -20n; number <= 20n; number++)
          if (contains(domain, number) !== isSatisfied(condition, { ...decided, b: number })) expect.fail(`${number}`)
      }),
      { numRuns: 500 },
    )
  })

  test("of sums only leaves exactly the numbers that some of the others allow", () => {
    const sides = [-1n, 0n, 1n, 3n]
    const within = { from: -1n, to: 3n }
    const lefts = [sum(a, b), sum(a, sum(a, c)), sum(b, c)]
    const rights = [sum(c, 2), sum(b, b), literal(3), sum(a, b)]
    for (const compare of [atMost, below])
      for (const left of lefts)
        for (const right of rights)
          for (const condition of [compare(left, right), not(compare(left, right))]) {
            const domain = possible(clauseOf(condition, names), "a", () => within)
            for (let number = -20n; number <= 20n; number++) {
              const feasible = sides.some((two) =>
                sides.some((three) => isSatisfied(condition, { a: number, b: two, c: three })),
              )
              if (contains(domain, number) !== feasible) expect.fail(`${JSON.stringify(condition)} of ${number}`)
            }
          }
  })

  test("is the same within ranges once what they decide is settled", () => {
    const range = fc.constantFrom<Range>(
      { from: 0n, to: 0n },
      { from: 0n, to: 3n },
      { from: -1n, to: 1n },
      { from: 2n, to: 5n },
    )
    fc.assert(
      fc.property(conditions, fc.record({ a: range, b: range, c: range }), (condition, ranges) => {
        const clause = clauseOf(condition, names)
        const left = settled(clause, (path) => ranges[path as "a"])
        const verdicts = new Set<boolean>()
        for (const one of numbersIn(ranges.a))
          for (const two of numbersIn(ranges.b))
            for (const three of numbersIn(ranges.c)) {
              const numbers = { a: one, b: two, c: three }
              verdicts.add(holds(clause, numbers))
              if (holds(left, numbers) !== holds(clause, numbers)) expect.fail(Object.values(numbers).join())
            }
        if (left.op === "atMost") expect(verdicts.size).toBe(2)
        expect(clauseOf(condition, names)).toEqual(clause)
      }),
      { numRuns: 300 },
    )
  })

  test("may change its mind about a number only at its thresholds", () => {
    fc.assert(
      fc.property(conditionsOf([a]), (condition) => {
        const clause = clauseOf(condition, names)
        const thresholds = thresholdsOf(clause, "a")
        for (let number = -30n; number < 30n; number++)
          if (holds(clause, { a: number }) !== holds(clause, { a: number + 1n })) {
            expect(thresholds).toContain(number)
            expect(thresholds).toContain(number + 1n)
          }
        expect(thresholdsOf(clause, "z")).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

test("the conditions that these tests make hold and fail about as often, and read several numbers", () => {
  const made = fc.sample(conditionsOf([a, b, c]), { seed: 1, numRuns: 500 })
  const verdicts = made.flatMap((condition) => few.map((numbers) => isSatisfied(condition, numbers)))
  const holding = verdicts.filter(Boolean).length / verdicts.length
  expect(holding).toBeGreaterThan(0.3)
  expect(holding).toBeLessThan(0.7)
  expect(made.filter((condition) => fieldsInClause(clauseOf(condition, names)).length > 1).length).toBeGreaterThan(100)
})

const numbersIn = ({ from, to }: Range): readonly bigint[] => {
  const numbers: bigint[] = []
  for (let number = from; number <= to; number++) numbers.push(number)
  return numbers
}

describe("the clause", () => {
  const whole: Domain = intervalOf(-(2n ** 80n), 2n ** 80n)
  const alone = (condition: Condition, wanted = true) =>
    possible(clauseOf(condition, names, wanted), "a", () => ({ from: 0n, to: 10n }))
  const to = (number: bigint): Domain => intervalOf(-(2n ** 80n), number)
  const from = (number: bigint): Domain => intervalOf(number, 2n ** 80n)

  const cases: readonly (readonly [string, Condition, Domain, Domain])[] = [
    ["of a bound", atMost(a, 5), to(5n), from(6n)],
    ["of a bound of 64 bits", below(a, 2n ** 64n - 1n), to(2n ** 64n - 2n), from(2n ** 64n - 1n)],
    ["of a number", equal(a, 5), intervalOf(5n, 5n), [...to(4n), ...from(6n)]],
    ["of what is the same on both sides", below(sum(a, 1), sum(a, 1)), [], whole],
    ["of a word that is so", equal(word, "always"), whole, []],
    ["of a word that is not", equal(word, "never"), [], whole],
    ["of a word and a number", equal(word, 5), [], whole],
    ["of a named number", equal(a, "two"), intervalOf(2n, 2n), [...to(1n), ...from(3n)]],
    ["of nothing", all(), whole, []],
    ["of no way", any(), [], whole],
    ["of twice a number", atMost(sum(a, a), 5), to(2n), from(3n)],
    ["of twice a number below none", atMost(sum(a, a), -5), to(-3n), from(-2n)],
    ["of another number", atMost(sum(a, b), 5), to(5n), from(-4n)],
    ["of a larger one", atMost(larger(a, 3), 5), to(5n), from(6n)],
    [
      "of a choice",
      atMost(a, choose(below(a, 3), 1, 7)),
      [...to(1n), ...intervalOf(3n, 7n)],
      [...intervalOf(2n, 2n), ...from(8n)],
    ],
    ["of the entry before", below(previous(a, -1), a), from(1n), to(10n)],
  ]

  test.each(cases)("%s", (_, condition, holding, failing) => {
    expect(alone(condition)).toEqual(holding)
    expect(alone(condition, false)).toEqual(failing)
  })

  test("of a scan may hold, wanted or not", () => {
    const header = struct("An entry.", { size: u8("Its size.") })
    const never = chain("never", { doc: "", header, length: "size", most: 0, begins: "whole" })
    const scan = scanned({ op: "part", path: "p" }, never)
    for (const wanted of [true, false]) expect(clauseOf(scan, names, wanted)).toEqual({ op: "all", clauses: [] })
  })

  test("of a word that no number has is none", () => {
    expect(() => clauseOf(equal(a, "three"), names)).toThrow(/three/)
  })

  test("of the entry before reads it under its own name", () => {
    expect(fieldsInClause(clauseOf(below(previous(a, -1), a), names))).toEqual(["previous a", "a"])
  })
})
