import type * as fc from "fast-check"
import { cut } from "../violation/bytes.js"
import { procedureOf } from "./arbitrary/choice-arbitrary.js"
import { FuzzerRandom, widthOf } from "./fuzzer-random.js"

/**
 * A value that a fuzzer's input stands for.
 *
 * @since 0.3.0
 */
export interface Drawn<T> {
  readonly value: T
  /** What of the input no decision was taken from: a view of it, to be used as raw payload. */
  readonly tail: Uint8Array
}

/**
 * Lets a coverage-guided fuzzer steer an arbitrary of fast-check: the input's bytes are its choices. A choice among n
 * takes as few bytes as n needs, the least significant first, modulo n; what has one possible outcome takes none.
 * The same bytes always give the same value, without a bias. Behind the input's end every choice is the
 * first one; an arbitrary that is not content with that (it filters, or wants distinct values) gets numbers from a
 * fixed sequence after a while, so that it comes to an end.
 *
 * @param arbitrary - any arbitrary of fast-check
 * @returns a function from bytes to a value and the bytes that are left
 * @example
 * const point = fromFuzzerBytes(fc.tuple(fc.nat(255), fc.nat(65535)))
 * point(Uint8Array.of(7, 1, 2, 99))
 * // { value: [7, 513], tail: Uint8Array.of(99) }
 * @since 0.3.0
 */
export const fromFuzzerBytes =
  <T>(arbitrary: fc.Arbitrary<T>): ((bytes: Uint8Array) => Drawn<T>) =>
  (bytes) => {
    const random = new FuzzerRandom(cut(bytes, 0, bytes.length, false))
    const { value } = arbitrary.generate(random, undefined)
    return { value, tail: cut(bytes, random.position, bytes.length - random.position, true) }
  }

/**
 * The bytes of which {@link fromFuzzerBytes} makes a value, for seeding a fuzzer with what was captured. It takes an
 * arbitrary that knows the way back, as {@link arbitraryOf} and {@link blobsOf} do.
 *
 * @param arbitrary - an arbitrary of this package
 * @param value - what it is to make
 * @returns the bytes, or undefined where the arbitrary never makes the value or does not know the way back
 * @example
 * const blobs = blobsOf(layouts.inputs)
 * const bytes = toFuzzerBytes(blobs, readFileSync("corpus/inputs/genuine/inputs-base.bin"))
 * bytes && fromFuzzerBytes(blobs)(bytes).value.length
 * // 10
 * @since 0.3.0
 */
export const toFuzzerBytes = <T>(arbitrary: fc.Arbitrary<T>, value: T): Uint8Array | undefined => {
  const bytes: number[] = []
  const followed = procedureOf(arbitrary)?.follow(value, {
    number: (count, choice) => {
      for (let at = 0; at < widthOf(count); at++) bytes.push(Number((choice >> BigInt(8 * at)) & 0xffn))
    },
    bytes: (run) => {
      for (const byte of run) bytes.push(byte)
    },
  })
  return followed === true ? Uint8Array.from(bytes) : undefined
}
