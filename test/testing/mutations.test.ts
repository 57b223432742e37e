import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { decodeMigrateData } from "../../src/index.js"
import { formatOf, formats } from "../../src/spice/formats.js"
import { blobsOf, mutationsOf, settingOf } from "../../src/testing/index.js"
import { acceptsAny, anyChannel, anyReceiver, layoutOf, planFor } from "./receivers.js"

const cases = fc
  .tuple(anyReceiver, anyChannel, fc.integer())
  .filter(([receiver, channel]) => acceptsAny(channel, receiver))
  .map(([receiver, channel, seed]) => {
    const blobs = fc.sample(blobsOf(layoutOf(channel), receiver, channel), { seed, numRuns: 6 })
    const blob = blobs.reduce((one, other) => (Math.abs(other.length - 150) < Math.abs(one.length - 150) ? other : one))
    return { receiver, channel, blob, setting: settingOf(layoutOf(channel), channel, receiver) }
  })
  .filter(({ blob }) => blob.length < 400)

describe("the mutations of any valid blob", () => {
  test("are all refused, have different names, and leave the blob as it is", () => {
    fc.assert(
      fc.property(cases, ({ receiver, channel, blob, setting }) => {
        const before = blob.join()
        const names = new Set<string>()
        for (const { name, bytes } of mutationsOf(setting, blob)) {
          if (E.isRight(decodeMigrateData(channel, bytes, receiver))) expect.fail(`${name} is accepted`)
          if (names.has(name)) expect.fail(`${name} is there twice`)
          if (!/^[A-Za-z0-9_.-]+$/.test(name)) expect.fail(name)
          if (bytes.buffer === blob.buffer) expect.fail(`${name} is the blob's memory`)
          names.add(name)
        }
        expect(blob.join()).toBe(before)
      }),
      { numRuns: 100 },
    )
  })

  test("are the same each time, cut it at every byte, and splice it with every other format", () => {
    fc.assert(
      fc.property(cases, ({ channel, blob, setting }) => {
        const all = [...mutationsOf(setting, blob)]
        const { size } = planFor(channel)
        expect([...mutationsOf(setting, blob)]).toEqual(all)
        const lengths = all.filter(({ name }) => name.startsWith("truncated-to-")).map(({ bytes }) => bytes.length)
        expect(lengths).toEqual(Array.from({ length: blob.length }, (_, length) => length))
        const parts = Buffer.from(blob.subarray(size)).toString("hex")
        for (const { format } of Object.values(formats)) {
          if (format === formatOf[channel]) continue
          const head = all.find(({ name }) => name === `head-of-${format}`)?.bytes ?? expect.fail(format)
          const body = all.find(({ name }) => name === `body-of-${format}`)?.bytes ?? expect.fail(format)
          expect(Buffer.from(head).toString("hex").endsWith(parts)).toBe(true)
          expect([...body.subarray(0, 8)]).toEqual([...blob.subarray(0, 8)])
        }
      }),
      { numRuns: 20 },
    )
  })
})
