import { describe, expect, test } from "vitest"
import { assemble, encode, writeFields } from "../../src/layout/encode.js"
import * as L from "../../src/layout/index.js"
import { interpret } from "../../src/layout/interpret.js"
import { planOf } from "../../src/layout/plan.js"
import { viewOf } from "../../src/violation/bytes.js"
import { Violation } from "../../src/violation/violation.js"
import { sample, sampleArguments, sampleState } from "./layouts.js"

const plan = planOf(sample)

const encoded = (state: unknown, receiver = sampleArguments) => encode(sample, state, receiver)

const refusal = (state: unknown) => {
  const result = encoded(state)
  return result instanceof Violation ? [result.rule, result.path] : "written"
}

describe("encode", () => {
  test("writes constants, sizes and pointers from the layout, and parts back to back", () => {
    const bytes = encoded(sampleState)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    expect([...bytes]).toEqual(
      [
        [0x53, 0x4d, 0x50, 0x4c],
        [3, 0, 0, 0],
        [1],
        [4],
        [7, 0],
        [1, 0, 0, 0, 0, 0, 0, 0],
        [255, 255, 255, 255, 255, 255, 255, 255],
        [2, 0, 0, 0, 48, 0, 0, 0],
        [6, 0, 0, 0, 50, 0, 0, 0],
        [56, 0, 0, 0],
        [65, 66],
        [9, 0, 0, 1, 2, 1],
        [2, 0, 0, 0],
        [5, 0, 0, 0, 255, 255, 255, 255],
        [6, 0, 0, 0, 255, 255, 255, 127],
      ].flat(),
    )
    expect(interpret(sample, bytes, sampleArguments).state).toEqual(sampleState)
  })

  test("writes an incomplete message without a header", () => {
    const state = { ...sampleState, message: { header: null, data: Uint8Array.of(1, 2, 3, 4) } }
    const bytes = encoded(state)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    expect(interpret(sample, bytes, sampleArguments).state).toEqual(state)
  })

  test("writes the form of a list that the receiver reads", () => {
    const state = { ...sampleState, list: { kind: "lossless", columns: Int32Array.of(5) } }
    const narrow = { ...sampleArguments, wide: 0 }
    const bytes = encoded(state, narrow)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    expect(interpret(sample, bytes, narrow).state).toEqual(state)
    expect(refusal(state)).toEqual(["layout/value-form", "list.kind"])
  })

  test("refuses what is larger than the receiver's limit, by its size", () => {
    const result = encoded(sampleState, { ...sampleArguments, limit: 75 })
    expect(result).toMatchObject({
      rule: "layout/blob-limit",
      path: "",
      offset: 0,
      actual: 76,
      expected: 75,
      length: 76,
    })
    expect(encoded(sampleState, { ...sampleArguments, limit: 76 })).toHaveLength(76)
  })

  test("refuses a list that is larger than the limit by itself", () => {
    const result = encoded({ ...sampleState, list: { kind: "lossy", columns: new Int32Array(50) } })
    expect(result).toMatchObject({ rule: "layout/blob-limit", actual: 204, expected: 200 })
  })

  test("places a refusal at the field", () => {
    expect(encoded({ ...sampleState, near: 1.5 })).toMatchObject({ offset: 10, length: 2 })
    expect(encoded({ ...sampleState, list: null })).toMatchObject({ offset: 0, length: 0 })
  })

  const list = sampleState.list
  const cases: readonly (readonly [string, unknown, string, string])[] = [
    ["no object", null, "layout/value-type", "flag"],
    ["a text", "state", "layout/value-type", "flag"],
    ["a boolean that is a number", { ...sampleState, flag: 1 }, "layout/value-type", "flag"],
    ["an unknown member of an enumeration", { ...sampleState, kind: "medium" }, "layout/value-type", "kind"],
    ["an inherited name", { ...sampleState, kind: "toString" }, "layout/value-type", "kind"],
    ["what prints as a member", { ...sampleState, kind: { toString: () => "large" } }, "layout/value-type", "kind"],
    ["an enumeration by number", { ...sampleState, kind: 1 }, "layout/value-type", "kind"],
    ["a fraction", { ...sampleState, near: 1.5 }, "layout/value-type", "near"],
    ["NaN", { ...sampleState, near: Number.NaN }, "layout/value-type", "near"],
    ["a numeric text", { ...sampleState, near: "7" }, "layout/value-type", "near"],
    ["a bigint for 16 bits", { ...sampleState, near: 7n }, "layout/value-type", "near"],
    ["less than 0", { ...sampleState, near: -1 }, "layout/value-range", "near"],
    ["2^16 in 16 bits", { ...sampleState, near: 65536 }, "layout/value-range", "near"],
    ["no array", { ...sampleState, serials: {} }, "layout/value-type", "serials"],
    ["an array too long", { ...sampleState, serials: [1n, 2n, 3n] }, "layout/value-type", "serials"],
    ["a number for 64 bits", { ...sampleState, serials: [1n, 2] }, "layout/value-type", "serials[1]"],
    ["2^64 in 64 bits", { ...sampleState, serials: [2n ** 64n, 2] }, "layout/value-range", "serials[0]"],
    ["a nested struct that is none", { ...sampleState, inner: 5 }, "layout/value-type", "inner.name"],
    ["bytes that are an array", { ...sampleState, inner: { name: [1] } }, "layout/value-type", "inner.name"],
    ["no message", { ...sampleState, message: undefined }, "layout/value-type", "message.data"],
    [
      "an incomplete message with all of a header",
      { ...sampleState, message: { header: null, data: new Uint8Array(5) } },
      "layout/value-form",
      "message.header",
    ],
    [
      "a header without a field",
      { ...sampleState, message: { header: { tag: 1 }, data: new Uint8Array() } },
      "layout/value-type",
      "message.header.size",
    ],
    ["no list", { ...sampleState, list: undefined }, "layout/value-form", "list.kind"],
    [
      "columns that are an array",
      { ...sampleState, list: { ...list, columns: [1, 2] } },
      "layout/value-type",
      "list.columns",
    ],
    [
      "columns of the wrong kind",
      { ...sampleState, list: { ...list, columns: Uint32Array.of(1, 2) } },
      "layout/value-type",
      "list.columns",
    ],
    [
      "columns of two lengths",
      { ...sampleState, list: { ...list, columns: Int32Array.of(1, 2, 3) } },
      "layout/value-type",
      "list.columns",
    ],
  ]

  test.each(cases)("refuses %s", (_, state, rule, path) => {
    expect(refusal(state)).toEqual([rule, path])
  })
})

