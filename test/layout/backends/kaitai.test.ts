import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { describe, expect, test, vi } from "vitest"
import { parse } from "yaml"
import { isGenuine, readCorpus, receiverOfEntry } from "../../../src/corpus.js"
import { toKaitai } from "../../../src/layout/backends/kaitai.js"
import { encode, interpret } from "../../../src/layout/index.js"
import type { Arguments } from "../../../src/layout/parameters.js"
import { formatOf, formats } from "../../../src/spice/formats.js"
import { receiverArguments } from "../../../src/spice/receiver.js"
import { asState, kaitaiParser } from "../../support/kaitai.js"
import { layoutArguments, layouts } from "../../support/layouts.js"
import { statesOf } from "../../support/states.js"

/** Other programs run here: that takes its time on a machine that is busy. */
vi.setConfig({ testTimeout: 300_000 })

const corpus = readCorpus(new URL("../../../corpus", import.meta.url).pathname)

interface Parameter {
  readonly id: string
  readonly type: string
}

/** The arguments of a layout in the order of a .ksy's parameters. */
const argumentsIn = (ksy: string, given: Arguments): readonly unknown[] => {
  const { params = [] }: { readonly params?: readonly Parameter[] } = parse(ksy)
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase()
  return params.map(({ id, type }) => {
    const [name = "", value] = Object.entries(given).find(([key]) => plain(id).startsWith(plain(key))) ?? []
    return type === "bool" && Array.isArray(value)
      ? value.some((word: string) => plain(id) === plain(`${name}${word.replace(/\W/g, "")}`))
      : value
  })
}

describe.each(Object.entries(formats))("the Kaitai parser of %s", (format, layout) => {
  const genuine = corpus.filter((entry) => formatOf[entry.channel] === format && isGenuine(entry))

  test("agrees with the decoder on every field of the whole genuine corpus", async () => {
    const ksy = toKaitai(layout, { origin: "A test." })
    const parser = await kaitaiParser(ksy)
    let decoded = 0
    for (const entry of genuine) {
      const given = receiverArguments(receiverOfEntry(entry), entry.channel)
      const { state } = interpret(layout, entry.bytes, given)
      if (state === undefined) continue
      decoded++
      const parsed = asState(parser(entry.bytes, argumentsIn(ksy, given)), state, layout.struct)
      // Of a megabyte, toEqual alone takes seconds.
      if (!isDeepStrictEqual(parsed, { ...Object(state) })) expect(parsed, entry.file).toEqual(state)
    }
    expect(decoded).toBeGreaterThan(0)
  })

  test("refuses another magic and what is cut short", async () => {
    const parser = await kaitaiParser(toKaitai(layout, { origin: "A test." }))
    const [{ bytes } = { bytes: new Uint8Array() }] = genuine
    expect(() => parser(bytes.with(0, 0x21))).toThrow()
    expect(() => parser(bytes.subarray(0, 9))).toThrow()
  })

  test("says in a comment which rules it does not check", () => {
    const ksy = toKaitai(layout, { origin: "A test." })
    for (const rule of [layout.format]) expect(ksy).toContain(`# - ${rule === "spicevmc" ? "char-device" : rule}/`)
  })
})

const samples = fc
  .tuple(layouts, layoutArguments)
  .chain(([layout, given]) =>
    fc
      .array(statesOf(layout, given), { minLength: 4, maxLength: 8, size: "max" })
      .map((states) => ({ layout, given, blobs: states.map((state) => encode(layout, state, given)) })),
  )

test("Kaitai parsers of random layouts read what the interpreter reads", { timeout: 600_000 }, async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(samples, async ({ layout, given, blobs }) => {
      const ksy = toKaitai(layout, { origin: "A test." })
      const parser = await kaitaiParser(ksy)
      for (const blob of blobs) {
        if (!(blob instanceof Uint8Array)) continue
        const { state } = interpret(layout, blob, given)
        if (state === undefined) continue
        accepted++
        expect(asState(parser(blob, argumentsIn(ksy, given)), state, layout.struct)).toEqual(state)
      }
    }),
    { seed: 1, numRuns: 50, endOnFailure: true },
  )
  expect(accepted).toBeGreaterThan(50)
})
