import pc from "picocolors"
import { expect, test } from "vitest"
import type { Claim } from "../../src/layout/interpret.js"
import { annotatedHex } from "../../src/report/hex.js"
import { structure } from "../../src/spice/structure.js"
import { Violation } from "../../src/violation/violation.js"

const run = (path: string, offset: number, length: number): Claim => ({
  path,
  offset,
  length,
  type: undefined,
  value: undefined,
})

const labels = (size: number, claims: readonly Claim[]): readonly string[] =>
  [...annotatedHex(new Uint8Array(size), claims, [], pc.createColors(false))].map((line) => line.slice(31))

test("claims are shown in the order of their bytes, whichever was made first", () => {
  expect(labels(9, [run("c", 6, 3), run("a", 0, 2), run("b", 2, 4)])).toEqual([
    "a, 2 bytes",
    "b, 4 bytes",
    "c, 3 bytes",
  ])
})

test("bytes before, between and behind claims are unclaimed", () => {
  expect(labels(10, [run("b", 6, 1), run("a", 2, 3)])).toEqual([
    "unclaimed, 2 bytes",
    "a, 3 bytes",
    "unclaimed, 1 byte",
    "b, 1 byte",
    "unclaimed, 3 bytes",
  ])
})

test("violations of one place stay in their order, below it", () => {
  const place = { path: "a", offset: 1, length: 1 }
  const violations = [structure.overlap, structure.gap].map((check) => new Violation(check, place))
  const lines = [...annotatedHex(Uint8Array.of(7, 8), [run("a", 0, 2)], violations, pc.createColors(false))]
  expect(lines.map((line) => line.slice(0, 24).trimEnd())).toEqual([
    "0000  07 08",
    "      ^ overlap layout/o",
    "        Consequence: The",
    "      ^ unclaimed-bytes",
    "        Consequence: Byt",
  ])
})
