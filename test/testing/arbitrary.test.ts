import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readBlob, readIndex } from "../../scripts/corpus.js"
import {
  type Channel,
  channels,
  decodeMigrateData,
  defaultReceiver,
  encodeMigrateData,
  type MigrateData,
  type ReceiverState,
  surfacesOf,
} from "../../src/index.js"
import { formats } from "../../src/spice/formats.js"
import { arbitraryOf, attacksOf, blobsOf, fromFuzzerBytes, settingOf, toFuzzerBytes } from "../../src/testing/index.js"
import { read } from "../../src/testing/setting.js"
import { edited, edits, validState } from "../spice/arbitraries.js"
import { acceptsAny, anyChannel, anyReceiver, layoutOf, leastSizeOf, sealedReceiver } from "./receivers.js"

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const sampled = <T>(arbitrary: fc.Arbitrary<T>, seed: number, numRuns: number): readonly T[] =>
  fc.sample(arbitrary, { seed, numRuns })

/** What both decoders say of a blob that has to be valid, and to be the only one of its state. */
const expectValid = (channel: Channel, blob: Uint8Array, receiver: ReceiverState): MigrateData => {
  const decoded = decodeMigrateData(channel, blob, receiver)
  if (E.isLeft(decoded)) expect.fail(decoded.left[0].message)
  const { violations, state } = read(settingOf(layoutOf(channel), channel, receiver), blob)
  expect(violations).toEqual([])
  expect(decoded.right).toEqual(state)
  const encoded = encodeMigrateData(channel, decoded.right, receiver)
  if (E.isLeft(encoded)) expect.fail(encoded.left[0].message)
  expect(hex(encoded.right)).toBe(hex(blob))
  return decoded.right
}

const blobOf = (channel: Channel, state: MigrateData, receiver: ReceiverState): Uint8Array => {
  const encoded = encodeMigrateData(channel, state, receiver)
  return E.isRight(encoded) ? encoded.right : expect.fail(encoded.left[0].message)
}

describe("for any receiver and channel", () => {
  test("every blob is valid, and there is none only where no blob is", () => {
    fc.assert(
      fc.property(anyReceiver, anyChannel, fc.integer(), (receiver, channel, seed) => {
        const make = () => blobsOf(layoutOf(channel), receiver, channel)
        if (!acceptsAny(channel, receiver)) expect(make).toThrow(RangeError)
        else for (const blob of sampled(make(), seed, 4)) expectValid(channel, blob, receiver)
      }),
      { numRuns: 250 },
    )
  })

  test("every state is what a blob decodes to, and there is none only where no blob is", () => {
    fc.assert(
      fc.property(anyReceiver, anyChannel, fc.integer(), (receiver, channel, seed) => {
        const make = () =>
          arbitraryOf(layoutOf(channel), receiver, channel) as fc.Arbitrary<unknown> as fc.Arbitrary<MigrateData>
        if (!acceptsAny(channel, receiver)) expect(make).toThrow(RangeError)
        else
          for (const state of sampled(make(), seed, 3))
            expect(expectValid(channel, blobOf(channel, state, receiver), receiver)).toEqual(state)
      }),
      { numRuns: 150 },
    )
  })

  test("every blob and every state has bytes that make it again", () => {
    fc.assert(
      fc.property(anyReceiver, anyChannel, fc.integer(), (receiver, channel, seed) => {
        fc.pre(acceptsAny(channel, receiver))
        const layout = layoutOf(channel)
        const blobs = blobsOf(layout, receiver, channel)
        const states = arbitraryOf(layout, receiver, channel) as fc.Arbitrary<unknown>
        for (const blob of sampled(blobs, seed, 2))
          for (const arbitrary of [blobs, attacksOf(layout, receiver, channel)]) {
            const bytes = toFuzzerBytes(arbitrary, blob) ?? expect.fail("no bytes")
            const { value, tail } = fromFuzzerBytes(arbitrary)(bytes)
            expect([hex(value), tail.length]).toEqual([hex(blob), 0])
          }
        for (const state of sampled(states, seed, 2)) {
          const bytes = toFuzzerBytes(states, state) ?? expect.fail("no bytes")
          expect(fromFuzzerBytes(states)(bytes).value).toEqual(state)
        }
      }),
      { numRuns: 120 },
    )
  })

  test("a blob that does not fit is no reason to throw for a larger one, byte by byte", () => {
    for (const channel of channels) {
      const least = leastSizeOf(channel)
      const receiverFor = (size: number) => ({
        ...sealedReceiver,
        maxBlobBytes: { ...defaultReceiver.maxBlobBytes, [channel]: size },
      })
      expect(() => blobsOf(layoutOf(channel), receiverFor(least - 1), channel)).toThrow(RangeError)
      expect(() => attacksOf(layoutOf(channel), receiverFor(least - 1), channel)).toThrow(RangeError)
      const tight = receiverFor(least)
      for (const blob of sampled(blobsOf(layoutOf(channel), tight, channel), 1, 50)) {
        expect(blob.length).toBe(least)
        expectValid(channel, blob, tight)
      }
      const lengths = sampled(blobsOf(layoutOf(channel), receiverFor(least + 20), channel), 1, 300).map(
        (blob) => blob.length,
      )
      expect(Math.max(...lengths)).toBe(channel === "inputs" ? least : least + 20)
    }
  })
})

