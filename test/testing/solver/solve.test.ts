import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { PlannedRule } from "../../../src/layout/plan.js"
import { type Clause, fieldsInClause } from "../../../src/testing/solver/constraint.js"
import { cardinalityOf, contains, intervalOf, nthNumber } from "../../../src/testing/solver/interval-set.js"
import { assign, type ChooseNumber, type Numbers } from "../../../src/testing/solver/solve.js"
import type { Bound, Variable, Variables } from "../../../src/testing/solver/variable.js"

const paths = ["a", "b", "c", "d"] as const
const highest = 3n

let count = 0
/** A rule of its own: which one it is, is all that matters here. */
const ruleOf = (): PlannedRule => ({ prefix: "", rule: { id: String(count++) } }) as PlannedRule

type Sum = readonly [terms: readonly (readonly [path: string, factor: bigint])[], bound: bigint]

const atMost = ([terms, bound]: Sum): Clause => ({ op: "atMost", terms: new Map(terms), bound })
/** Where a sum is larger than its bound. */
const above = ([terms, bound]: Sum): Clause =>
  atMost([terms.map(([path, factor]) => [path, -factor] as const), -bound - 1n])

/** Sums of up to three numbers, some taken away, that must not exceed a bound, and any or all of some such; with their opposites. */
const bounds: fc.Arbitrary<Bound> = fc
  .letrec<{ sum: Omit<Bound, "rule">; bound: Omit<Bound, "rule"> }>((tie) => ({
    sum: fc
      .tuple(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), fc.constantFrom(-2n, -1n, 1n, 2n)), {
          selector: ([path]) => path,
          minLength: 1,
          maxLength: 3,
        }),
        fc.bigInt({ min: -4n, max: 6n }),
      )
      .map((sum) => ({ kept: atMost(sum), broken: above(sum) })),
    bound: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      tie("sum"),
      fc.tuple(fc.boolean(), fc.array(tie("bound"), { minLength: 1, maxLength: 3 })).map(([every, parts]) => ({
        kept: { op: every ? "all" : "any", clauses: parts.map(({ kept }) => kept) } as const,
        broken: { op: every ? "any" : "all", clauses: parts.map(({ broken }) => broken) } as const,
      })),
    ),
  }))
  .bound.map((bound) => ({ rule: ruleOf(), ...bound }))

const holds = (clause: Clause, numbers: ReadonlyMap<string, bigint>): boolean => {
  if (clause.op === "all") return clause.clauses.every((each) => holds(each, numbers))
  if (clause.op === "any") return clause.clauses.some((each) => holds(each, numbers))
  return [...clause.terms].reduce((sum, [path, factor]) => sum + factor * (numbers.get(path) ?? 0n), 0n) <= clause.bound
}

const variablesOf = (rules: readonly Bound[], most = highest): Variables => ({
  list: paths.map((path): Variable => {
    const about = rules.filter(({ kept }) => fieldsInClause(kept).includes(path))
    return {
      path,
      typed: intervalOf(0n, most),
      natural: intervalOf(0n, most),
      alone: [],
      shared: about,
      partners: new Set(about.flatMap(({ kept }) => fieldsInClause(kept))),
      thresholds: [],
    }
  }),
  ranges: new Map(paths.map((path) => [path, { from: 0n, to: most }])),
})

const everyway = paths.reduce<readonly Numbers[]>(
  (ways, path) => ways.flatMap((way) => [0n, 1n, 2n, 3n].map((number): Numbers => new Map([...way, [path, number]]))),
  [new Map()],
)

const solutionsOf = (rules: readonly Bound[], broken?: Bound["rule"]): readonly Numbers[] =>
  everyway.filter((numbers) => rules.every((each) => holds(each.rule === broken ? each.broken : each.kept, numbers)))

/** Takes of each domain what a list of choices says. */
const choosing =
  (choices: readonly number[]): ChooseNumber =>
  (path, domain) =>
    nthNumber(domain, BigInt(choices[paths.indexOf(path as "a")] ?? 0) % cardinalityOf(domain))

