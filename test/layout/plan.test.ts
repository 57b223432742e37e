import { describe, expect, test } from "vitest"
import { layout, lengthOf, magic, pointerTo, run, struct } from "../../src/layout/fields.js"
import { isSizing, known, planOf } from "../../src/layout/plan.js"
import { rulesOf } from "../../src/layout/rules.js"
import type { Fields } from "../../src/layout/types.js"
import { formats } from "../../src/spice/formats.js"
import { sample } from "./layouts.js"

const layoutOf = (fields: Fields) => layout("test", { title: "Test", doc: "", limit: 100, fields })

describe("a plan", () => {
  test("lays fields flat, packed and in order", () => {
    expect(planOf(sample).fields.map(({ path, offset, size }) => [path, offset, size])).toEqual([
      ["magic", 0, 4],
      ["version", 4, 4],
      ["flag", 8, 1],
      ["kind", 9, 1],
      ["near", 10, 2],
      ["serials[0]", 12, 8],
      ["serials[1]", 20, 8],
      ["inner.name_size", 28, 4],
      ["inner.name_ptr", 32, 4],
      ["message_size", 36, 4],
      ["message_ptr", 40, 4],
      ["list_ptr", 44, 4],
    ])
    expect(planOf(sample).size).toBe(48)
  })

  test("has the parts in the order of their pointers", () => {
    expect(planOf(sample).parts.map(({ path, kind }) => [path, kind])).toEqual([
      ["inner.name", "run"],
      ["message", "run"],
      ["list", "list"],
    ])
  })

  test("has them so wherever the structs that hold their pointers stand", () => {
    const part = (to: string) => ({ size: lengthOf(to, ""), ptr: pointerTo(to, run(), "") })
    const plan = planOf(layoutOf({ ...part("first"), inner: struct("", part("second")) }))
    expect(plan.parts.map(({ path }) => path)).toEqual(["first", "inner.second"])
  })

  test.each([
    ["the main format", formats.main, 65],
    ["the display format", formats.display, 80],
    ["the inputs format", formats.inputs, 10],
    ["the spicevmc format", formats.spicevmc, 33],
    ["the smartcard format", formats.smartcard, 42],
  ])("of %s has the size that spice-protocol gives it", (_, layout, size) => {
    expect(planOf(layout).size).toBe(size)
  })

  test("says which numbers are sizes, pointers and counts", () => {
    const plan = planOf(sample)
    const sizing = ["inner.name_size", "inner.name_ptr", "message_size", "message_ptr", "list_ptr", "list.count"]
    expect(sizing.filter((path) => isSizing(plan, path))).toEqual(sizing)
    expect(["near", "list", "magic", "message"].filter((path) => isSizing(plan, path))).toEqual([])
  })
})

describe("a magic", () => {
  test("is its characters in the order of the wire", () => {
    expect(magic("DCMD", "").value).toBe(0x444d4344)
  })

  test("of eight characters has 64 bits", () => {
    expect(magic("ABCDEFGH", "")).toMatchObject({ value: 0x4847464544434241n, bits: 64 })
  })

  test.each(["", "ABC", "ABCDEFGHI"])("cannot be %j", (text) => {
    expect(() => magic(text, "")).toThrow(`a magic has 1, 2, 4 or 8 characters, not ${text.length}`)
  })
})

describe("rules", () => {
  test("have a sentence, a consequence and an id of their format or of a part of it", () => {
    for (const layout of Object.values(formats))
      for (const { id, requirement, consequence } of rulesOf(layout)) {
        expect(id).toMatch(/^(main|display|inputs|spicevmc|smartcard|char-device)\/[a-z-]+$/)
        expect(requirement).toMatch(/^[A-Z].*\.$/)
        expect(consequence).toMatch(/^(?:[A-Z]|memcpy).*\.$/)
      }
  })
})

test("what must be known and is not is a programming error", () => {
  expect(known(new Map([["a", 0]]), "a")).toBe(0)
  expect(() => known(new Map<string, number>(), "a")).toThrow("nothing is known of a")
})