describe("nothing valid is out of reach", () => {
  const anyJpeg = fc.constantFrom("auto" as const, "always" as const, "never" as const)

  test("of the states that were written by hand", () => {
    fc.assert(
      fc.property(
        anyChannel.chain((channel) =>
          anyJpeg.chain((jpegWanCompression) => {
            const receiver = { ...sealedReceiver, jpegWanCompression }
            return fc.record({
              channel: fc.constant(channel),
              receiver: fc.constant(receiver),
              state: validState(channel, receiver),
            })
          }),
        ),
        ({ channel, receiver, state }) => {
          const blob = blobOf(channel, state, receiver)
          for (const arbitrary of [
            blobsOf(layoutOf(channel), receiver, channel),
            attacksOf(layoutOf(channel), receiver, channel),
          ]) {
            const bytes = toFuzzerBytes(arbitrary, blob) ?? expect.fail("no bytes")
            expect(hex(fromFuzzerBytes(arbitrary)(bytes).value)).toBe(hex(blob))
          }
          const states = arbitraryOf(
            layoutOf(channel),
            receiver,
            channel,
          ) as fc.Arbitrary<unknown> as fc.Arbitrary<MigrateData>
          const bytes = toFuzzerBytes(states, state) ?? expect.fail("no bytes")
          expect(fromFuzzerBytes(states)(bytes).value).toEqual(state)
        },
      ),
      { numRuns: 300 },
    )
  })

  test("of what is left valid by edits, and nothing else is in reach", () => {
    let [within, beyond] = [0, 0]
    fc.assert(
      fc.property(anyReceiver, anyChannel, fc.integer(), edits, (receiver, channel, seed, changes) => {
        fc.pre(acceptsAny(channel, receiver))
        const blobs = blobsOf(layoutOf(channel), receiver, channel)
        const [blob] = sampled(blobs, seed, 1)
        const changed = edited(blob ?? new Uint8Array(), changes)
        const isValid = E.isRight(decodeMigrateData(channel, changed, receiver))
        const bytes = toFuzzerBytes(blobs, changed)
        expect(bytes !== undefined).toBe(isValid)
        if (bytes !== undefined) expect(hex(fromFuzzerBytes(blobs)(bytes).value)).toBe(hex(changed))
        if (isValid) within++
        else beyond++
      }),
      { numRuns: 500 },
    )
    expect(Math.min(within, beyond)).toBeGreaterThan(40)
  })

  const accepted = readIndex().filter(({ verdict }) => verdict === "accept")

  test.each(accepted)("of $file", ({ file, channel, receiver: differences }) => {
    const blob = readBlob({ file })
    const receiver = { ...defaultReceiver, ...differences }
    const layout = layoutOf(channel)
    for (const arbitrary of [blobsOf(layout, receiver, channel), attacksOf(layout, receiver, channel)]) {
      const bytes = toFuzzerBytes(arbitrary, blob) ?? expect.fail("no bytes")
      expect(hex(fromFuzzerBytes(arbitrary)(bytes).value)).toBe(hex(blob))
    }
  })

  test("of all blobs of a format that has few of them", () => {
    const receiver = { ...defaultReceiver, maxMotionCount: 700 }
    const counts = new Set(sampled(arbitraryOf(formats.inputs, receiver), 1, 20000).map((state) => state.motion_count))
    expect([...counts].sort((one, other) => one - other)).toEqual(Array.from({ length: 701 }, (_, count) => count))
  })
})

