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

/** The same decisions, written down as they are made. */
export const noting = (choices: Choices): { readonly choices: Choices; readonly tape: Tape } => {
  const numbers: bigint[] = []
  const bytes: Uint8Array[] = []
  const noted = <T>(value: T, list: T[]): T => {
    list.push(value)
    return value
  }
  return {
    choices: {
      below: (count) => noted(choices.below(count), numbers),
      bytes: (length) => noted(choices.bytes(length), bytes),
    },
    tape: { numbers, bytes },
  }
}

/** The decisions of a tape again, as far as they can be made now, and zeros behind its end. */
export const replaying = ({ numbers, bytes }: Tape): Choices => {
  let numbersMade = 0
  let bytesMade = 0
  return {
    below: (count) => {
      const number = numbers[numbersMade++] ?? 0n
      return number < count ? number : count - 1n
    },
    bytes: (length) => {
      const made = new Uint8Array(length)
      made.set(bytes[bytesMade++]?.subarray(0, length) ?? [])
      return made
    },
  }
}

/** Tapes that differ from one in decisions made simpler, those that change most first. */
export function* simplified({ numbers, bytes }: Tape): Generator<Tape> {
  for (let kept = 0; kept < numbers.length; kept = Math.ceil((kept + numbers.length) / 2))
    yield { numbers: numbers.slice(0, kept), bytes }
  for (const [index, number] of numbers.entries())
    for (const less of halvesOf(number)) yield { numbers: numbers.with(index, number - less), bytes }
  for (const [index, run] of bytes.entries())
    for (const zeroed of zeroedIn(run)) yield { numbers, bytes: bytes.with(index, zeroed) }
}

/** A number, its half, the half of that and so on, away from 0. */
export function* halvesOf(number: bigint): Generator<bigint> {
  for (let left = number; left !== 0n; left /= 2n) yield left
}

/** A run is looked at in no more windows of the same width. */
const mostWindows = 32

/** Where a run, its halves, their halves and so on lie. */
export function* windowsOf(length: number, least = length / mostWindows): Generator<readonly [number, number]> {
  for (let width = length; width >= Math.max(least, 1); width = width === 1 ? 0 : Math.ceil(width / 2))
    for (let from = 0; from < length; from += width) yield [from, Math.min(from + width, length)]
}

/** Copies of bytes with some of them made 0. */
export function* zeroedIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (const [from, to] of windowsOf(bytes.length))
    if (bytes.subarray(from, to).some((byte) => byte > 0)) yield bytes.slice().fill(0, from, to)
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
