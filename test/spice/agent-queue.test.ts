import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { agentChunksFit } from "../../src/spice/agent-queue.js"
import { ruleById } from "../../src/spice/catalog.js"

const client = 1
const server = 2

const chunk = (port: number, size: number, announced = size): Uint8Array => {
  const bytes = new Uint8Array(8 + size).fill(0xee)
  new DataView(bytes.buffer).setUint32(0, port, true)
  new DataView(bytes.buffer).setUint32(4, announced, true)
  return bytes
}

const queue = (...chunks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(chunks.flatMap((each) => [...each]))

/** What is left of the largest chunk when its first byte was written; nothing in it looks like a chunk. */
const longestRest = new Uint8Array(2055).fill(0xee)

const fits = (bytes: Uint8Array, tokens: number): boolean => agentChunksFit.holds(bytes, tokens)

describe("the write queue of an agent", () => {
  const cases: readonly (readonly [string, Uint8Array, number, boolean])[] = [
    ["that is empty fits", queue(), 0, true],
    ["of one rest fits without a token", longestRest, 0, true],
    ["of a rest longer than a chunk does not", queue(longestRest, Uint8Array.of(0)), 0, false],
    ["of a rest and a chunk of the client needs a token", queue(longestRest, chunk(client, 4)), 1, true],
    [
      "of a rest and a chunk of the client without a token does not fit",
      queue(longestRest, chunk(client, 4)),
      0,
      false,
    ],
    ["of a rest and a chunk of the server needs none", queue(longestRest, chunk(server, 4)), 0, true],
    ["of a rest and an empty chunk fits", queue(longestRest, chunk(server, 0)), 0, true],
    ["with a chunk for nobody does not", queue(longestRest, chunk(3, 4)), 9, false],
    [
      "with a chunk for nobody behind one of the client does not",
      queue(longestRest, chunk(client, 4), chunk(3, 4)),
      9,
      false,
    ],
    ["with a chunk for port 0 does not", queue(longestRest, chunk(0, 4)), 9, false],
    ["with the largest chunk fits", queue(longestRest, chunk(client, 2048)), 1, true],
    ["with a larger one does not", queue(longestRest, chunk(client, 2049)), 1, false],
    ["with a chunk that is cut does not", queue(longestRest, chunk(server, 4, 5)), 0, false],
    [
      "with a chunk whose header is cut does not",
      queue(longestRest, chunk(server, 4), Uint8Array.of(2, 0, 0, 0, 0, 0, 0)),
      0,
      false,
    ],
    ["with a chunk that announces less than it has does not", queue(longestRest, chunk(server, 9, 8)), 0, false],
    [
      "of ten chunks of the client fits its ten tokens",
      queue(...Array.from({ length: 10 }, () => chunk(client, 2048))),
      10,
      true,
    ],
    [
      "of ten chunks of the client does not fit eight tokens",
      queue(...Array.from({ length: 10 }, () => chunk(client, 2048))),
      8,
      false,
    ],
    [
      "of chunks of both counts the client's",
      queue(longestRest, chunk(client, 1), chunk(server, 1), chunk(client, 1)),
      2,
      true,
    ],
    [
      "of chunks of both counts all of the client's",
      queue(longestRest, chunk(client, 1), chunk(server, 1), chunk(client, 1)),
      1,
      false,
    ],
  ]

  test.each(cases)("%s", (_, bytes, tokens, expected) => {
    expect(fits(bytes, tokens)).toBe(expected)
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
        const tokens = all.filter(([port]) => port === client).length
        expect(fits(queue(first.subarray(stop % first.length), ...others), tokens)).toBe(true)
      }),
    )
  })

  test("is refused by the example that the scan itself gives", () => {
    expect(fits(agentChunksFit.refused, 10)).toBe(false)
    expect(fits(agentChunksFit.refused.subarray(1), 10)).toBe(true)
  })
})

test("a rule is known by its id", () => {
  expect(ruleById("main/write-queue-chunks")?.code).toBe("inconsistent")
  expect(ruleById("layout/gap")?.code).toBe("unclaimed-bytes")
  expect(ruleById("nothing")).toBeUndefined()
})
