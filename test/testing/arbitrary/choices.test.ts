import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Choices, choicesOf, isSimpler, type Tape } from "../../../src/testing/arbitrary/choices.js"
import { drawing } from "../../../src/testing/generate/choose.js"
import { contains, type Domain, edgesOf, intervalOf, unionOf } from "../../../src/testing/solver/interval-set.js"

const tape: fc.Arbitrary<Tape> = fc.record({
  numbers: fc.array(fc.bigInt({ min: 0n, max: 40n }), { maxLength: 4 }),
  bytes: fc.array(fc.uint8Array({ maxLength: 5, max: 9 }), { maxLength: 2 }),
})

describe("decisions", () => {
  test("by chance are below their count, for small counts and large ones", () => {
    const counts = [1n, 2n, 255n, 256n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 64n]
    const numbers = new Map(counts.map((count) => [count, new Set<bigint>()]))
    class Sampling extends fc.Arbitrary<null> {
      override generate(random: fc.Random): fc.Value<null> {
        const choices = choicesOf(random)
        for (const count of counts) {
          const number = choices.below(count)
          expect(number >= 0n && number < count).toBe(true)
          numbers.get(count)?.add(number)
        }
        expect(choices.bytes(7)).toHaveLength(7)
        return new fc.Value(null, undefined)
      }
      override canShrinkWithoutContext(value: unknown): value is null {
        return value === null
      }
      override shrink(): fc.Stream<fc.Value<null>> {
        return fc.Stream.nil()
      }
    }
    fc.sample(new Sampling(), { seed: 1, numRuns: 300 })
    expect([...numbers.values()].map(({ size }) => size > 100)).toEqual([false, false, true, true, true, true, true])
    expect(numbers.get(2n)?.size).toBe(2)
  })
})

describe("a tape", () => {
  test("is simpler than another one or not, and not both", () => {
    fc.assert(
      fc.property(tape, tape, tape, (one, two, three) => {
        expect(isSimpler(one, one)).toBe(false)
        expect(isSimpler(one, two) && isSimpler(two, one)).toBe(false)
        if (isSimpler(one, two) && isSimpler(two, three)) expect(isSimpler(one, three)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test("is as simple as one with zeros behind its end", () => {
    const one: Tape = { numbers: [3n], bytes: [] }
    const other: Tape = { numbers: [3n, 0n, 0n], bytes: [new Uint8Array(3)] }
    expect(isSimpler(one, other) || isSimpler(other, one)).toBe(false)
    expect(isSimpler(one, { numbers: [3n, 0n, 1n], bytes: [] })).toBe(true)
    expect(isSimpler(one, { ...one, bytes: [new Uint8Array(3), Uint8Array.of(0, 1)] })).toBe(true)
  })
})

describe("a number that choices decide", () => {
  const domains: fc.Arbitrary<Domain> = fc
    .array(fc.tuple(fc.integer({ min: -700, max: 700 }), fc.nat(400)), { minLength: 1, maxLength: 3 })
    .map((all) =>
      all
        .map(([from, size]) => intervalOf(BigInt(from), BigInt(from + size)))
        .reduce((left, each) => unionOf(left, each), []),
    )
  const edges = (domain: Domain) => () => edgesOf(domain)
  const numberOf = (domain: Domain, below: Choices["below"]): bigint =>
    drawing({ below, bytes: (length) => new Uint8Array(length) }).number("a", domain, edges(domain))

  test("is one of those that are left, and can be any of them", () => {
    fc.assert(
      fc.property(domains, (domain) => {
        const reached = new Set<bigint>()
        for (let way = 0n; way < 40n; way++)
          for (let index = 0n; index < 1300n; index++) {
            let asked = 0
            const number = numberOf(domain, (count) => (asked++ === 0 && count < 40n ? way : index) % count)
            if (!contains(domain, number)) expect.fail(`${number}`)
            reached.add(number)
          }
        const size = domain.reduce((sum, { from, to }) => sum + Number(to - from) + 1, 0)
        expect(reached.size).toBe(size)
      }),
      { numRuns: 5 },
    )
  })

  test("is 0 by the simplest decisions, or the least above it", () => {
    fc.assert(
      fc.property(domains, (domain) => {
        const simplest = domain.flatMap(({ from, to }) => (to < 0n ? [] : [from < 0n ? 0n : from]))[0]
        fc.pre(simplest !== undefined)
        expect(numberOf(domain, () => 0n)).toBe(simplest)
      }),
    )
  })
})
