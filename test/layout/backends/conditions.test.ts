import { describe, expect, test, vi } from "vitest"
import { toHexpat } from "../../../src/layout/backends/hexpat.js"
import { toKaitai } from "../../../src/layout/backends/kaitai.js"
import * as L from "../../../src/layout/index.js"
import { asState, kaitaiParser } from "../../support/kaitai.js"

/** Other programs run here: that takes its time on a machine that is busy. */
vi.setConfig({ testTimeout: 120_000 })

/** Whether a part is there depends on an enumeration, a flag, and a member of a struct. */
const layout = L.layout("conditions", {
  title: "Conditions",
  doc: "Parts that depend on other fields.",
  limit: 100,
  fields: {
    kind: L.enumeration({ one: 1, two: 2 }, "A kind."),
    marks: L.bits({ on: L.flag("On."), some: L.bit(3, "Some."), rest: L.reserved(4) }, "Marks."),
    inner: L.struct("Inner", {
      level: L.u8("A level."),
      deep: L.struct("Deep", { kind: L.enumeration({ low: 0, high: 9 }, "How.") }),
    }),
    byKind: L.optional(L.equal(L.field("kind"), "two"), L.u8("There for two.")),
    byFlag: L.optional(L.equal(L.field("marks.on"), 1), L.u8("There where it is on.")),
    byBits: L.optional(L.above(L.field("marks.some"), 4), L.u8("There for more than four.")),
    byLevel: L.optional(L.not(L.equal(L.field("inner.level"), 0)), L.u8("There on a level.")),
    byDeep: L.optional(
      L.any(
        L.equal(L.field("inner.deep.kind"), "high"),
        L.all(L.equal(L.field("kind"), "two"), L.equal(L.field("inner.level"), 7)),
      ),
      L.u8("There for high."),
    ),
  },
})

const blobs = [
  { says: "nothing", bytes: [1, 0, 0, 0] },
  { says: "the kind", bytes: [2, 0, 0, 0, 11] },
  { says: "the flag", bytes: [1, 1, 0, 0, 12] },
  { says: "the bits", bytes: [1, 10, 0, 0, 13] },
  { says: "the level", bytes: [1, 0, 3, 0, 14] },
  { says: "the inner kind", bytes: [1, 0, 0, 9, 15] },
  { says: "all of them", bytes: [2, 11, 7, 9, 11, 12, 13, 14, 15] },
]

describe("parts that depend on other fields", () => {
  test.each(blobs)("are read by Kaitai's parser as by the interpreter where $says asks for them", async ({ bytes }) => {
    const blob = Uint8Array.from(bytes)
    const { state, violations } = L.interpret(layout, blob)
    expect(violations).toEqual([])
    const parser = await kaitaiParser(toKaitai(layout, { origin: "A test." }))
    expect(asState(parser(blob, []), state, layout.struct)).toEqual(state)
  })

  test("have their conditions in ImHex's pattern, names as numbers", () => {
    const pattern = toHexpat(layout, { origin: "A test." })
    for (const condition of [
      "kind == 2",
      "marks.on == 1",
      "marks.some > 4",
      "inner.level != 0",
      "inner.deep.kind == 9",
    ])
      expect(pattern).toContain(condition)
  })
})
