import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  cardinalityOf,
  contains,
  type Domain,
  edgesOf,
  indexOf,
  intersection,
  intervalOf,
  nearest,
  noNumber,
  nthNumber,
  unionOf,
  without,
} from "../../../src/testing/solver/interval-set.js"

/** The model of a domain is the list of its numbers. */
const lowest = -12
const highest = 12
const universe = Array.from({ length: highest - lowest + 1 }, (_, index) => BigInt(lowest + index))

const domainOf = (numbers: readonly bigint[]): Domain =>
  numbers.reduce<Domain>((left, number) => unionOf(left, intervalOf(number, number)), noNumber)

const numbers = fc.subarray(universe)
const number = fc.constantFrom(...universe)

const numbersOf = (domain: Domain): readonly bigint[] =>
  domain.flatMap(({ from, to }) => Array.from({ length: Number(to - from + 1n) }, (_, index) => from + BigInt(index)))

/** Ascending intervals with gaps between them, none empty. */
const isInOrder = (domain: Domain): boolean =>
  domain.every(({ from, to }, index) => {
    const before = domain[index - 1]
    return from <= to && (before === undefined || before.to + 1n < from)
  })

const expectDomain = (domain: Domain, expected: readonly bigint[]): void => {
  expect(numbersOf(domain)).toEqual(expected)
  expect(isInOrder(domain)).toBe(true)
}

describe("a domain", () => {
  test("is made of numbers", () => {
    fc.assert(fc.property(numbers, (all) => expectDomain(domainOf(all), all)))
    expect(intervalOf(3n, 2n)).toEqual(noNumber)
    expect(intervalOf(3n, 3n)).toEqual([{ from: 3n, to: 3n }])
  })

  test("is united in whatever order", () => {
    fc.assert(
      fc.property(numbers, numbers, fc.array(number), (one, other, order) => {
        expectDomain(
          unionOf(domainOf(one), domainOf(other)),
          universe.filter((each) => one.includes(each) || other.includes(each)),
        )
        expectDomain(
          domainOf(order),
          universe.filter((each) => order.includes(each)),
        )
      }),
    )
  })

  test("intersects", () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) =>
        expectDomain(
          intersection(domainOf(one), domainOf(other)),
          one.filter((each) => other.includes(each)),
        ),
      ),
    )
  })

  test("loses a number", () => {
    fc.assert(
      fc.property(numbers, number, (all, one) =>
        expectDomain(
          without(domainOf(all), one),
          all.filter((each) => each !== one),
        ),
      ),
    )
  })

  test("knows its numbers, how many they are and in which order", () => {
    fc.assert(
      fc.property(numbers, number, (all, one) => {
        const domain = domainOf(all)
        expect(contains(domain, one)).toBe(all.includes(one))
        expect(cardinalityOf(domain)).toBe(BigInt(all.length))
        expect(all.map((_, index) => nthNumber(domain, BigInt(index)))).toEqual(all)
        expect(() => nthNumber(domain, BigInt(all.length))).toThrow(RangeError)
        expect(indexOf(domain, one)).toBe(BigInt(all.filter((each) => each < one).length))
      }),
    )
  })

  test("knows its number nearest to another, from below where there is one", () => {
    fc.assert(
      fc.property(numbers, number, (all, one) => {
        const below = all.filter((each) => each <= one)
        expect(nearest(domainOf(all), one)).toBe(below.at(-1) ?? all[0])
      }),
    )
  })

  test("knows the numbers at its ends and beside them", () => {
    fc.assert(
      fc.property(numbers, (all) => {
        const ends = all.filter((each) => !all.includes(each - 1n) || !all.includes(each + 1n))
        const beside = all.filter((each) => ends.includes(each - 1n) || ends.includes(each + 1n) || ends.includes(each))
        expect(edgesOf(domainOf(all))).toEqual(beside)
      }),
    )
  })

  test("may be as large as 64 bits", () => {
    const all = intervalOf(-(2n ** 63n), 2n ** 64n)
    expect(cardinalityOf(all)).toBe(2n ** 63n + 2n ** 64n + 1n)
    expect(nthNumber(all, 2n ** 63n)).toBe(0n)
    expect(indexOf(all, 2n ** 64n)).toBe(2n ** 63n + 2n ** 64n)
    expect(edgesOf(without(all, 0n))).toEqual([
      -(2n ** 63n),
      -(2n ** 63n) + 1n,
      -2n,
      -1n,
      1n,
      2n,
      2n ** 64n - 1n,
      2n ** 64n,
    ])
  })
})
