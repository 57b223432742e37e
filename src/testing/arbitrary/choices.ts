import type * as fc from "fast-check"
import { viewOf } from "../../violation/bytes.js"
import { FuzzerRandom } from "../fuzzer-random.js"

/**
 * Where a procedure that makes a value takes its decisions from. The smallest number is the simplest decision: a
 * procedure that gets nothing but zeros makes its simplest value.
 */
export interface Choices {
  /** A number from 0 to `count` - 1. */
  readonly below: (count: bigint) => bigint
  readonly bytes: (length: number) => Uint8Array
}

/** Writes decisions down: a number below `count`, or bytes. */
export interface Notes {
  readonly number: (count: bigint, choice: bigint) => void
  readonly bytes: (bytes: Uint8Array) => void
}

/** Decisions that were made: the numbers, and apart from them all bytes. */
export interface Tape {
  readonly numbers: readonly bigint[]
  readonly bytes: readonly Uint8Array[]
}

/** Decisions by chance, or by the bytes of a fuzzer's input. */
export const choicesOf = (random: fc.Random): Choices => ({
  below: (count) =>
    count <= 2n ** 32n ? BigInt(random.nextInt(0, Number(count - 1n))) : random.nextBigInt(0n, count - 1n),
  bytes: (length) => (random instanceof FuzzerRandom ? random.take(length) : randomBytes(random, length)),
})

const randomBytes = (random: fc.Random, length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  const view = viewOf(bytes)
  let at = 0
  for (; at + 4 <= length; at += 4) view.setUint32(at, random.nextInt(0, 2 ** 32 - 1))
  for (; at < length; at++) view.setUint8(at, random.nextInt(0, 255))
  return bytes
}

/** What is noted, if it leads to a value. */
export const tapeOf = (follow: (notes: Notes) => boolean): Tape | undefined => {
  const numbers: bigint[] = []
  const bytes: Uint8Array[] = []
  const followed = follow({
    number: (_, choice) => numbers.push(choice),
    bytes: (run) => bytes.push(run),
  })
  return followed ? { numbers, bytes } : undefined
}

/** Whether the first decision in which two tapes differ is simpler in the first one. */
export const isSimpler = (one: Tape, other: Tape): boolean => {
  const runs = Array.from({ length: Math.max(one.bytes.length, other.bytes.length) }, (_, index) => index)
  const order = [
    difference(one.numbers, other.numbers),
    ...runs.map((index) => difference(one.bytes[index] ?? [], other.bytes[index] ?? [])),
  ]
  return (order.find((sign) => sign !== 0) ?? 0) < 0
}

/** The sign of the first difference of two lists of numbers; missing ones are 0. */
const difference = (left: ArrayLike<number | bigint>, right: ArrayLike<number | bigint>): number => {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [mine, theirs] = [left[index] ?? 0, right[index] ?? 0]
    if (mine < theirs) return -1
    if (mine > theirs) return 1
  }
  return 0
}
