import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { checksOf, guarded, isList, isObject, passesGuard } from "../../src/data/guard.js"
import { type Issue, ok, refined } from "../../src/data/refinement.js"
import { contextOf } from "../../src/qemu/context.js"
import { guardFor } from "../../src/qemu/guards.js"
import { argumentsReader } from "../../src/qemu/parse.js"
import { argumentsMutationsOf } from "../../src/testing/index.js"
import { leastArguments } from "../../src/testing/qemu/minimal.js"

const refuse: Issue = { rule: { id: "a/b", code: "wrong-type", requirement: "A.", consequence: "B." }, keys: [] }

/** A reader that says no to what a guard leaves to it, and keeps it. */
const leftOver = (isGood: (value: unknown) => boolean) => {
  const left: unknown[] = []
  const read = guarded<unknown>((input) => {
    left.push(input)
    return E.left([refuse])
  }, isGood)
  return { read, left }
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })

const nestedLists = (depth: number): unknown => (depth === 0 ? 1 : [nestedLists(depth - 1)])

class Bag {
  readonly a = 1
}

describe("a guarded reader", () => {
  test("gives a copy of what the guard takes", () => {
    const input = { a: [1, { b: "c" }], d: null }
    const read = leftOver(() => true).read(input)
    expect(read).toEqual(E.right(input))
    expect(E.isRight(read) && read.right).not.toBe(input)
  })

  test("reads each part once, where it is refused too", () => {
    let reads = 0
    const input = new Proxy(
      { a: 1, b: 2 },
      {
        get: (target, name) => {
          reads += 1
          return Reflect.get(target, name)
        },
      },
    )
    const { read, left } = leftOver(() => false)
    read(input)
    expect([reads, left]).toEqual([2, [{ a: 1, b: 2 }]])
  })

  test.each<[string, unknown]>([
    ["too deep", nested(70)],
    ["just too deep", nested(65)],
    ["lists that are just too deep", nestedLists(65)],
    ["too long", Array(10_000).fill(1)],
    ["just too long", Array(8193).fill(1)],
    ["too large in all", Array.from({ length: 100 }, () => Array(100).fill(1))],
    ["too many members", Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [index, 1]))],
    [
      "a getter that throws",
      {
        get a() {
          throw new Error()
        },
      },
    ],
  ])("leaves %s to the other reader as it is", (_, input) => {
    const { read, left } = leftOver(() => true)
    expect(E.isLeft(read(input))).toBe(true)
    expect(left[0]).toBe(input)
  })

  test("copies what no guard takes for the other reader: what is undefined, of a class, or called __proto__", () => {
    const { read, left } = leftOver(() => false)
    const bag = new Bag()
    const input = { a: undefined, b: bag, ...JSON.parse('{"c": 1}') }
    read(input)
    expect(left[0]).toEqual(input)
    expect(left[0]).not.toBe(input)
    expect(Object(left[0]).b).toBe(bag)
    read(JSON.parse('{"__proto__": {"a": 1}}'))
    expect([Object.keys(Object(left[1])), Object.getPrototypeOf(left[1])]).toEqual([["__proto__"], Object.prototype])
  })

  test("copies nothing under a symbol", () => {
    const read = leftOver(() => true).read({ a: 1, [Symbol("b")]: 2 })
    expect(E.isRight(read) && Reflect.ownKeys(Object(read.right))).toEqual(["a"])
  })

  test.each<[string, unknown]>([
    ["deep", nested(64)],
    ["deep in lists", nestedLists(64)],
    ["long", Array(8192).fill(1)],
    ["many members", Object.fromEntries(Array.from({ length: 8192 }, (_, index) => [index, 1]))],
  ])("takes all of what is just not too %s", (_, input) => {
    expect(leftOver(() => true).read(input)).toEqual(E.right(input))
  })
})

test("what throws is not accepted", () => {
  expect(passesGuard(() => true, 1)).toBe(true)
  expect(
    passesGuard(() => {
      throw new Error()
    }, 1),
  ).toBe(false)
})

test.each<[string, unknown, boolean]>([
  ["an object", {}, true],
  ["an object that inherits nothing", Object.create(null), true],
  ["an object of a class", new Bag(), false],
  ["a list", [], false],
  ["null", null, false],
  ["undefined", undefined, false],
  ["a text", "", false],
  ["a function", () => 1, false],
])("what is an object of no class: %s", (_, value, is) => {
  expect(isObject(value)).toBe(is)
})

test("a list is one of whose entries all fit", () => {
  const isNumber = (value: unknown) => typeof value === "number"
  expect([[], [1, 2], [1, "2"], { length: 0 }].map((value) => isList(value, isNumber))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test("conditions are collected once each", () => {
  const rule = () => ok
  const text = refined(t.string, rule)
  const { rules, leaves } = checksOf(t.exact(t.type({ a: text, b: t.readonlyArray(text) })))
  expect([rules, leaves]).toEqual([[rule], []])
})

/** A type without the rules of its own: what mutations break is mostly its shape. */
describe.each(["migrate", "migrate-incoming"] as const)("the emitted guard of %s", (command) => {
  const context = contextOf({ command })
  const guard = guardFor(context)
  const read = argumentsReader(contextOf({ command }))

  test("is there for the newest QEMU", () => {
    expect(guard).toBeDefined()
    expect(guardFor(contextOf({ command, version: "10.0" }))).toBeUndefined()
    expect(guardFor(contextOf({ command: "getfd" }))).toBeUndefined()
  })

  test("takes what the reader takes, and nothing else", () => {
    const texts = leastArguments(context).flatMap((least, index) =>
      index % 12 === 0 ? [...argumentsMutationsOf(least)].map(({ bytes }) => new TextDecoder().decode(bytes)) : [],
    )
    const values = texts.flatMap((text) => {
      try {
        return [JSON.parse(text)]
      } catch {
        return []
      }
    })
    expect(values.length).toBeGreaterThan(1000)
    for (const value of [...values, ...leastArguments(context)])
      expect(passesGuard((input) => guard?.(input) === true, value) && E.isLeft(read(value))).toBe(false)
    expect(leastArguments(context).every((least) => guard?.(least) === true)).toBe(true)
  })
})
