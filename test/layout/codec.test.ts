import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import * as L from "../../src/layout/index.js"
import { Violation } from "../../src/violation/violation.js"
import { sample, sampleArguments, sampleState } from "./layouts.js"

const blob = (): Uint8Array => {
  const bytes = L.encode(sample, sampleState, sampleArguments)
  if (bytes instanceof Violation) throw new Error(bytes.message)
  return bytes
}

const set = (...writes: readonly (readonly [number, number])[]): Uint8Array => {
  const bytes = blob()
  for (const [offset, value] of writes) bytes[offset] = value
  return bytes
}

const inputs: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["what the layout accepts", blob(), []],
  ["nothing", undefined, ["layout/argument"]],
  ["an array of numbers", [...blob()], ["layout/argument"]],
  ["a text", "SMPL", ["layout/argument"]],
  ["no bytes", new Uint8Array(), ["layout/fixed-part"]],
  ["more than the limit", new Uint8Array(201), ["layout/blob-limit"]],
  ["another magic", set([0, 0x20]), ["layout/magic"]],
  ["two faults", set([8, 2], [10, 10]), ["layout/boolean", "sample/near-limit"]],
]

const rulesOf = <A>(checked: E.Either<readonly unknown[], A>): readonly string[] =>
  E.isLeft(checked) ? checked.left.map((each) => (each instanceof Violation ? each.rule : String(each))) : []

describe("an input of any layout", () => {
  test.each(inputs)("that is %s has its violations, the first alone by default", (_, input, rules) => {
    expect(rulesOf(L.decode(sample, input, sampleArguments, { all: true }))).toEqual(rules)
    expect(rulesOf(L.decode(sample, input, sampleArguments))).toEqual(rules.slice(0, 1))
    expect(L.check(sample, input, sampleArguments)?.rule).toBe(rules[0])
  })

  test("decodes into its state", () => expect(L.decode(sample, blob(), sampleArguments)).toEqual(E.right(sampleState)))

  test("is read with the defaults of the parameters that nothing is said of", () =>
    expect([L.decode(sample, blob()), L.check(sample, blob())]).toEqual([E.right(sampleState), undefined]))

  test.each([
    ["copied", {}, 65],
    ["a view of it", { alias: true }, 90],
  ])("has runs that are %s", (_, options, first) => {
    const bytes = blob()
    const checked = L.decode(sample, bytes, sampleArguments, options)
    bytes[48] = 90
    expect(E.isRight(checked) && checked.right.inner.name[0]).toBe(first)
  })
})

describe("the io-ts type of a layout", () => {
  const codec = L.codecOf(sample, sampleArguments)
  const far = { ...sampleState, near: 10 }

  test("is called what the format is called", () => expect(codec.name).toBe("SampleBlob"))

  test.each(inputs)("decodes what is %s as the layout does", (_, input, rules) =>
    expect(rulesOf(codec.decode(input) as never)).toEqual(rules.slice(0, 1)),
  )

  test("encodes what it decoded", () => expect(codec.encode(sampleState as never)).toEqual(blob()))

  test("has defaults for parameters", () => expect(L.codecOf(sample).encode(sampleState as never)).toEqual(blob()))

  test.each([
    ["has no encoding", { ...sampleState, near: "7" }, "must have the type"],
    ["breaks a rule once it is written", far, "It must be near"],
  ])("writes nothing of a state that %s", (_, state, message) => {
    expect(codec.is(state)).toBe(false)
    expect(() => codec.encode(state as never)).toThrow("not a SampleBlob")
    expect(() => codec.encode(state as never)).toThrow(message)
  })

  test("knows its states", () => expect(codec.is(sampleState)).toBe(true))
})