/** How many of some values are so. */
const share = <T>(values: readonly T[], so: (value: T) => boolean): number => values.filter(so).length

describe("in a thousand values there are", () => {
  const seed = 20
  const surfaceTableSize = 300
  const auto: ReceiverState = { ...defaultReceiver, surfaceTableSize }
  const lossy: ReceiverState = { ...auto, jpegWanCompression: "always" }
  const longest = 5000
  const short = { ...sealedReceiver, maxWriteBytes: { ...defaultReceiver.maxWriteBytes, spicevmc: longest } }
  const states = {
    inputs: sampled(arbitraryOf(formats.inputs), seed, 1000),
    display: sampled(arbitraryOf(formats.display, auto), seed, 1000),
    lossy: sampled(arbitraryOf(formats.display, lossy), seed, 1000),
    main: sampled(arbitraryOf(formats.main), seed, 1000),
    spicevmc: sampled(arbitraryOf(formats.spicevmc, short), seed, 1000),
    smartcard: sampled(arbitraryOf(formats.smartcard, sealedReceiver), seed, 1000),
    strict: sampled(arbitraryOf(formats.smartcard, { ...sealedReceiver, source: "0.15" }), seed, 1000),
  }
  const tables = (list: typeof states.display) => list.map((state) => [...surfacesOf(state)])
  const readSizes = (list: typeof states.smartcard) =>
    list.map(({ read_data }) => read_data.data.length + (read_data.header === null ? 0 : 12))
  const announced = states.smartcard.flatMap(({ read_data: { header } }) => (header === null ? [] : [header.length]))
  const tokens = states.main.map(({ agent_base: base }) => base.num_client_tokens + base.write_num_client_tokens)
  const queue = states.main.map(({ agent_base }) => agent_base.write_data.length)

  const cases: readonly (readonly [string, number])[] = [
    ["no motions", share(states.inputs, ({ motion_count }) => motion_count === 0)],
    ["as many motions as there may be", share(states.inputs, ({ motion_count }) => motion_count === 4096)],
    ["one motion less", share(states.inputs, ({ motion_count }) => motion_count === 4095)],
    ["empty tables of surfaces", share(tables(states.display), (table) => table.length === 0)],
    ["full tables of surfaces", share(tables(states.display), (table) => table.length === surfaceTableSize)],
    ["empty tables with lossy regions", share(tables(states.lossy), (table) => table.length === 0)],
    ["full tables with lossy regions", share(tables(states.lossy), (table) => table.length === surfaceTableSize)],
    ["last ids", share(tables(states.display), (table) => table.at(-1)?.id === surfaceTableSize - 1)],
    ["ids one before the last", share(tables(states.display), (table) => table.at(-1)?.id === surfaceTableSize - 2)],
    ["empty regions", share(tables(states.lossy).flat(), ({ lossyRegion: at }) => at?.left === at?.right)],
    [
      "regions at the right end",
      share(tables(states.lossy).flat(), ({ lossyRegion }) => lossyRegion?.right === 2 ** 31 - 1),
    ],
    [
      "regions that begin there",
      share(tables(states.lossy).flat(), ({ lossyRegion }) => lossyRegion?.left === 2 ** 31 - 1),
    ],
    [
      "regions at the top end",
      share(tables(states.lossy).flat(), ({ lossyRegion }) => lossyRegion?.top === -(2 ** 31)),
    ],
    ["largest GLZ windows", share(states.display, ({ glz }) => glz.size === 0x2000000)],
    ["GLZ windows one smaller", share(states.display, ({ glz }) => glz.size === 0x1ffffff)],
    ["largest serials", share(states.display, ({ message_serial }) => message_serial === 2n ** 64n - 1n)],
    ["largest caches", share(states.display, ({ pixmap_cache_size: size }) => size === 2n ** 63n - 1n)],
    ["empty queues", share(states.spicevmc, ({ base }) => base.write_data.length === 0)],
    ["largest queues", share(states.spicevmc, ({ base }) => base.write_data.length === longest)],
    ["queues one byte shorter", share(states.spicevmc, ({ base }) => base.write_data.length === longest - 1)],
    ["sources without an agent", share(states.main, ({ agent_base }) => !agent_base.connected)],
    ["empty queues of an agent", share(queue, (size) => size === 0)],
    ["queues of an agent with two chunks at least", share(queue, (size) => size > 2 * 2056)],
    ["largest queues of an agent", share(queue, (size) => size === 26551)],
    ["queues of an agent one byte shorter", share(queue, (size) => size === 26550)],
    ["full windows of tokens", share(tokens, (sum) => sum === 10)],
    ["windows but for one token", share(tokens, (sum) => sum === 9)],
    ["longest partial headers", share(states.main, ({ agent2client }) => agent2client.msg_header.length === 19)],
    [
      "partial headers one byte shorter",
      share(states.main, ({ agent2client }) => agent2client.msg_header.length === 18),
    ],
    ["whole chunk headers", share(states.main, ({ agent2client }) => agent2client.chunk_header_size === 8)],
    ["chunk headers but for one byte", share(states.main, ({ agent2client }) => agent2client.chunk_header_size === 7)],
    ...[0, 11, 12, 282, 283, 564, 565, 65547, 65548].map(
      (size) => [`messages of ${size} bytes`, share(readSizes(states.smartcard), (each) => each === size)] as const,
    ),
    ...[0, 11, 12, 282, 283, 564, 565, 65547].map(
      (size) =>
        [`incomplete messages of ${size} bytes`, share(readSizes(states.strict), (each) => each === size)] as const,
    ),
    ...[0, 282, 283, 65535, 65536].map(
      (size) => [`announced messages of ${size} bytes`, share(announced, (each) => each === size)] as const,
    ),
  ]

  test.each(cases)("%s", (_, found) => expect(found).toBeGreaterThan(1))

  test("none that 0.15 would not have left", () => {
    const complete = states.strict.filter(
      ({ read_data: { header, data } }) => header !== null && header.length <= data.length,
    )
    expect(complete).toEqual([])
  })
})

