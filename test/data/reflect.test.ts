import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { ok, refined } from "../../src/data/refinement.js"
import { casesOf, declaredMembers, literalsOf } from "../../src/data/reflect.js"

const point = t.exact(t.intersection([t.type({ kind: t.literal("point"), x: t.string }), t.partial({ y: t.string })]))
const circle = refined(t.exact(t.type({ kind: t.literal("circle"), r: t.string })), () => ok)

describe("the members of an object", () => {
  test("are those of all its parts, in their order", () => {
    expect(declaredMembers(point).map(({ name, required }) => [name, required])).toEqual([
      ["kind", true],
      ["x", true],
      ["y", false],
    ])
  })

  test("are declared once", () => {
    const twice = t.intersection([t.type({ x: t.string }), t.partial({ x: t.string })])
    expect(() => declaredMembers(twice)).toThrow("declares each member once")
  })

  test("are no members of what is no object", () => {
    expect(() => declaredMembers(t.string)).toThrow(TypeError)
  })

  test("that are always the same tell the cases of a union apart", () => {
    const cases = casesOf(t.union([point, t.union([circle, point])]))
    expect(cases).toEqual([point, circle, point])
    expect(cases.map((type) => [...literalsOf(type)])).toEqual([
      [["kind", "point"]],
      [["kind", "circle"]],
      [["kind", "point"]],
    ])
  })
})
