import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { chainHolds, chainMended, chainRefused } from "../../src/layout/chain.js"
import { cardMessagesFit } from "../../src/spice/card-queue.js"
import { cardMessage } from "./card-message.js"

const queue = (...messages: readonly Uint8Array[]): Uint8Array => Uint8Array.from(messages.flatMap((each) => [...each]))

const fits = (bytes: Uint8Array): boolean => chainHolds(cardMessagesFit, bytes)

describe("the write queue of a smartcard", () => {
  test.each<[string, Uint8Array, boolean]>([
    ["that is empty fits", queue(), true],
    ["that is shorter than a header is for another rule", cardMessage(0, 0).subarray(1), true],
    ...[2, 3, 4, 5, 6, 7].map((type): [string, Uint8Array, boolean] => [
      `with a message of type ${type} fits`,
      cardMessage(type, 4),
      true,
    ]),
    ...[0, 1, 8, 9, 0x01000000, 0xffffffff].map((type): [string, Uint8Array, boolean] => [
      `with a message of type ${type} does not`,
      cardMessage(type, 4),
      false,
    ]),
    ["with a VSC_Init behind an answer does not", queue(cardMessage(7, 258), cardMessage(1, 0)), false],
    [
      "that fills the reader's buffer and ends with a VSC_Init does not",
      queue(cardMessage(7, 65512), cardMessage(1, 0)),
      false,
    ],
    ["that fills the reader's buffer fits", queue(cardMessage(7, 65512), cardMessage(2, 0)), true],
    ["that begins within a message does not", queue(cardMessage(7, 40).subarray(13), cardMessage(3, 0)), false],
    ["that ends within a body does not", queue(cardMessage(3, 0), cardMessage(7, 9, 10)), false],
    ["that ends within a header does not", queue(cardMessage(3, 0), cardMessage(7, 0).subarray(0, 11)), false],
    ["with a length that no queue has does not", cardMessage(7, 4, 0xffffffff), false],
    ["with a length that ends its sum with the header at 0 does not", cardMessage(7, 4, 0xfffffff4), false],
  ])("%s", (_, bytes, expected) => expect(fits(bytes)).toBe(expected))

  test("that was mended fits, is as long as before, and is a copy", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(fc.nat(3000), fc.nat(255)).map(([length, fill]) => new Uint8Array(length).fill(fill)),
      fc
        .array(fc.tuple(fc.nat(9), fc.nat(30)), { maxLength: 9 })
        .map((all) => queue(...all.map((each) => cardMessage(...each)))),
    )
    fc.assert(
      fc.property(bytes, (before) => {
        const copy = before.slice()
        const after = chainMended(cardMessagesFit, before)
        expect(before).toEqual(copy)
        expect(after.length).toBe(before.length)
        expect(fits(after)).toBe(true)
        expect(after === before).toBe(fits(before))
      }),
    )
  })

  test("that was mended keeps lengths and bodies as far as it can", () => {
    const [first, second] = [cardMessage(8, 20), cardMessage(6, 5)]
    const after = chainMended(cardMessagesFit, queue(first, second))
    const type = after[3] ?? 0
    expect([2, 3, 4, 5, 6, 7]).toContain(type)
    expect(after).toEqual(queue(cardMessage(type, 20), second))
  })

  test("is refused by the example that the scan itself gives, and no shorter", () => {
    expect(fits(chainRefused(cardMessagesFit))).toBe(false)
    expect(fits(chainRefused(cardMessagesFit).subarray(1))).toBe(true)
  })
})
