import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { FuzzerRandom, widthOf } from "../../src/testing/fuzzer-random.js"

const input = fc.uint8Array({ maxLength: 24 })

/** The number of little-endian bytes, and zeros behind them. */
const numberOf = (bytes: Uint8Array, width: number): bigint =>
  Array.from({ length: width }, (_, at) => BigInt(bytes[at] ?? 0) << BigInt(8 * at)).reduce(
    (sum, part) => sum + part,
    0n,
  )

/** Counts around those at which one more byte is needed, with the bytes that they take. */
const widths: readonly (readonly [count: bigint, width: number])[] = [
  [1n, 0],
  [2n, 1],
  [3n, 1],
  [2n ** 8n, 1],
  [2n ** 8n + 1n, 2],
  [2n ** 16n, 2],
  [2n ** 16n + 1n, 3],
  [2n ** 24n, 3],
  [2n ** 24n + 1n, 4],
  [2n ** 32n, 4],
  [2n ** 32n + 1n, 5],
  [2n ** 40n, 5],
  [2n ** 53n, 7],
  [2n ** 54n, 7],
  [2n ** 64n, 8],
  [2n ** 64n + 1n, 9],
  [2n ** 128n, 16],
]

describe("a choice among n", () => {
  test.each(widths)("of %s takes %i bytes", (count, width) => {
    expect(widthOf(count)).toBe(width)
    fc.assert(
      fc.property(input, fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (bytes, min) => {
        const random = new FuzzerRandom(bytes)
        expect(random.nextBigInt(min, min + count - 1n)).toBe(min + (numberOf(bytes, width) % count))
        expect(random.position).toBe(Math.min(bytes.length, width))
      }),
      { numRuns: 30 },
    )
  })

  test.each(widths.filter(([count]) => count <= 2n ** 53n))(
    "of %s is the same in numbers, of %i bytes",
    (count, width) => {
      const mins = fc.constantFrom(0, 1, -1, -(2 ** 31), Number.MIN_SAFE_INTEGER)
      fc.assert(
        fc.property(input, mins, (bytes, min) => {
          fc.pre(BigInt(min) + count - 1n <= Number.MAX_SAFE_INTEGER)
          const random = new FuzzerRandom(bytes)
          expect(random.nextInt(min, min + Number(count) - 1)).toBe(
            Number(BigInt(min) + (numberOf(bytes, width) % count)),
          )
          expect(random.position).toBe(Math.min(bytes.length, width))
        }),
        { numRuns: 30 },
      )
    },
  )

  test("reaches both ends of the safe integers", () => {
    const [low, high] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    const bytesOf = (index: bigint) =>
      Uint8Array.from({ length: 7 }, (_, at) => Number((index >> BigInt(8 * at)) & 255n))
    expect(new FuzzerRandom(bytesOf(0n)).nextInt(low, high)).toBe(low)
    expect(new FuzzerRandom(bytesOf(2n ** 54n - 2n)).nextInt(low, high)).toBe(high)
    expect(new FuzzerRandom(bytesOf(2n ** 53n - 1n)).nextInt(low, high)).toBe(0)
    expect(new FuzzerRandom(bytesOf(2n ** 53n)).nextInt(low, high)).toBe(1)
  })
})

describe("the other numbers", () => {
  test("are those of fast-check's own", () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const random = () => new FuzzerRandom(bytes)
        expect(random().nextInt()).toBe(Number(numberOf(bytes, 4)) - 2 ** 31)
        expect(random().nextBoolean()).toBe(numberOf(bytes, 1) % 2n === 1n)
        expect(random().next(5)).toBe(Number(numberOf(bytes, 1) % 32n))
        expect(random().next(32)).toBe(Number(numberOf(bytes, 4)))
        const double = random().nextDouble()
        expect(double).toBe(Number(numberOf(bytes, 7) % 2n ** 53n) / 2 ** 53)
        expect(double >= 0 && double < 1).toBe(true)
        expect(random().getState()).toBeUndefined()
      }),
    )
    expect(new FuzzerRandom(new Uint8Array(8).fill(255)).nextDouble()).toBeLessThan(1)
  })

  test("are taken without a look at the source that fast-check wants", () => {
    expect(() => new fc.Random(Reflect.get(new FuzzerRandom(new Uint8Array()), "internalRng")).nextInt(0, 9)).toThrow(
      /past the methods of Random/,
    )
  })
})

