import { describe, expect, test } from "vitest"
import { chainHolds, chainMended, chainRefused } from "../../src/layout/chain.js"
import * as L from "../../src/layout/index.js"

const chainOf = (header: L.Struct, begins: L.Chain["begins"], most = 4): L.Chain =>
  L.chain("test", { doc: "", header, length: "size", most, begins })

const plain = L.struct("", { size: L.u8("") })
const named = L.struct("", { kind: L.enumeration({ one: 1, two: 2 }, ""), pad: L.bytes(1, ""), size: L.u8("") })
const zero = L.struct("", { kind: L.enumeration({ none: 0, one: 1 }, ""), size: L.u16("") })

const wide = L.struct("", { size: L.u16(""), pad: L.bytes(3, "") })

const chains: readonly (readonly [string, L.Chain])[] = (["whole", "anywhere"] as const).flatMap((begins) => [
  [`plain, ${begins}`, chainOf(plain, begins)] as const,
  [`with names, ${begins}`, chainOf(named, begins)] as const,
  [`with a name for 0, ${begins}`, chainOf(zero, begins)] as const,
  [`whose header is longer than what follows, ${begins}`, chainOf(wide, begins)] as const,
  [`of empty entries, ${begins}`, chainOf(plain, begins, 0)] as const,
])

describe("a chain", () => {
  test.each<[string, L.Struct, L.Chain["begins"], readonly number[], boolean]>([
    ["nothing", plain, "whole", [], true],
    ["an entry", plain, "whole", [1, 9], true],
    ["two entries", plain, "whole", [1, 9, 0], true],
    ["an entry that is cut", plain, "whole", [2, 9], false],
    ["an entry that is too long", plain, "whole", [5, 9, 9, 9, 9, 9], false],
    ["less than a header", named, "whole", [7, 7], true],
    ["another kind", named, "whole", [7, 0, 0], false],
    ["a rest before an entry that must be whole", named, "whole", [9, 1, 0, 0], false],
    ["a rest of any kind", plain, "anywhere", [9, 9, 9, 9, 9], true],
    ["a rest and an entry", plain, "anywhere", [9, 9, 9, 9, 1, 9], true],
    ["a rest that no entry has", plain, "anywhere", [9, 9, 9, 9, 9, 9], false],
  ])("judges %s", (_, header, begins, bytes, holds) =>
    expect(chainHolds(chainOf(header, begins), Uint8Array.from(bytes))).toBe(holds),
  )

  test.each(chains)("%s, has a run that it refuses, and none is shorter", (_, chain) => {
    const refused = chainRefused(chain)
    expect(chainHolds(chain, refused)).toBe(false)
    expect(chainHolds(chain, refused.subarray(1))).toBe(true)
  })

  test.each<[string, L.Struct, readonly number[], readonly number[]]>([
    ["sizes that fit", plain, [4, 9, 9, 9, 9, 7, 0], [4, 9, 9, 9, 9, 1, 0]],
    ["names that there are", named, [2, 7, 9], [2, 7, 0]],
  ])("mends a run and keeps %s", (_, header, run, mended) => {
    expect([...chainMended(chainOf(header, "whole"), Uint8Array.from(run))]).toEqual(mended)
  })

  test.each(chains)("%s, mends every run, changes none that it accepts and keeps its size", (_, chain) => {
    for (let size = 0; size < 24; size++)
      for (const seed of [0, 1, 2, 3, 4, 5, 255]) {
        const run = Uint8Array.from({ length: size }, (_, index) => (seed * (index + 1)) % 256)
        const before = run.slice()
        const mended = chainMended(chain, run)
        expect(chainHolds(chain, mended)).toBe(true)
        expect(mended).toHaveLength(size)
        expect(run).toEqual(before)
        if (chainHolds(chain, run)) expect(mended).toBe(run)
      }
  })
})
