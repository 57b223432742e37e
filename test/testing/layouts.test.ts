import fc from "fast-check"
import { expect, test } from "vitest"
import { expectGenerated } from "../support/generated.js"
import { layoutArguments, layouts } from "../support/layouts.js"

/** What is generated for a layout that nobody has seen before. */

const counts = { layouts: 0, empty: 0, blobs: 0, followed: 0, witnesses: 0, judged: 0 }

const expectAll = (...all: Parameters<typeof expectGenerated>): void => {
  const generated = expectGenerated(...all)
  counts.layouts++
  counts.empty += Number(generated === undefined)
  counts.blobs += generated?.blobs ?? 0
  counts.followed += generated?.followed ?? 0
  counts.witnesses += generated?.broken.length ?? 0
  counts.judged += generated?.judged ?? 0
}

const { LAYOUTS } = process.env
/** Beside the tests, some layouts that are always the same; LAYOUTS asks for more, by chance. */
const size = LAYOUTS === undefined ? { numRuns: 8, seed: 1 } : { numRuns: Number(LAYOUTS) }

test("blobs of any layout are valid, its witnesses break what they name, all judges agree", {
  timeout: 3_600_000,
}, () => {
  fc.assert(fc.property(layouts, layoutArguments, fc.integer(), expectAll), { ...size, endOnFailure: true })
  expect(counts.followed).toBeGreaterThan(0.5 * counts.blobs)
  if (LAYOUTS !== undefined) process.stdout.write(`${JSON.stringify(counts)}\n`)
})
