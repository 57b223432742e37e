import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { atKey, concat, holdTo, type Issue, isRefined, issue, issueAt, ok, refined } from "../../src/data/refinement.js"
import type { Rule } from "../../src/violation/violation.js"

const ruleOf = (id: string): Rule => ({
  id,
  code: "out-of-range",
  requirement: "It must.",
  consequence: "It does not.",
})
const short = ruleOf("sample/short")
const lower = ruleOf("sample/lower")

const ids = (faults: readonly Issue[]): readonly string[] =>
  faults.map(({ rule: { id }, keys }) => [id, ...keys].join(" "))

const wordType = () =>
  refined(
    t.string,
    (value) => (value.length > 3 ? issue(short, value.length, 3) : ok),
    (value) => (value === value.toLowerCase() ? ok : issue(lower)),
  )

describe("what rules say", () => {
  test("is nothing where they are kept, and nobody can add to that nothing", () => {
    expect(ok).toEqual([])
    expect(Object.isFrozen(ok)).toBe(true)
  })

  test("is one fault of the whole, or of one member", () => {
    expect(issue(short, 4, 3)).toEqual([{ rule: short, keys: [], actual: 4, expected: 3 }])
    expect(issueAt("name", short)).toMatchObject([{ rule: short, keys: ["name"] }])
  })

  test.each<readonly [string, readonly (readonly Issue[])[], readonly string[]]>([
    ["of no rule is nothing", [], []],
    ["of kept rules is nothing", [ok, ok], []],
    ["of one broken rule is its own", [ok, issue(short), ok], ["sample/short"]],
    ["of several is in their order", [issueAt("a", short), ok, issue(lower)], ["sample/short a", "sample/lower"]],
    ["of three is all", [issue(short), issue(lower), issue(short)], ["sample/short", "sample/lower", "sample/short"]],
  ])("together %s", (_, said, expected) => {
    expect(ids(concat(...said))).toEqual(expected)
  })

  test("together leaves what each of them said as it was", () => {
    const first = issue(short)
    concat(first, issue(lower))
    expect(ids(first)).toEqual(["sample/short"])
    expect(ok).toEqual([])
  })

  test("below a member gets the member's key in front", () => {
    expect(ids(atKey("list", atKey("0", issueAt("name", short))))).toEqual(["sample/short list 0 name"])
    expect(atKey("list", ok)).toEqual([])
  })
})

describe("a value that is held against a rule", () => {
  const held = (text: string) =>
    holdTo((value: string) => (value === "" ? [...issue(short), ...issue(lower)] : ok))(text)

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
      return ok
    })
    expect(type.is(5)).toBe(false)
    expect(E.isLeft(type.decode(null))).toBe(true)
    expect(asked).toEqual([])
  })

  test("refines one that is refined", () => {
    const twice = refined(wordType(), (value) => (value === "no" ? issue(short) : ok))
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
