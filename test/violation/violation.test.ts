import { inspect } from "node:util"
import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { PathReporter } from "io-ts/lib/PathReporter.js"
import { describe, expect, test } from "vitest"
import { formatViolation, violationCodes } from "../../src/index.js"
import { structure } from "../../src/spice/structure.js"
import { Violation } from "../../src/violation/violation.js"

const check = {
  id: "sample/rule",
  code: "out-of-range",
  requirement: "It must fit.",
  consequence: "It does not.",
} as const
const place = { path: "list[3].id", offset: 7, length: 4 }

describe("a violation", () => {
  test("says where, what must be, what was found and against what", () => {
    expect(new Violation(check, place, 12, 10).message).toBe(
      "list[3].id at byte 7: It must fit. Found 12, the limit is 10.",
    )
    expect(new Violation(check, place, 12n).message).toBe("list[3].id at byte 7: It must fit. Found 12.")
    expect(new Violation(check, place).message).toBe("list[3].id at byte 7: It must fit.")
    expect(new Violation(check, { ...place, path: "" }, 0, 1).message).toBe(
      "the input at byte 7: It must fit. Found 0, the limit is 1.",
    )
  })

  test("is formatted as one line with its code and rule", () => {
    expect(formatViolation(new Violation(check, place))).toBe(
      "out-of-range sample/rule list[3].id at byte 7: It must fit.",
    )
  })

  test("keeps the input's value out of reports and gives io-ts a context by its path", () => {
    const violation = new Violation(check, place)
    expect(violation.value).toBeUndefined()
    expect(violation.context.map(({ key }) => key)).toEqual(["", "list", "3", "id"])
    const element = new Violation(check, { ...place, path: "serials[1]" })
    expect(element.context.map(({ key }) => key)).toEqual(["", "serials", "1"])
    const whole = new Violation(check, { ...place, path: "" })
    expect(whole.context.map(({ key }) => key)).toEqual([""])
    expect(PathReporter.report(E.left([violation]))).toEqual([violation.message])
  })

  test("names types in its context that take any value, as io-ts's unknown does", () => {
    const { context } = new Violation(check, place)
    for (const { type } of context) {
      expect(type.name).toBe(t.unknown.name)
      expect(type.validate(5, [])).toEqual(t.unknown.validate(5, []))
      expect(type.decode("five")).toEqual(t.unknown.decode("five"))
    }
  })

  test("is the same violation below another context", () => {
    const parents = [{ key: "blob", type: t.unknown }]
    const nested = new Violation(check, place, 12, 10).within(parents)
    expect(nested.context.map(({ key }) => key)).toEqual(["blob", "list", "3", "id"])
    expect(nested).toMatchObject({ ...place, code: "out-of-range", rule: "sample/rule", actual: 12, expected: 10 })
    expect(nested.message).toBe(`blob.${new Violation(check, place, 12, 10).message}`)
  })

  test("tells a bound from a value that is expected", () => {
    const wanted = { ...check, code: "bad-pointer" } as const
    expect(new Violation(wanted, place, 12, 10).message).toBe(
      "list[3].id at byte 7: It must fit. Found 12, expected 10.",
    )
  })

  test("serialises to its public members and its message", () => {
    expect(JSON.parse(JSON.stringify(new Violation(check, place, 12, 10)))).toEqual({
      code: "out-of-range",
      rule: "sample/rule",
      ...place,
      actual: 12,
      expected: 10,
      message: "list[3].id at byte 7: It must fit. Found 12, the limit is 10.",
    })
  })

  test.each([
    [5n, 5],
    [-5n, -5],
    [2n ** 53n, "9007199254740992"],
    ["auto", "auto"],
    [undefined, undefined],
  ])("serialises a measure of %s as %s", (measure, written) => {
    expect(new Violation(check, place, measure, measure).toJSON()).toMatchObject({ actual: written, expected: written })
  })

  test("shows itself as text, and in Node's console", () => {
    const violation = new Violation(check, place, 12, 10)
    expect(`${violation}`).toBe(formatViolation(violation))
    expect(inspect({ violation })).toContain(formatViolation(violation))
  })
})

test("the codes of the structural checks are of the closed set", () => {
  for (const { code } of Object.values(structure)) expect(violationCodes).toContain(code)
})
