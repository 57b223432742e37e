import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { defaultReceiver } from "../../src/index.js"
import { chainHolds, chainMended, chainRefused } from "../../src/layout/chain.js"
import { planOf } from "../../src/layout/plan.js"
import { ruleOf } from "../../src/rules.js"
import { agentChunksFit } from "../../src/spice/agent-queue.js"
import { formats } from "../../src/spice/formats.js"

const client = 1
const server = 2

const chunk = (port: number, size: number, announced = size): Uint8Array => {
  const bytes = new Uint8Array(8 + size).fill(0xee)
  new DataView(bytes.buffer).setUint32(0, port, true)
  new DataView(bytes.buffer).setUint32(4, announced, true)
  return bytes
}

const queue = (...chunks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(chunks.flatMap((each) => [...each]))

/** A chunk of the client as large as they get, which fits no port: nothing in it looks like the start of another. */
const longestRest = new Uint8Array(2056).fill(0xee)

const fits = (bytes: Uint8Array): boolean => chainHolds(agentChunksFit, bytes)

describe("the write queue of an agent", () => {
  const cases: readonly (readonly [string, Uint8Array, boolean])[] = [
    ["that is empty fits", queue(), true],
    ["of one rest fits", longestRest, true],
    ["of a rest longer than a chunk does not", queue(longestRest, Uint8Array.of(0)), false],
    ["of a rest and a chunk of the client fits", queue(longestRest, chunk(client, 4)), true],
    ["of a rest and a chunk of the server fits", queue(longestRest, chunk(server, 4)), true],
    ["of a rest and an empty chunk fits", queue(longestRest, chunk(server, 0)), true],
    ["with a chunk for nobody does not", queue(longestRest, chunk(3, 4)), false],
    ["with a chunk for port 0 does not", queue(longestRest, chunk(0, 4)), false],
    [
      "with a chunk for nobody behind one of the client does not",
      queue(longestRest, chunk(client, 4), chunk(3, 4)),
      false,
    ],
    ["with the largest chunk fits", queue(longestRest, chunk(client, 2048)), true],
    ["with a larger one does not", queue(longestRest, chunk(client, 2049)), false],
    ["with a chunk that is cut does not", queue(longestRest, chunk(server, 4, 5)), false],
    ["with a header that is cut does not", queue(longestRest, chunk(server, 4), chunk(server, 0).subarray(1)), false],
    ["with a chunk that announces less than it has does not", queue(longestRest, chunk(server, 9, 8)), false],
    ["of a departed client's chunk and the server's fits", queue(chunk(client, 2048), chunk(server, 20)), true],
    ["of ten chunks of the client fits", queue(...Array.from({ length: 10 }, () => chunk(client, 2048))), true],
  ]

  test.each(cases)("%s", (_, bytes, expected) => {
    expect(fits(bytes)).toBe(expected)
  })

  test("fits wherever in its first chunk the device stopped", () => {
    const chunks = fc.array(fc.tuple(fc.constantFrom(client, server), fc.integer({ min: 0, max: 2048 })), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(chunks, fc.nat(), (all, stop) => {
        const [first, ...others] = all.map(([port, size]) => chunk(port, size))
        if (first === undefined) return
        expect(fits(queue(first.subarray(stop % first.length), ...others))).toBe(true)
      }),
    )
  })

  describe("that was mended", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(12000), fc.nat(255), fc.uint8Array({ maxLength: 60 })).map(([length, fill, start]) => {
        const all = new Uint8Array(length).fill(fill)
        all.set(start.subarray(0, length))
        return all
      }),
      fc.integer({ min: 2050, max: 6300 }).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
    )
    const mended = (queue: Uint8Array): Uint8Array => chainMended(agentChunksFit, queue)

    test("fits, is as long as before, and is mended once", () => {
      fc.assert(
        fc.property(bytes, (before) => {
          const copy = before.slice()
          const after = mended(before)
          expect(before).toEqual(copy)
          expect(after.length).toBe(before.length)
          expect(fits(after)).toBe(true)
          expect(mended(after)).toBe(after)
          if (fits(before)) expect(after).toBe(before)
        }),
        { numRuns: 80 },
      )
    })

    test("differs in the headers of chunks alone, and shares no memory", () => {
      fc.assert(
        fc.property(bytes, (before) => {
          fc.pre(!fits(before))
          const after = mended(before)
          const view = new DataView(after.buffer)
          let at = new DataView(before.buffer, before.byteOffset).getUint32(0, true) % (longestRest.length + 1)
          at = Math.min(at, after.length - 8)
          const headers = new Set<number>()
          while (at < after.length) {
            for (let index = 0; index < 8; index++) headers.add(at + index)
            expect([client, server]).toContain(view.getUint32(at, true))
            expect(view.getUint32(at + 4, true)).toBeLessThanOrEqual(2048)
            at += 8 + view.getUint32(at + 4, true)
          }
          expect(at).toBe(after.length)
          for (const [index, byte] of after.entries())
            if (!headers.has(index) && byte !== before[index]) expect.fail(`byte ${index}`)
          expect(after.buffer).not.toBe(before.buffer)
        }),
        { numRuns: 100 },
      )
    })

    test("begins with as long a rest as its first bytes say", () => {
      const saying = (rest: number): Uint8Array => {
        const all = new Uint8Array(9000).fill(0xee)
        new DataView(all.buffer).setUint32(0, rest, true)
        return all
      }
      for (const rest of [4, 5, 2055, 2056]) {
        const after = mended(saying(rest))
        expect(after.subarray(4, rest).every((byte) => byte === 0xee)).toBe(true)
        expect(after[rest]).not.toBe(0xee)
      }
      expect(new DataView(mended(saying(2057)).buffer).getUint32(0, true)).toBe(server)
    })

    test("has a chunk of the size that stands at its place, as far as that fits", () => {
      const with2057 = (size: number): Uint8Array => {
        const all = queue(chunk(3, size, size), new Uint8Array(3000))
        new DataView(all.buffer).setUint32(0, 2 * 2057, true)
        return all
      }
      for (const size of [0, 1, 7, 2047, 2048]) {
        const after = mended(with2057(size))
        const view = new DataView(after.buffer)
        expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([client, size])
      }
      expect(new DataView(mended(with2057(2049)).buffer).getUint32(4, true)).toBe(0)
    })

    test("ends with its last chunk whatever is left behind the one before", () => {
      for (let length = 2057; length < 2057 + 40; length++)
        for (let size = 2030; size <= 2048; size++) {
          const all = new Uint8Array(length)
          new DataView(all.buffer).setUint32(4, size, true)
          const after = mended(all)
          if (!fits(after)) expect.fail(`${length} bytes with a chunk of ${size}`)
        }
    })
  })

  test("is refused by the example that the scan itself gives, and no shorter", () => {
    expect(fits(chainRefused(agentChunksFit))).toBe(false)
    expect(fits(chainRefused(agentChunksFit).subarray(1))).toBe(true)
  })
})

test("the limits of a receiver are what the layouts add up to", () => {
  const { maxBlobBytes, maxWriteBytes, maxReadBytes, surfaceTableSize } = defaultReceiver
  expect(maxWriteBytes.main).toBe(maxBlobBytes.main - planOf(formats.main).size)
  expect(maxBlobBytes.display).toBe(planOf(formats.display).size + 4 + 20 * surfaceTableSize)
  expect(maxBlobBytes.smartcard).toBe(planOf(formats.smartcard).size + maxWriteBytes.smartcard + maxReadBytes.smartcard)
  for (const channel of ["usbredir", "port", "webdav", "spicevmc"] as const)
    expect(maxBlobBytes[channel]).toBe(planOf(formats.spicevmc).size + maxWriteBytes[channel])
})

test("a rule is known by its id", () => {
  expect(ruleOf("main/write-queue-chunks")?.code).toBe("inconsistent")
  expect(ruleOf("layout/gap")?.code).toBe("unclaimed-bytes")
  expect(ruleOf("spice/channel")?.code).toBe("wrong-channel")
  expect(ruleOf("nothing")).toBeUndefined()
})
