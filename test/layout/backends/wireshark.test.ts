import fc from "fast-check"
import { describe, expect, test, vi } from "vitest"
import { type CorpusBlob, isGenuine, readCorpus, receiverOfEntry } from "../../../src/corpus.js"
import { toWireshark } from "../../../src/layout/backends/wireshark.js"
import { encode, interpret, type Layout } from "../../../src/layout/index.js"
import { parametersOf } from "../../../src/layout/lower.js"
import type { Arguments } from "../../../src/layout/parameters.js"
import { formatOf, formats } from "../../../src/spice/formats.js"
import { receiverArguments } from "../../../src/spice/receiver.js"
import { layoutArguments, layouts } from "../../support/layouts.js"
import { statesOf } from "../../support/states.js"
import { dissected, type ShownField } from "../../support/tshark.js"

/** Other programs run here: that takes its time on a machine that is busy. */
vi.setConfig({ testTimeout: 300_000 })

/** What Wireshark is told instead of its own preferences. */
const preferencesOf = (layout: Layout, given: Arguments): Record<string, string> =>
  Object.fromEntries(
    parametersOf(layout).flatMap((parameter): (readonly [string, string])[] => {
      const name = parameter.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      const value = given[parameter.name] ?? parameter.default
      if (!Array.isArray(value)) return [[name, String(value)]]
      if (parameter.kind !== "words") return []
      return parameter.words.map((word) => [
        `${name}_${word.replace(/\W/g, "_")}`,
        value.includes(word) ? "TRUE" : "FALSE",
      ])
    }),
  )

const isNote = ({ name }: ShownField): boolean => name === "violation" || name === "refused"

/** Where two fields of different types have one path, the second one's name has an underscore more. */
const sharedName = (name: string): string => name.replace(/_+$/, "")

interface Judged {
  readonly refused: string | undefined
  readonly fields: readonly unknown[]
}

const byTshark = (fields: readonly ShownField[]): Judged => {
  const rule = fields.find(({ name }) => name === "violation")
  return {
    refused: rule && `${rule.value} ${rule.offset}`,
    fields: rule
      ? []
      : fields
          .filter((field) => !isNote(field))
          .map(({ name, ...rest }) => [sharedName(name), rest.offset, rest.length, rest.value]),
  }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":")

const shownValue = (value: number | bigint, isHex: boolean, bits: number): string =>
  isHex ? `0x${value.toString(16).padStart(bits / 4, "0")}` : String(value)

/** The same of the interpreter: what it claims, and of numbers that are cut into bits these as well. */
const byInterpreter = (layout: Layout, blob: Uint8Array, given: Arguments): Judged => {
  const {
    violations: [first],
    claims,
  } = interpret(layout, blob, given)
  if (first !== undefined) return { refused: `${first.rule} ${first.offset}`, fields: [] }
  const fields = claims.flatMap(({ path, offset, length, type, value }) => {
    const name = sharedName(path.replace(/\[\d+\]/g, "").replace("..", ".") || "value")
    if (type === undefined || value === undefined)
      return [[name, offset, length, hex(blob.subarray(offset, offset + length))]]
    const isHex = type.kind === "bits" || (type.kind === "constant" && type.check === "magic")
    const whole = [name, offset, length, shownValue(value, isHex, type.bits)]
    if (type.kind !== "bits") return [whole]
    let from = 0n
    const members = Object.entries(type.members).map(([member, { kind, ...rest }]) => {
      const width = BigInt("width" in rest ? rest.width : 1)
      const bits = (BigInt(value) >> from) & ((1n << width) - 1n)
      from += width
      return [sharedName(`${name}.${member}`), offset, length, String(bits)]
    })
    return [whole, ...members]
  })
  return { refused: undefined, fields }
}

/** What tshark takes for a packet. One blob of the corpus is longer. */
const longestPacket = 0x40000

const corpus = readCorpus(new URL("../../../corpus", import.meta.url).pathname)

describe.each(Object.entries(formats))("the dissector of %s", (format, layout) => {
  const entries = corpus.filter(({ channel, bytes }) => formatOf[channel] === format && bytes.length <= longestPacket)
  const toldOf = (entry: CorpusBlob) => JSON.stringify(receiverArguments(receiverOfEntry(entry), entry.channel))

  test.each([...new Set(entries.map(toldOf))])(
    "shows of the whole corpus what the interpreter reads, as %s",
    (told) => {
      const group = entries.filter((entry) => toldOf(entry) === told)
      const given: Arguments = JSON.parse(told)
      const shown = dissected(
        toWireshark(layout, { origin: "A test." }),
        format,
        group.map(({ bytes }) => bytes),
        preferencesOf(layout, given),
      )
      expect(shown.length).toBe(group.length)
      for (const [index, { bytes, file }] of group.entries())
        expect(byTshark(shown[index] ?? []), file).toEqual(byInterpreter(layout, bytes, given))
    },
  )

  test("has seen genuine blobs", () => expect(entries.filter(isGenuine).length).toBeGreaterThan(0))
})

const samples = fc.tuple(layouts, layoutArguments).chain(([layout, given]) =>
  fc.array(statesOf(layout, given), { minLength: 4, maxLength: 8, size: "max" }).map((states) => ({
    layout,
    given,
    blobs: states.map((state) => encode(layout, state, given)).filter((blob) => blob instanceof Uint8Array),
  })),
)

test("dissectors of random layouts show what the interpreter reads", { timeout: 600_000 }, () => {
  let accepted = 0
  fc.assert(
    fc.property(samples, ({ layout, given, blobs }) => {
      const some = blobs.filter(({ length }) => length > 0)
      const protocol = layout.format.replaceAll("-", "_")
      const script = toWireshark(layout, { origin: "A test." })
      const shown = dissected(script, protocol, some, preferencesOf(layout, given))
      for (const [index, blob] of some.entries()) {
        const wanted = byInterpreter(layout, blob, given)
        expect(byTshark(shown[index] ?? [])).toEqual(wanted)
        if (wanted.refused === undefined) accepted++
      }
    }),
    { seed: 1, numRuns: 25, endOnFailure: true },
  )
  expect(accepted).toBeGreaterThan(25)
})
