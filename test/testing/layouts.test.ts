import fc from "fast-check"
import { expect, test } from "vitest"
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
import { compiled } from "../support/compiled.js"
import { layoutArguments, layouts } from "../support/layouts.js"

/** What is generated for a layout that nobody has seen before. */

const plain = (violation: unknown) => {
  if (!(violation instanceof Violation)) return undefined
  const { code, rule, path, offset, length, actual, expected } = violation
  return { code, rule, path, offset, length, actual, expected }
}

const counts = { layouts: 0, empty: 0, blobs: 0, followed: 0, witnesses: 0, judged: 0 }

/** The blobs of a layout, or nothing where its rules and the arguments leave none. */
const blobsIn = (layout: Layout, given: Arguments) => {
  try {
    return blobsOf(layout, given)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    counts.empty++
    return undefined
  }
}

const expectGenerated = (layout: Layout, given: Arguments, seed: number): void => {
  counts.layouts++
  const blobs = blobsIn(layout, given)
  if (blobs === undefined) return
  const decode = compiled(layout)
  const judge = (blob: Uint8Array, with_: Arguments) => {
    counts.judged++
    const { violations } = interpret(layout, blob, with_, { claims: false })
    expect(plain(decode(blob, with_, false))).toEqual(plain(violations[0]))
    return violations
  }
  const [first = new Uint8Array(), ...others] = fc.sample(blobs, { seed, numRuns: 4 })
  for (const blob of [first, ...others]) {
    counts.blobs++
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
  for (const { rule, bytes, arguments: own } of witnessesOf(layout, given)) {
    counts.witnesses++
    expect([...new Set(judge(bytes, own).map((violation) => violation.rule))]).toEqual([rule])
  }
  for (const attack of fc.sample(attacksOf(layout, given), { seed, numRuns: 20 })) judge(attack, given)
  for (const { bytes } of mutationsOf(settingOf(layout, given), first)) judge(bytes, given)
}

const { LAYOUTS } = process.env
/** Beside the tests, some layouts that are always the same; LAYOUTS asks for more, by chance. */
const size = LAYOUTS === undefined ? { numRuns: 8, seed: 1 } : { numRuns: Number(LAYOUTS) }

test("blobs of any layout are valid, its witnesses break what they name, all judges agree", {
  timeout: 3_600_000,
}, () => {
  fc.assert(fc.property(layouts, layoutArguments, fc.integer(), expectGenerated), { ...size, endOnFailure: true })
  expect(counts.followed).toBeGreaterThan(0.5 * counts.blobs)
  if (LAYOUTS !== undefined) process.stdout.write(`${JSON.stringify(counts)}\n`)
})