describe("the widths that encode accepts", () => {
  const wide = {
    ...sampleState,
    near: 65535,
    serials: [0n, 2n ** 63n],
    list: { kind: "lossy", columns: Int32Array.of(-1, -(2 ** 31)) },
  }

  test("go to the ends of each type", () => {
    const bytes = encoded(wide)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    const { violations, claims } = interpret(sample, bytes, sampleArguments)
    expect(violations.map(({ rule }) => rule)).toEqual(["sample/near-limit"])
    expect(claims.slice(-2).map(({ value }) => value)).toEqual([2 ** 32 - 1, -(2 ** 31)])
  })
})

describe("assembling a blob", () => {
  const { serials, message, inner } = sampleState
  const numbers = new Map<string, number | bigint>([
    ["flag", 1],
    ["kind", 4],
    ["near", 7],
    ["serials[0]", serials[0] ?? 0n],
    ["serials[1]", serials[1] ?? 0n],
  ])
  const list = Uint8Array.of(2, 0, 0, 0, 5, 0, 0, 0, 255, 255, 255, 255, 6, 0, 0, 0, 255, 255, 255, 127)
  const parts = new Map([
    ["inner.name", inner.name],
    ["message", Uint8Array.of(message.header.tag, 0, 0, 1, 2, ...message.data)],
    ["list", list],
  ])
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

  test("comes to the same as encoding", () => {
    const bytes = encoded(sampleState)
    if (bytes instanceof Violation) throw new Error(bytes.message)
    expect(hex(assemble(plan, numbers, parts))).toBe(hex(bytes))
  })

  test("derives sizes, pointers and constants, whatever is said of them, and changes nothing that it is given", () => {
    const said = new Map([
      ...numbers,
      ["inner.name_size", 99],
      ["message_ptr", 1],
      ["magic", 5],
      ["version", 6],
    ] as const)
    expect(hex(assemble(plan, said, parts))).toBe(hex(assemble(plan, numbers, parts)))
    expect(said.get("inner.name_size")).toBe(99)
    expect(numbers.size).toBe(5)
  })

  test("points an empty part nowhere, and the parts behind it where they are", () => {
    const without = new Map([...parts, ["inner.name", new Uint8Array()] as const])
    const view = viewOf(assemble(plan, numbers, without))
    const u32 = (path: string) => view.getUint32(plan.fields.find((field) => field.path === path)?.offset ?? 0, true)
    expect(["inner.name_size", "inner.name_ptr", "message_size", "message_ptr", "list_ptr"].map(u32)).toEqual([
      ...[0, 0],
      ...[6, plan.size],
      plan.size + 6,
    ])
    expect(view.byteLength).toBe(plan.size + 6 + list.length)
  })

  test("cuts numbers to the width of their fields, large ones too", () => {
    const large = new Map<string, number | bigint>([
      ["flag", 2n ** 64n - 255n],
      ["kind", -1],
      ["near", 2n ** 63n + 0x1234n],
      ["serials[0]", 2n ** 64n + 9n],
      ["serials[1]", -1n],
    ])
    const view = viewOf(assemble(plan, large, parts))
    const [near, first] = [10, 12]
    expect([view.getUint8(8), view.getUint8(9), view.getUint16(near, true)]).toEqual([1, 255, 0x1234])
    expect([view.getBigUint64(first, true), view.getBigUint64(first + 8, true)]).toEqual([9n, 2n ** 64n - 1n])
  })

  test("says which number or part it lacks", () => {
    expect(() => assemble(plan, new Map(), parts)).toThrow("nothing is known of flag")
    expect(() => assemble(plan, numbers, new Map())).toThrow("nothing is known of inner.name")
  })
})

