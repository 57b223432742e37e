import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { readIndex } from "../../scripts/corpus.js"
import { type Channel, channels, defaultReceiver, type ReceiverState } from "../../src/index.js"
import { rulesOf } from "../../src/layout/rules.js"
import { type Format, formatOf, formats } from "../../src/spice/formats.js"
import { choicesOf } from "../../src/testing/arbitrary/choices.js"
import { FuzzerRandom } from "../../src/testing/fuzzer-random.js"
import { walkOf } from "../../src/testing/generate/blob.js"
import { drawing } from "../../src/testing/generate/choose.js"
import { attacksOf, fromFuzzerBytes, settingOf } from "../../src/testing/index.js"
import { read } from "../../src/testing/setting.js"
import { acceptsAny, anyChannel, anyReceiver, layoutOf, smallReceiver } from "./receivers.js"

const everyChannel = (bytes: number) =>
  Object.fromEntries(channels.map((channel) => [channel, bytes])) as ReceiverState["maxBlobBytes"]

/** Receivers of which each rule can be broken for one at least. */
const suitable: readonly ReceiverState[] = [
  { ...smallReceiver, jpegWanCompression: "always", provenance: "sealed", source: "0.15" },
  { ...smallReceiver, jpegWanCompression: "never" },
  { ...smallReceiver, provenance: "sealed", maxReadBytes: { smartcard: 64 } },
  { ...smallReceiver, maxBlobBytes: { ...everyChannel(12), display: 300, main: 7000, smartcard: 300, spicevmc: 60 } },
  { ...defaultReceiver, maxWriteBytes: everyChannel(5000) },
]

const formatNames: readonly Format[] = ["main", "display", "inputs", "spicevmc", "smartcard"]

const rulesBroken = (channel: Channel, receiver: ReceiverState, blob: Uint8Array): readonly string[] =>
  read(settingOf(layoutOf(channel), channel, receiver), blob, false).violations.map(({ rule }) => rule)

describe("hostile blobs", () => {
  const witnesses = readIndex().filter(({ origin }) => origin === "witness")

  test.each(formatNames)("of %s break everything that can be broken, some nothing", (format) => {
    const found = new Set<string>()
    let valid = 0
    for (const receiver of suitable.filter((each) => acceptsAny(format, each)))
      for (const blob of fc.sample(attacksOf(formats[format], receiver), { seed: 1, numRuns: 2500 })) {
        const broken = rulesBroken(format, receiver, blob)
        for (const rule of broken) found.add(rule)
        if (broken.length === 0) valid++
      }
    const breakable = new Set(
      witnesses.filter(({ channel }) => formatOf[channel] === format).map(({ rule }) => String(rule)),
    )
    expect([...breakable].filter((rule) => !found.has(rule))).toEqual([])
    expect(rulesOf(formats[format]).filter(({ id }) => !found.has(id))).toEqual([])
    expect(valid).toBeGreaterThan(50)
  })

  test("are made without a throw, for any receiver that accepts anything", () => {
    fc.assert(
      fc.property(anyReceiver, anyChannel, fc.integer(), (receiver, channel, seed) => {
        const make = () => attacksOf(layoutOf(channel), receiver, channel)
        if (!acceptsAny(channel, receiver)) expect(make).toThrow(RangeError)
        else for (const blob of fc.sample(make(), { seed, numRuns: 4 })) rulesBroken(channel, receiver, blob)
      }),
      { numRuns: 150 },
    )
  })

  test("never change one that was made before", () => {
    fc.assert(
      fc.property(
        anyChannel,
        fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 2, maxLength: 6 }),
        (channel, all) => {
          const from = fromFuzzerBytes(attacksOf(layoutOf(channel), smallReceiver, channel))
          const made = all.map((bytes) => from(bytes).value)
          const before = made.map((blob) => blob.join())
          for (const bytes of all) from(bytes).value.fill(0x77)
          expect(made.map((blob) => blob.join())).toEqual(before)
          expect(all.map((bytes) => from(bytes).value.join())).toEqual(before)
        },
      ),
      { numRuns: 200 },
    )
  })

  test("are not the same memory for two of them", () => {
    for (const format of formatNames) {
      const blobs = fc.sample(attacksOf(formats[format], smallReceiver), { seed: 1, numRuns: 100 })
      expect(new Set(blobs.map(({ buffer }) => buffer)).size).toBe(100)
    }
  })
})

describe("a rule that is broken on purpose", () => {
  const settings = suitable.flatMap((receiver) =>
    formatNames
      .filter((format) => acceptsAny(format, receiver))
      .map((format) => ({ format, receiver, ...walkOf(settingOf(formats[format], format, receiver)) })),
  )

  test("is broken alone, or not at all", () => {
    const inputs = fc.sample(fc.uint8Array({ minLength: 20, maxLength: 80 }), { seed: 2, numRuns: 12 })
    const broken = new Map<string, number>()
    for (const { format, receiver, goals, reaching } of settings)
      for (const goal of goals)
        for (const input of inputs) {
          const rule = goal.broken?.rule
          if (rule === undefined) continue
          const blob = reaching(goal, drawing(choicesOf(new FuzzerRandom(input))))
          if (blob === undefined) continue
          const found = [...new Set(rulesBroken(format, receiver, blob))]
          if (found.length > 0) expect(found, `${rule.id} of ${format}`).toEqual([rule.id])
          for (const id of found) broken.set(id, (broken.get(id) ?? 0) + 1)
        }
    const declared = new Set<string>(formatNames.flatMap((format) => rulesOf(formats[format]).map(({ id }) => id)))
    expect([...declared].filter((id) => !broken.has(id))).toEqual([])
  })

  test("of a scan is broken wherever there is room for it, and not tried elsewhere", () => {
    const inputs = fc.sample(fc.uint8Array({ minLength: 20, maxLength: 80 }), { seed: 3, numRuns: 40 })
    const made = settings
      .filter(({ format }) => format === "main")
      .map(({ receiver, goals, reaching }) => {
        const goal = goals.find(({ broken }) => broken?.rule.id === "main/write-queue-chunks")
        const blobs = inputs.flatMap((input) => {
          const random = new FuzzerRandom(Uint8Array.from([...input, ...new Uint8Array(6000).fill(0xee)]))
          return reaching(goal ?? expect.fail("no rule"), drawing(choicesOf(random))) ?? []
        })
        for (const blob of blobs) expect(rulesBroken("main", receiver, blob)).toEqual(["main/write-queue-chunks"])
        return blobs.length
      })
    expect(made.map((count) => count > 0)).toEqual([false, false, false, false, true])
  })
})
