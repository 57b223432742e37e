import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import {
  below,
  broken,
  brokenAt,
  type Fault,
  heldAgainst,
  isRefined,
  kept,
  refined,
  together,
} from "../../src/data/refinement.js"
import type { Check } from "../../src/violation/violation.js"

const check = (id: string): Check => ({ id, code: "out-of-range", says: "It must.", without: "It does not." })
const short = check("sample/short")
const lower = check("sample/lower")

const ids = (faults: readonly Fault[]): readonly string[] =>
  faults.map(({ check: { id }, keys }) => [id, ...keys].join(" "))

const wordType = () =>
  refined(
    t.string,
    (value) => (value.length > 3 ? broken(short, value.length, 3) : kept),
    (value) => (value === value.toLowerCase() ? kept : broken(lower)),
  )

describe("what rules say", () => {
  test("is nothing where they are kept, and nobody can add to that nothing", () => {
    expect(kept).toEqual([])
    expect(Object.isFrozen(kept)).toBe(true)
  })

  test("is one fault of the whole, or of one member", () => {
    expect(broken(short, 4, 3)).toEqual([{ check: short, keys: [], actual: 4, expected: 3 }])
    expect(brokenAt("name", short)).toMatchObject([{ check: short, keys: ["name"] }])
  })

  test.each<readonly [string, readonly (readonly Fault[])[], readonly string[]]>([
    ["of no rule is nothing", [], []],
    ["of kept rules is nothing", [kept, kept], []],
    ["of one broken rule is its own", [kept, broken(short), kept], ["sample/short"]],
    ["of several is in their order", [brokenAt("a", short), kept, broken(lower)], ["sample/short a", "sample/lower"]],
    [
      "of three is all",
      [broken(short), broken(lower), broken(short)],
      ["sample/short", "sample/lower", "sample/short"],
    ],
  ])("together %s", (_, said, expected) => {
    expect(ids(together(...said))).toEqual(expected)
  })

  test("together leaves what each of them said as it was", () => {
    const first = broken(short)
    together(first, broken(lower))
    expect(ids(first)).toEqual(["sample/short"])
    expect(kept).toEqual([])
  })

  test("below a member gets the member's key in front", () => {
    expect(ids(below("list", below("0", brokenAt("name", short))))).toEqual(["sample/short list 0 name"])
    expect(below("list", kept)).toEqual([])
  })
})

describe("a value that is held against a rule", () => {
  const held = (text: string) =>
    heldAgainst((value: string) => (value === "" ? [...broken(short), ...broken(lower)] : kept))(text)

  test("is itself if the rule is kept", () => expect(held("x")).toEqual(E.right("x")))

  test("is all that is wrong if not", () => {
    const checked = held("")
    expect(E.isLeft(checked) && ids(checked.left)).toEqual(["sample/short", "sample/lower"])
  })
})

describe("a refined type", () => {
  test.each([
    ["abc", true],
    ["", true],
    ["abcd", false],
    ["ABC", false],
    [5, false],
    [null, false],
    [undefined, false],
  ])("guards and decodes %j alike", (input, expected) => {
    expect(wordType().is(input)).toBe(expected)
    expect(E.isRight(wordType().decode(input))).toBe(expected)
  })

  test("does not ask its rules of what has the wrong type", () => {
    const asked: unknown[] = []
    const type = refined(t.string, (value) => {
      asked.push(value)
      return kept
    })
    expect(type.is(5)).toBe(false)
    expect(E.isLeft(type.decode(null))).toBe(true)
    expect(asked).toEqual([])
  })

  test("refines one that is refined", () => {
    const twice = refined(wordType(), (value) => (value === "no" ? broken(short) : kept))
    expect([twice.is("yes"), twice.is("no"), twice.is("YES"), twice.is(5)]).toEqual([true, false, false, false])
  })

  test("has the name and the encoding of what it refines, and composes with io-ts", () => {
    expect(wordType().name).toBe("string")
    expect(wordType().encode("abc")).toBe("abc")
    expect(t.type({ word: wordType() }).is({ word: "abc" })).toBe(true)
    expect(t.type({ word: wordType() }).is({ word: "abcd" })).toBe(false)
  })

  test("is told from others, those that look like one included", () => {
    const lookalike = Object.assign(new t.Type<string, unknown>("x", t.string.is, t.string.validate, t.identity), {
      type: t.string,
      rules: [],
    })
    expect([isRefined(wordType()), isRefined(t.string), isRefined(lookalike)]).toEqual([true, false, false])
  })
})