describe("writing fields", () => {
  test("begins at the view's first byte and touches nothing else", () => {
    const [message] = plan.parts.filter((part) => part.kind === "run" && part.header !== undefined)
    const fields = message?.kind === "run" ? (message.header?.fields ?? []) : []
    const bytes = new Uint8Array(12).fill(0xee)
    writeFields(
      new Map([
        ["message.header.tag", 9],
        ["message.header.size", 258],
      ]),
      fields,
      viewOf(bytes.subarray(3)),
    )
    expect([...bytes]).toEqual([0xee, 0xee, 0xee, 9, 0, 0, 1, 2, 0xee, 0xee, 0xee, 0xee])
    expect(() => writeFields(new Map(), fields, viewOf(bytes))).toThrow("nothing is known of message.header.tag")
  })
})

describe("a choice by a name behind a part of any size", () => {
  const layout = L.layout("test", {
    title: "Test",
    doc: "",
    limit: 99,
    fields: {
      n: L.lengthOf("r", "", L.u8),
      r: L.run(),
      kind: L.enumeration({ one: 1, two: 2 }, ""),
      c: L.choice({ a: [L.equal(L.field("kind"), "one"), L.u8("")], b: L.u16("") }),
    },
  })

  test.each([
    ["one", "a", [1, 9, 1, 7]],
    ["two", "b", [1, 9, 2, 7, 0]],
  ])("%s: %s is written, and nothing else", (kind, chosen, bytes) => {
    const state = (of: string) => ({ r: Uint8Array.of(9), kind, c: { kind: of, value: 7 } })
    expect(encode(layout, state(chosen))).toEqual(Uint8Array.from(bytes))
    expect(encode(layout, state(chosen === "a" ? "b" : "a"))).toMatchObject({ path: "c.kind" })
  })
})
