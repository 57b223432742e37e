import fc from "fast-check"
import { expect, test } from "vitest"
import { describe as documentOf, encode, interpret, type Layout } from "../../src/layout/index.js"
import type { Arguments } from "../../src/layout/parameters.js"
import { planOf, scopesOf } from "../../src/layout/plan.js"
import { rulesOf } from "../../src/layout/rules.js"
import { Violation } from "../../src/violation/violation.js"
import { compiled } from "../support/compiled.js"
import { layoutArguments, layouts } from "../support/layouts.js"
import { statesOf } from "../support/states.js"

/** What must be the same of two violations. */
const plain = (violation: unknown) => {
  if (!(violation instanceof Violation)) return undefined
  const { code, rule, path, offset, length, actual, expected } = violation
  return { code, rule, path, offset, length, actual, expected }
}

interface Sample {
  readonly layout: Layout
  readonly given: Arguments
  readonly blobs: readonly Uint8Array[]
}

/** A blob with one byte changed, or a few more or less of them. */
const edited = (blob: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc
      .tuple(fc.nat(Math.max(blob.length - 1, 0)), fc.oneof(fc.nat(3), fc.nat(255)))
      .map(([at, value]) => blob.map((byte, index) => (index === at ? value : byte))),
    fc.nat(blob.length).map((size) => blob.slice(0, size)),
    fc.uint8Array({ minLength: 1, maxLength: 9 }).map((more) => Uint8Array.from([...blob, ...more])),
  )

const blobsOf = (layout: Layout, given: Arguments): fc.Arbitrary<readonly Uint8Array[]> =>
  fc.array(statesOf(layout, given), { minLength: 4, maxLength: 8, size: "max" }).chain((states) => {
    const encoded = states.map((state) => encode(layout, state, given)).filter((blob) => blob instanceof Uint8Array)
    const edits = encoded.flatMap((blob) => [edited(blob), edited(blob), edited(blob)])
    return fc
      .tuple(fc.array(fc.uint8Array({ maxLength: planOf(layout).size + 20 }), { maxLength: 3 }), ...edits)
      .map(([random, ...all]) => [...encoded, ...all, ...random])
  })

const samples: fc.Arbitrary<Sample> = fc
  .tuple(layouts, layoutArguments)
  .chain(([layout, given]) => blobsOf(layout, given).map((blobs) => ({ layout, given, blobs })))

const counts = { layouts: 0, blobs: 0, accepted: 0 }

const expectAgreement = ({ layout, given, blobs }: Sample): void => {
  counts.layouts++
  const [decode, judge, collect] = [compiled(layout), compiled(layout, "verdict"), compiled(layout, "violations")]
  for (const blob of blobs) {
    counts.blobs++
    const { violations, claims, state } = interpret(layout, blob, given)
    const decoded = decode(blob, given, false)
    expect(plain(decoded)).toEqual(plain(violations[0]))
    expect(plain(judge(blob, given, false))).toEqual(plain(violations[0]))
    const collected = collect(blob, given, false)
    expect(Array.isArray(collected) && collected.map(plain)).toEqual(violations.map(plain))
    if (violations.length > 0) continue
    counts.accepted++
    expect(decoded).toEqual(state)
    expect(encode(layout, decoded, given)).toEqual(blob)
    let end = 0
    for (const { offset, length } of [...claims].sort((one, other) => one.offset - other.offset)) {
      expect(offset).toBe(end)
      end = offset + length
    }
    expect(end).toBe(blob.length)
  }
  const text = documentOf(layout)
  for (const scope of scopesOf(planOf(layout)))
    for (const { path } of scope.fields) expect(text).toContain(`| \`${path}\` |`)
  for (const { id } of rulesOf(layout)) expect(text).toContain(`| \`${id}\` | `)
}

const { LAYOUTS } = process.env
const numRuns = Number(LAYOUTS ?? 300)

test("interpreter, all emitted functions, encoder and document of any layout agree", { timeout: 3_600_000 }, () => {
  fc.assert(fc.property(samples, expectAgreement), { numRuns, endOnFailure: true })
  expect(counts.accepted).toBeGreaterThan(counts.layouts)
  if (LAYOUTS !== undefined) process.stdout.write(`${JSON.stringify(counts)}\n`)
})
