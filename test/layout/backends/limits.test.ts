import { expect, test } from "vitest"
import { toHexpat } from "../../../src/layout/backends/hexpat.js"
import { toKaitai } from "../../../src/layout/backends/kaitai.js"
import { toWireshark } from "../../../src/layout/backends/wireshark.js"
import * as L from "../../../src/layout/index.js"

const entries = L.chain("entriesFit", {
  doc: "Entries back to back.",
  header: L.struct("An entry.", {
    kind: L.enumeration({ one: 1, two: 2 }, "Which."),
    size: L.u8("How much follows.", "bytes"),
  }),
  length: "size",
  most: 255,
  begins: "whole",
})

const looking = L.layout("looking", {
  title: "Looking",
  doc: "What follows depends on the bytes of a run.",
  limit: 100,
  fields: {
    size: L.lengthOf("data", "How much.", L.u8),
    data: L.run("The run."),
    more: L.optional(L.scanned({ op: "part", path: "data" }, entries), L.u8("Only behind entries.")),
  },
})

test.each([
  ["Kaitai Struct", toKaitai, "cannot be said in Kaitai Struct"],
  ["ImHex", toHexpat, "cannot be said in a pattern"],
])("%s is refused what it cannot say", (_, write, message) =>
  expect(() => write(looking, { origin: "A test." })).toThrow(message),
)

test("a dissector looks at the bytes all the same", () =>
  expect(toWireshark(looking, { origin: "A test." })).toContain("whole_entries("))

const strength = L.wordsParameter("strength", {
  words: ["fast", "deep-down"],
  default: ["fast"],
  doc: "What it is for.",
})
const width = L.numberParameter("width", { default: 3, doc: "How wide." })

const told = L.layout("told", {
  title: "Told",
  doc: "What is there, the receiver is told.",
  limit: 100,
  fields: {
    and: L.u8("A field with a keyword's name."),
    deep: L.optional(L.listed(strength, "deep-down"), L.u8("Deep.")),
    wide: L.optional(L.above(L.larger(width, L.field("and")), 2), L.u8("Wide.")),
  },
})

test("parameters of every kind, keywords and larger numbers are said in each language", () => {
  const ksy = toKaitai(told, { origin: "A test." })
  expect(ksy).toContain("id: strength_deep_down\n    type: bool")
  expect(ksy).toContain("id: width\n    type: s8")
  expect(ksy).toContain("_root.strength_deep_down")
  expect(ksy).toContain("id: and_no2")
  const pattern = toHexpat(told, { origin: "A test." })
  expect(pattern).toContain("#define STRENGTH_DEEP_DOWN false")
  expect(pattern).toContain("#define WIDTH 3")
  expect(pattern).toContain("u8 and;")
  const script = toWireshark(told, { origin: "A test." })
  expect(script).toContain(
    'protocol.prefs.strength_deep_down = Pref.bool("strength: deep-down", false, "What it is for.")',
  )
})
