import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { nowhere, type Placing, violationsOf } from "../../src/data/locate.js"
import { formatViolation, type Rule } from "../../src/violation/violation.js"

const rule: Rule = { id: "sample/rule", code: "inconsistent", requirement: "It must.", consequence: "It does not." }

const pathOf = (...keys: readonly string[]): string => violationsOf([{ rule, keys }], nowhere)[0].path

describe("the path of a violation", () => {
  test.each<readonly [readonly string[], string]>([
    [[], ""],
    [["uri"], "uri"],
    [["channels"], "channels"],
    [["channels", "0"], "channels[0]"],
    [["channels", "12", "addr", "host"], "channels[12].addr.host"],
    [["channels", "0", "channel-type"], "channels[0].channel-type"],
    [["0"], "[0]"],
    [["0", "1", "a"], "[0][1].a"],
    [["__proto__"], "__proto__"],
    [["constructor", "toString"], "constructor.toString"],
  ])("of %j is %j", (keys, path) => expect(pathOf(...keys)).toBe(path))

  test.each([
    ["an empty key", "", "?"],
    ["dots and brackets", "a.b[0]", "a?b?0?"],
    ["a terminal's escapes", "\u001b[31m", "??31m"],
    ["line ends", "a\r\nb", "a??b"],
    ["what is not ASCII", "ü\u202e", "??"],
    ["half a pair", "\ud800", "?"],
    ["a zero byte", "\0", "?"],
    ["digits of another script", "\u0663", "?"],
  ])("shows nothing of %s", (_, key, path) => expect(pathOf(key)).toBe(path))

  test.each([
    ["letters", "a"],
    ["digits", "1"],
    ["what is not shown", "\n"],
  ])("is short, however long a key of %s is", (_, unit) => {
    expect(pathOf(unit.repeat(100_000)).length).toBeLessThanOrEqual(66)
  })

  test("is printable ASCII for whatever keys", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 100 }), { maxLength: 6 }), (keys) => {
        expect(pathOf(...keys)).toMatch(/^[\w?.[\]-]*$/)
      }),
    )
  })
})

describe("violations of faults", () => {
  test("are as many, in their order, with what was measured", () => {
    const violations = violationsOf(
      [
        { rule, keys: ["a"], actual: 5, expected: 4 },
        { rule, keys: ["b", "0"], expected: "name" },
      ],
      nowhere,
    )
    expect(violations.map(formatViolation)).toEqual([
      "inconsistent sample/rule a: It must. Found 5, expected 4.",
      "inconsistent sample/rule b[0]: It must. Expected name.",
    ])
  })

  test("have no place where the value was not read from a text", () => {
    expect(violationsOf([{ rule, keys: ["a"] }], nowhere)[0]).toMatchObject({ offset: 0, length: 0 })
  })

  test("have the place that their keys lead to, each asked for once", () => {
    const asked: (readonly string[])[] = []
    const placing: Placing = (keys) => {
      asked.push(keys)
      return { offset: 7 * keys.length, length: 3 }
    }
    const [one, other] = violationsOf(
      [
        { rule, keys: ["a"] },
        { rule, keys: ["a", "1"] },
      ],
      placing,
    )
    expect([one, other]).toMatchObject([
      { offset: 7, length: 3 },
      { offset: 14, length: 3 },
    ])
    expect(asked).toEqual([["a"], ["a", "1"]])
  })
})
