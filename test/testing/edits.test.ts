import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { defaultReceiver } from "../../src/index.js"
import { boolean, enumeration, version } from "../../src/layout/fields.js"
import type { Scalar } from "../../src/layout/types.js"
import { choicesOf } from "../../src/testing/arbitrary/choices.js"
import { brinksOf, pokedBy, someEdits, zeroBlob } from "../../src/testing/edits.js"
import { FuzzerRandom } from "../../src/testing/fuzzer-random.js"
import { layouts, settingOf } from "../../src/testing/index.js"

const settings = {
  main: settingOf(layouts.main, "main", defaultReceiver),
  display: settingOf(layouts.display, "display", defaultReceiver),
  inputs: settingOf(layouts.inputs, "inputs", defaultReceiver),
  spicevmc: settingOf(layouts.spicevmc, "spicevmc", defaultReceiver),
  smartcard: settingOf(layouts.smartcard, "smartcard", defaultReceiver),
}
const anySetting = fc.constantFrom(...Object.values(settings))
const anyBytes = fc.uint8Array({ maxLength: 200 })

/** A blob that may be one of a format, but for its end. */
const anyBlob = fc.oneof(
  anyBytes,
  anySetting.chain(({ plan }) => fc.nat(plan.size + 8).map((length) => zeroBlob(plan).slice(0, length))),
)

const byInput = (bytes: Uint8Array) => choicesOf(new FuzzerRandom(bytes))

describe("edits", () => {
  test("never throw, and never touch what they are given", () => {
    fc.assert(
      fc.property(anyBlob, anySetting, fc.nat(5), anyBytes, (blob, setting, count, input) => {
        const before = blob.slice()
        const buffer = blob.slice()
        const made = someEdits(buffer, setting, count, byInput(input))
        expect(buffer).toEqual(before)
        expect(made).toBeInstanceOf(Uint8Array)
        made.fill(0xaa)
        expect(buffer).toEqual(before)
        expect(made.length).toBeLessThanOrEqual(blob.length + count * 200)
      }),
      { numRuns: 1500 },
    )
  })

  test("are none where none is wanted", () => {
    fc.assert(
      fc.property(anyBlob, anySetting, (blob, setting) => {
        expect(someEdits(blob, setting, 0, byInput(new Uint8Array()))).toEqual(blob)
      }),
    )
  })

  test("of an empty blob can be of every kind", () => {
    const made = new Set<number>()
    for (let kind = 0; kind < 5; kind++)
      for (let size = 0; size < 40; size++)
        for (const setting of Object.values(settings))
          made.add(someEdits(new Uint8Array(), setting, 1, byInput(Uint8Array.of(kind, size, size, size, size))).length)
    expect(made.size).toBeGreaterThan(5)
  })

  test("cut, lengthen, splice and change a blob", () => {
    const blob = zeroBlob(settings.main.plan)
    const made = fc
      .sample(fc.uint8Array({ minLength: 30, maxLength: 60 }), { seed: 1, numRuns: 1500 })
      .map((input) => ({
        bytes: someEdits(blob, settings.main, 1, byInput(input)),
      }))
    const share = (so: (bytes: Uint8Array) => boolean) => made.filter(({ bytes }) => so(bytes)).length
    const firstDifference = (bytes: Uint8Array) => bytes.findIndex((byte, index) => byte !== blob[index])
    expect(share((bytes) => bytes.length < blob.length && firstDifference(bytes) === -1)).toBeGreaterThan(100)
    expect(share((bytes) => bytes.length > blob.length && bytes.length <= blob.length + 32)).toBeGreaterThan(100)
    expect(share((bytes) => bytes[0] === 0x53 && bytes.subarray(1, 4).join() === "86,77,68")).toBeGreaterThan(5)
    for (const { path, offset, size } of settings.main.plan.fields)
      expect(
        share((bytes) => {
          const at = firstDifference(bytes)
          return bytes.length === blob.length && at >= offset && at < offset + size
        }),
        path,
      ).toBeGreaterThan(0)
  })
})

describe("a number that is poked", () => {
  const integer = (bits: 8 | 16 | 32 | 64, signed: boolean, bigEndian = false): Scalar => ({
    kind: "integer",
    bits,
    signed,
    bigEndian,
    unit: "",
    doc: "",
  })
  const scalars: readonly (readonly [Scalar, number])[] = [
    [integer(8, false), 1],
    [integer(16, false), 2],
    [integer(32, false), 4],
    [integer(32, true), 4],
    [integer(32, false, true), 4],
    [integer(64, false), 8],
    [integer(64, true), 8],
    [boolean(""), 1],
    [enumeration({ one: 1 }, ""), 1],
    [version(1, ""), 4],
  ]
  const ways = brinksOf(20).length + 3

  test.each(scalars)("%# can become any, nothing else changes, and the blob that it is in stays", (type, size) => {
    const reached = new Set<number>()
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.nat(20 - size),
        anyBytes,
        (blob, offset, input) => {
          const before = blob.slice()
          const made = pokedBy(blob, { offset, type }, byInput(input))
          expect(blob).toEqual(before)
          expect(made.length).toBe(20)
          for (const [index, byte] of made.entries())
            if (index < offset || index >= offset + size) expect(byte).toBe(blob[index])
            else reached.add(byte)
        },
      ),
      { numRuns: 300 },
    )
    expect(reached.size).toBeGreaterThan(60)
  })

  test.each(scalars)("%# is what the choices say where they say any", (type, size) => {
    const wanted = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88)
    const expected = type.kind === "integer" && type.bigEndian ? wanted.slice(0, size).reverse() : wanted.slice(0, size)
    const made = Array.from({ length: ways }, (_, way) =>
      pokedBy(new Uint8Array(8), { offset: 0, type }, byInput(Uint8Array.of(way, ...wanted)))
        .slice(0, size)
        .join(),
    )
    expect(made).toContain(expected.join())
  })

  test.each(scalars)("%# becomes its neighbours and the brinks", (type, size) => {
    const blob = new Uint8Array(20)
    const read = (bytes: Uint8Array): bigint => {
      const own = bytes.slice(0, size)
      if (type.kind !== "integer" || !type.bigEndian) own.reverse()
      return own.reduce((number, byte) => number * 256n + BigInt(byte), 0n)
    }
    const made = new Set(
      Array.from({ length: ways }, (_, way) => read(pokedBy(blob, { offset: 0, type }, byInput(Uint8Array.of(way))))),
    )
    const cutTo = (number: bigint) => BigInt.asUintN(8 * size, number)
    for (const wanted of [1n, -1n, ...brinksOf(20).map(BigInt)]) expect(made).toContain(cutTo(wanted))
  })

  test.each(scalars)("%# that is not inside stays", (type, size) => {
    const blob = new Uint8Array(20).fill(3)
    for (const offset of [20 - size + 1, 20, 1000])
      expect(pokedBy(blob, { offset, type }, byInput(Uint8Array.of(0)))).toEqual(blob)
  })
})