const choices = fc.array(fc.nat(3), { minLength: 4, maxLength: 4 })

describe("assigning numbers", () => {
  const rules = fc.array(bounds, { maxLength: 5 })

  test("comes to numbers that keep all rules wherever there are some, whatever is chosen", () => {
    fc.assert(
      fc.property(rules, choices, (all, wished) => {
        const numbers: Numbers = new Map()
        const solutions = solutionsOf(all)
        expect(assign(variablesOf(all), numbers, choosing(wished), undefined)).toBe(solutions.length > 0)
        if (solutions.length === 0) expect(numbers.size).toBe(0)
        else expect(solutions).toContainEqual(numbers)
      }),
      { numRuns: 500 },
    )
  })

  test("comes to numbers that break one rule alone wherever there are some", () => {
    fc.assert(
      fc.property(rules, bounds, choices, (others, broken, wished) => {
        const numbers: Numbers = new Map()
        const all = [...others, broken]
        const solutions = solutionsOf(all, broken.rule)
        expect(assign(variablesOf(all), numbers, choosing(wished), broken.rule)).toBe(solutions.length > 0)
        if (solutions.length > 0) expect(solutions).toContainEqual(numbers)
      }),
      { numRuns: 500 },
    )
  })

  test("can come to all of them", () => {
    fc.assert(
      fc.property(rules, (all) => {
        for (const solution of solutionsOf(all)) {
          const numbers: Numbers = new Map()
          const choose: ChooseNumber = (path, domain) => {
            const wanted = solution.get(path) ?? expect.fail(path)
            return contains(domain, wanted) ? wanted : expect.fail(`${path} cannot be ${wanted}`)
          }
          if (!assign(variablesOf(all), numbers, choose, undefined)) expect.fail("nothing was found")
          for (const [path, number] of solution) if (numbers.get(path) !== number) expect.fail(path)
        }
      }),
      { numRuns: 80 },
    )
  })

  const rule = (sum: Sum): Bound => ({ rule: ruleOf(), kept: atMost(sum), broken: above(sum) })

  test("gives up a number for one that it shares no rule with, where a third one stands between them", () => {
    const numbers: Numbers = new Map()
    // a is at most c, and b and c together at most 2: once a is 3, no b is of any help to c.
    const all = [
      rule([
        [
          ["a", 1n],
          ["c", -1n],
        ],
        0n,
      ]),
      rule([
        [
          ["b", 1n],
          ["c", 1n],
        ],
        2n,
      ]),
    ]
    const last: ChooseNumber = (_, domain) => nthNumber(domain, cardinalityOf(domain) - 1n)
    expect(assign(variablesOf(all), numbers, last, undefined)).toBe(true)
    expect([...numbers.values()]).toEqual([2n, 0n, 2n, 3n])
  })

  test("tries the numbers nearest below what was chosen first", () => {
    const together = rule([
      [
        ["a", 1n],
        ["b", 1n],
      ],
      40n,
    ])
    const enough = rule([[["b", -1n]], -10n])
    const numbers: Numbers = new Map()
    const last: ChooseNumber = (_, domain) => nthNumber(domain, cardinalityOf(domain) - 1n)
    expect(assign(variablesOf([together, enough], 100n), numbers, last, undefined)).toBe(true)
    expect([...numbers]).toEqual([
      ["a", 30n],
      ["b", 10n],
      ["c", 100n],
      ["d", 100n],
    ])
  })

  test("says so where a rule reads what is no number", () => {
    const foreign: Bound = {
      rule: ruleOf(),
      kept: atMost([
        [
          ["a", 1n],
          ["z", 1n],
        ],
        1n,
      ]),
      broken: above([[["a", 1n]], 1n]),
    }
    expect(() => assign(variablesOf([foreign]), new Map(), choosing([]), undefined)).toThrow(/reads z/)
  })
})