describe("bytes that are taken as they are", () => {
  test("are the next ones, and zeros behind the end", () => {
    fc.assert(
      fc.property(input, fc.nat(30), fc.nat(30), (bytes, skipped, length) => {
        const random = new FuzzerRandom(bytes)
        random.take(skipped)
        const expected = [...bytes.subarray(skipped, skipped + length)]
        const taken = random.take(length)
        expect([...taken]).toEqual([...expected, ...new Uint8Array(length - expected.length)])
        expect(random.position).toBe(Math.min(bytes.length, skipped + length))
        bytes.fill(77)
        expect([...taken.subarray(0, expected.length)]).toEqual(expected)
      }),
    )
  })
})

describe("a clone", () => {
  test("goes on from the same byte, and neither moves the other", () => {
    fc.assert(
      fc.property(input, fc.nat(10), fc.nat(10), (bytes, before, after) => {
        const random = new FuzzerRandom(bytes)
        for (let times = 0; times < before; times++) random.nextInt(0, 255)
        const clone = random.clone()
        expect(clone).toBeInstanceOf(FuzzerRandom)
        const mine = Array.from({ length: after }, () => random.nextInt(0, 999))
        expect(clone.position).toBe(Math.min(bytes.length, before))
        expect(Array.from({ length: after }, () => clone.nextInt(0, 999))).toEqual(mine)
        expect(clone.position).toBe(random.position)
      }),
    )
  })

  test("behind the end does so too", () => {
    const random = new FuzzerRandom(new Uint8Array())
    for (let times = 0; times < 6000; times++) random.nextInt(0, 255)
    const clone = random.clone()
    const mine = Array.from({ length: 100 }, () => random.nextInt(0, 255))
    expect(Array.from({ length: 100 }, () => clone.nextInt(0, 255))).toEqual(mine)
    expect(new Set(mine).size).toBeGreaterThan(50)
  })
})

describe("behind the end of the input", () => {
  test("choices are the first ones, for a thousand of them", () => {
    const random = new FuzzerRandom(Uint8Array.of(9))
    expect(random.nextInt(0, 255)).toBe(9)
    for (let times = 0; times < 1000; times++) expect(random.nextInt(3, 300)).toBe(3)
    expect(random.position).toBe(1)
  })

  test("a number that begins inside is filled up with zeros", () => {
    expect(new FuzzerRandom(Uint8Array.of(1, 2)).nextInt(0, 2 ** 32 - 1)).toBe(0x201)
    expect(new FuzzerRandom(Uint8Array.of(1, 2)).nextBigInt(0n, 2n ** 64n - 1n)).toBe(0x201n)
  })

  test("every number comes after any others in the end", () => {
    const random = new FuzzerRandom(new Uint8Array())
    const pairs = new Set<number>()
    const numbers = Array.from({ length: 1_000_000 }, () => random.nextInt(0, 255))
    for (const [index, number] of numbers.entries()) pairs.add(256 * number + (numbers[index + 1] ?? 0))
    expect(pairs.size).toBe(65536)
    const wide = new Set(Array.from({ length: 20_000 }, () => random.nextInt(0, 2 ** 32 - 1)))
    expect(wide.size).toBeGreaterThan(19_900)
    const bits = Array.from({ length: 10_000 }, () => Number(random.nextBoolean()))
    expect(bits.reduce((sum, bit) => sum + bit, 0)).toBeGreaterThan(4_500)
    expect(bits.reduce((sum, bit) => sum + bit, 0)).toBeLessThan(5_500)
  })
})