describe("where next to nothing is left, values still come out", () => {
  test("of the last ids of a table", () => {
    for (const surfaceTableSize of [1, 2, 3, 5]) {
      const receiver = { ...defaultReceiver, surfaceTableSize }
      const sizes = sampled(arbitraryOf(formats.display, receiver), 3, 200).map(
        (state) => [...surfacesOf(state)].length,
      )
      expect([...new Set(sizes)].sort()).toEqual(Array.from({ length: surfaceTableSize + 1 }, (_, size) => size))
    }
  })

  test.each([12, 13, 280, 281, 282, 283, 284, 293, 294, 295, 296, 563, 564, 565])(
    "of messages of at most %i bytes that have to be incomplete",
    (smartcard) => {
      const maxWriteBytes = { ...defaultReceiver.maxWriteBytes, smartcard: 3 }
      const receiver: ReceiverState = { ...sealedReceiver, maxWriteBytes, maxReadBytes: { smartcard }, source: "0.15" }
      const blobs = sampled(blobsOf(formats.smartcard, receiver), 4, 150)
      for (const blob of blobs) expectValid("smartcard", blob, receiver)
      const most = Math.max(...blobs.map((blob) => new DataView(blob.buffer).getUint32(34, true)))
      // The largest message that can be told from a whole one, and fits the buffer: read off the rules.
      const longer = Array.from({ length: smartcard }, (_, size) => size).filter((size) => {
        const [least, largest] = [size + 1 - 12, smartcard - 12]
        const buffer = largest > 282 ? Math.max(564, largest + 12) : 282
        return size < 12 || (least <= largest && size <= buffer)
      })
      expect(most).toBe(Math.max(...longer))
    },
  )
})
