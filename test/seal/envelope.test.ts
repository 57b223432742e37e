import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { emittedSealFiles } from "../../scripts/seal-files.js"
import { sealVectorsInC } from "../../scripts/seal-vectors.js"
import * as L from "../../src/layout/index.js"
import { sealLibrary } from "../../src/seal/c99.js"
import { certifiedLayout, encodeCertifiedHead } from "../../src/seal/certified.js"
import { decodeCertified } from "../../src/seal/emitted/certified.js"
import { decodeEnvelope } from "../../src/seal/emitted/envelope.js"
import { decodeStatement } from "../../src/seal/emitted/statement.js"
import { encodeEnvelopeHead, encodeStatementHead, envelopeLayout, statementLayout } from "../../src/seal/envelope.js"
import { arbitraryOf, attacksOf } from "../../src/testing/index.js"
import { Violation } from "../../src/violation/violation.js"
import { expectGenerated } from "../support/generated.js"

/** With room for a small state only, so that one which is too large can be made. */
const small = (layout: L.Layout): L.Layout => ({
  ...layout,
  limit: { op: "literal", value: layout.format === "certified" ? 20_000 : 2000 },
})

const structural = ["layout/blob-limit ", "layout/fixed-part ", "layout/trailing "]

test.each([
  [
    envelopeLayout,
    [
      "layout/magic magic",
      "layout/version version",
      "layout/part-fits ciphertext_size",
      "layout/gap ciphertext_ptr",
      "layout/pointer-range ciphertext_ptr",
      "envelope/expires-after-sealing sealed_at",
      "envelope/holds-a-statement ciphertext_size",
    ],
  ],
  [
    statementLayout,
    [
      "layout/enumeration agent",
      "layout/part-fits state_size",
      "layout/empty-pointer state_ptr",
      "layout/gap state_ptr",
      "layout/pointer-range state_ptr",
    ],
  ],
  [
    certifiedLayout,
    [
      "layout/magic magic",
      "layout/version version",
      "layout/empty-pointer chain_ptr",
      "layout/gap chain_ptr",
      "layout/gap signature_ptr",
      "layout/gap statement_ptr",
      "layout/overlap signature_ptr",
      "layout/overlap statement_ptr",
      "layout/part-fits chain_size",
      "layout/part-fits signature_size",
      "layout/part-fits statement_size",
      "layout/pointer-range chain_ptr",
      "layout/pointer-range signature_ptr",
      "layout/pointer-range statement_ptr",
      "layout/empty-pointer signature_ptr",
      "certified/chain-limit chain_size",
      "certified/expires-after-sealing sealed_at",
      "certified/holds-a-statement statement_size",
      "certified/signature-limit signature_size",
    ],
  ],
] as const)("what is generated for $format is valid, or breaks what it names", (layout, own) => {
  const { broken = [] } = expectGenerated(small(layout), {}, 1) ?? {}
  expect([...broken].sort()).toEqual([...structural, ...own].sort())
})

describe.each([
  { layout: envelopeLayout, runs: ["ciphertext"], decode: decodeEnvelope, encodeHead: encodeEnvelopeHead },
  { layout: statementLayout, runs: ["state"], decode: decodeStatement, encodeHead: encodeStatementHead },
  {
    layout: certifiedLayout,
    runs: ["chain", "statement", "signature"],
    decode: decodeCertified,
    encodeHead: encodeCertifiedHead,
  },
] as const)("$layout.format", ({ layout, runs, decode, encodeHead }) => {
  test("is judged alike by the interpreter and the emitted decoder", () =>
    fc.assert(
      fc.property(attacksOf(small(layout)), (bytes) => {
        const { violations, state } = L.interpret(layout, bytes, {}, { claims: false })
        const decoded = decode(bytes, false)
        if (decoded instanceof Violation) expect(violations[0]).toEqual(decoded)
        else expect(decoded).toEqual(state)
      }),
    ))

  test("has the head that its encoder writes", () =>
    fc.assert(
      fc.property(arbitraryOf(small(layout)) as fc.Arbitrary<unknown>, (state) => {
        const whole = L.encode(layout, state)
        if (whole instanceof Violation) expect.fail(whole.message)
        const sizes = runs.map((run) => [run, (Reflect.get(Object(state), run) as Uint8Array).length] as const)
        const size = sizes.reduce((sum, [, each]) => sum + each, 0)
        const given = sizes.length === 1 ? size : Object.fromEntries(sizes)
        const head = Reflect.apply(encodeHead, undefined, [state, given]) as Uint8Array
        expect(Buffer.from(head)).toEqual(Buffer.from(whole.subarray(0, head.length)))
        expect(head.length + size).toBe(whole.length)
      }),
    ))
})

test.each([
  ["a salt that is too short", { salt: new Uint8Array(31) }, "salt"],
  ["no time", { sealed_at: undefined }, "sealed_at"],
  ["a number for bytes", { id: 7 }, "id"],
])("no head is written with %s", (_, wrong, path) => {
  const bytes = new Uint8Array(32)
  const fine = { key_id: 1, salt: bytes, commitment: bytes, id: new Uint8Array(16), sealed_at: 1n, expires_at: 2n }
  const bound = { vm: bytes, destination: bytes, connection_id: 1, channel_type: 1, channel_id: 0 }
  expect(() => Reflect.apply(encodeEnvelopeHead, undefined, [{ ...fine, ...bound, ...wrong }, 40])).toThrow(path)
})

const { header, source } = sealLibrary()

test.each<readonly [string, string]>([
  ["c/migration_guard_seal.h", header],
  ["c/migration_guard_seal.c", source],
  sealVectorsInC(),
])("%s is what follows from the declarations", (path, text) =>
  expect(readFileSync(join(root, path), "utf8")).toBe(text),
)

const withoutLayout = (text: string): string => text.replace(/^import .*$/gm, "").replace(/[\s,()]/g, "")

test.each(emittedSealFiles())("%s is what follows from the declarations, but for its formatting", (path, text) => {
  expect(withoutLayout(readFileSync(join(root, path), "utf8"))).toBe(withoutLayout(text))
})
