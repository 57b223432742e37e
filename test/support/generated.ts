import fc from "fast-check"
import { expect } from "vitest"
import { encode, interpret, type Layout } from "../../src/layout/index.js"
import type { Arguments } from "../../src/layout/parameters.js"
import {
  arbitraryOf,
  attacksOf,
  blobsOf,
  fromFuzzerBytes,
  mutationsOf,
  settingOf,
  toFuzzerBytes,
  witnessesOf,
} from "../../src/testing/index.js"
import { Violation } from "../../src/violation/violation.js"
import { compiled } from "./compiled.js"
import { statesOf } from "./states.js"

const plain = (violation: unknown) => {
  if (!(violation instanceof Violation)) return undefined
  const { code, rule, path, offset, length, actual, expected } = violation
  return { code, rule, path, offset, length, actual, expected }
}

/** Expects that no blob is valid: none of some random states has one. */
const expectNone = (layout: Layout, given: Arguments, seed: number): void => {
  for (const state of fc.sample(statesOf(layout, given), { seed, numRuns: 100 })) {
    const blob = encode(layout, state, given)
    if (blob instanceof Uint8Array) expect(interpret(layout, blob, given, { claims: false }).violations).not.toEqual([])
  }
}

/** The blobs of a layout, or nothing where its rules and the arguments leave none. */
const blobsIn = (layout: Layout, given: Arguments) => {
  try {
    return blobsOf(layout, given)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return undefined
  }
}

/** What was generated for a layout. */
export interface Generated {
  readonly blobs: number
  /** Blobs that the input of a fuzzer was found for. */
  readonly followed: number
  /** The rules that witnesses break, with the fields. */
  readonly broken: readonly string[]
  /** Inputs that the interpreter and the emitted decoder judged alike. */
  readonly judged: number
}

/**
 * Expects all that is generated for a layout to be what it says it is: blobs and states are valid, each witness breaks
 * its rule and no other, and both judges agree on them, on attacks and on mutations. Gives undefined where no blob is
 * valid.
 */
export const expectGenerated = (layout: Layout, given: Arguments, seed: number): Generated | undefined => {
  const blobs = blobsIn(layout, given)
  if (blobs === undefined) {
    expectNone(layout, given, seed)
    return undefined
  }
  const counts = { followed: 0, judged: 0 }
  const decode = compiled(layout)
  const judge = (blob: Uint8Array, with_: Arguments) => {
    counts.judged++
    const { violations } = interpret(layout, blob, with_, { claims: false })
    expect(plain(decode(blob, with_, false))).toEqual(plain(violations[0]))
    return violations
  }
  const [first = new Uint8Array(), ...others] = fc.sample(blobs, { seed, numRuns: 4 })
  for (const blob of [first, ...others]) {
    expect(judge(blob, given)).toEqual([])
    const bytes = toFuzzerBytes(blobs, blob)
    if (bytes === undefined) continue
    counts.followed++
    expect(fromFuzzerBytes(blobs)(bytes).value).toEqual(blob)
  }
  for (const state of fc.sample(arbitraryOf(layout, given) as fc.Arbitrary<unknown>, { seed, numRuns: 2 })) {
    const blob = encode(layout, state, given)
    if (blob instanceof Violation) expect.fail(blob.message)
    expect(judge(blob, given)).toEqual([])
    expect(interpret(layout, blob, given).state).toEqual(state)
  }
  const witnesses = witnessesOf(layout, given)
  for (const { rule, bytes, arguments: own } of witnesses) {
    expect([...new Set(judge(bytes, own).map((violation) => violation.rule))]).toEqual([rule])
  }
  for (const attack of fc.sample(attacksOf(layout, given), { seed, numRuns: 20 })) judge(attack, given)
  for (const { bytes } of mutationsOf(settingOf(layout, given), first)) judge(bytes, given)
  return { ...counts, blobs: 1 + others.length, broken: witnesses.map(({ rule, path }) => `${rule} ${path}`) }
}
