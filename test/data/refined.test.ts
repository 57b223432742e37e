import { runInNewContext } from "node:vm"
import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { type JsonLimits, readJson } from "../../src/data/json.js"
import {
  atKey,
  concat,
  holdTo,
  type Issue,
  issue,
  issueAt,
  mostIssues,
  ok,
  refined,
} from "../../src/data/refinement.js"
import { exact } from "../../src/data/strict.js"
import type { Rule } from "../../src/violation/violation.js"

const ruleOf = (id: string): Rule => ({
  id,
  code: "inconsistent",
  requirement: "It must.",
  consequence: "It does not.",
})

const said = (faults: readonly Issue[]) => faults.map((fault) => [fault.rule.id, ...fault.keys].join(" "))

const found = (read: E.Either<readonly Issue[], unknown>) => (E.isLeft(read) ? said(read.left) : ["accept"])

const short = refined(t.string, (text) => (text.length > 2 ? issue(ruleOf("short")) : ok))

describe("rules", () => {
  const pair = refined(t.exact(t.type({ one: short, two: short })), ({ one, two }) =>
    one === two ? ok : issueAt("two", ruleOf("same")),
  )
  const few = refined(t.readonlyArray(pair), (pairs) => (pairs.length > 1 ? issue(ruleOf("few")) : ok))
  const read = exact(t.exact(t.type({ pairs: few })))

  test("of an object are not asked where a member breaks one of its own", () => {
    expect(found(read({ pairs: [{ one: "abc", two: "x" }] }))).toEqual(["short pairs 0 one"])
    expect(found(read({ pairs: [{ one: "a", two: "x" }] }))).toEqual(["same pairs 0 two"])
  })

  test("of a list are asked where an entry breaks one of its own, but not where one has the wrong type", () => {
    const wrong = { one: "abc", two: "abc" }
    const right = { one: "a", two: "a" }
    expect(found(read({ pairs: [wrong, right] }))).toEqual(["short pairs 0 one", "short pairs 0 two", "few pairs"])
    expect(found(read({ pairs: [{ one: 1, two: "a" }, right] }))).toEqual(["shape/string pairs 0 one"])
    expect(found(read({ pairs: [right] }))).toEqual(["accept"])
  })

  test("lead to the part at fault by keys from the outside in", () => {
    const deep = refined(t.exact(t.type({ a: t.string })), () => atKey("a", atKey("b", issue(ruleOf("deep")))))
    expect(found(exact(t.exact(t.type({ top: deep })))({ top: { a: "" } }))).toEqual(["deep top a b"])
  })

  test("that are together say all of what each says, in their order", () => {
    expect(concat(ok, ok)).toBe(ok)
    const [one, two] = [issue(ruleOf("one")), issueAt("x", ruleOf("two"))]
    expect(concat(ok, one, ok)).toBe(one)
    expect(said(concat(one, ok, two, one))).toEqual(["one", "two x", "one"])
    expect(atKey("x", ok)).toBe(ok)
  })

  test("say no more of a value than anybody reads", () => {
    const many = holdTo(() => Array.from({ length: 200 }, () => issue(ruleOf("many"))).flat())
    expect(found(many("value"))).toHaveLength(mostIssues)
    expect(holdTo(() => ok)("value")).toEqual(E.right("value"))
  })
})

describe("an object", () => {
  const read = exact(t.exact(t.partial({ a: t.string })))

  test("may come from another realm", () => {
    expect(read(runInNewContext("({ a: '1' })"))).toEqual(E.right({ a: "1" }))
    expect(read(Object.assign(Object.create(null), { a: "1" }))).toEqual(E.right({ a: "1" }))
  })

  test("may be of no class", () => {
    class Point {
      a = "1"
    }
    expect(found(read(new Point()))).toEqual(["shape/object"])
    expect(found(read(runInNewContext("new (class { a = '1' })")))).toEqual(["shape/object"])
  })

  test("has hints by how deep it lies", () => {
    const nested = exact(
      t.exact(t.partial({ in: t.exact(t.partial({ in: t.exact(t.partial({})) })) })),
      (key, depth) => ({
        rule: ruleOf(`${key}${depth}`),
      }),
    )
    expect(found(nested({ x: 1, in: { x: 1, in: { x: 1 } } }))).toEqual(["x0 x", "x1 in x", "x2 in in x"])
  })
})

describe("the limits of a JSON text", () => {
  const limits: JsonLimits = { maxBytes: 10, maxDepth: 1, maxMembers: 1 }

  test.each(Object.keys(limits))("%s is a whole number from 0 on", (name) => {
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => readJson("1", { ...limits, [name]: wrong })).toThrow(/limits of a JSON text must be whole numbers/)
    expect(() => readJson("1", { ...limits, [name]: 0 })).not.toThrow()
  })

  test("leave the value of a number as it is, and no zero negative", () => {
    const valueIn = (text: string) => {
      const read = readJson(text, limits)
      return E.isRight(read) ? read.right.value : undefined
    }
    expect(Object.is(valueIn("-0"), 0)).toBe(true)
    expect(Object.is(valueIn("-1"), -1)).toBe(true)
  })
})
