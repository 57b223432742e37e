import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Opening, replayWindow } from "../../src/seal/index.js"
import { decodeWindow, encodeOpening, encodeWindow, mostOpenings } from "../../src/seal/replay.js"
import { refusalOf, rightOf } from "./scene.js"

const openingOf = (number: number, until = 1000): Opening => ({ id: number.toString(16).padStart(32, "0"), until })

describe("a replay window", () => {
  test("takes an envelope once until it expires", () => {
    const window = replayWindow()
    expect([0, 1, 1000].map((now) => window.take(openingOf(1), now))).toEqual(["first", "again", "again"])
  })

  test("goes on with what was remembered", () => {
    const before = replayWindow()
    before.take(openingOf(1), 0)
    const window = replayWindow({ openings: before.openings() })
    expect(window.take(openingOf(1), 1)).toBe("again")
    expect(window.take(openingOf(2), 1)).toBe("first")
  })

  test("takes no more than it has room for, and again once some have expired", () => {
    const openings = Array.from({ length: mostOpenings }, (_, number) => openingOf(number))
    const window = replayWindow({ openings })
    expect(window.take(openingOf(mostOpenings, 2000), 1000)).toBe("full")
    expect(window.take(openingOf(mostOpenings, 2000), 1001)).toBe("first")
    expect(window.openings()).toEqual([openingOf(mostOpenings, 2000)])
  })

  test("opens nothing again when a clock that was ahead is set back", () => {
    const openings = Array.from({ length: mostOpenings }, (_, number) => openingOf(number))
    const window = replayWindow({ openings })
    expect(window.take(openingOf(mostOpenings, 9000), 5000)).toBe("first")
    expect(window.openings()).toHaveLength(1)
    expect(window.take(openingOf(7), 500)).toBe("again")
  })

  test("forgets nothing before it has to", () => {
    const window = replayWindow({ openings: [openingOf(1)] })
    expect(window.take(openingOf(2, 9000), 5000)).toBe("first")
    expect(window.take(openingOf(1), 500)).toBe("again")
  })

  test("opens nothing that it could not keep", () => {
    let isFull = true
    const keep = (): void => {
      if (isFull) throw new Error("no space left on device")
    }
    const window = replayWindow({ keep })
    expect(() => window.take(openingOf(1), 0)).toThrow("no space")
    isFull = false
    expect(window.take(openingOf(1), 0)).toBe("first")
  })

  test("keeps an opening before it says that it is the first", () => {
    const kept: Opening[] = []
    const window = replayWindow({ keep: (opening) => void kept.push(opening) })
    window.take(openingOf(1), 0)
    window.take(openingOf(1), 0)
    expect(kept).toEqual([openingOf(1)])
  })
})

const openings = fc.array(
  fc.record({
    id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    until: fc.maxSafeNat(),
  }),
)

describe("a window's file", () => {
  test("has what was remembered, and what was appended", () =>
    fc.assert(
      fc.property(openings, openings, (first, more) => {
        const file = Uint8Array.from(Buffer.concat([encodeWindow(first), ...more.map(encodeOpening)]))
        expect(rightOf(decodeWindow(file))).toEqual([...first, ...more])
      }),
    ))

  test("loses no more than the opening that a crash cut off", () =>
    fc.assert(
      fc.property(openings, fc.integer({ min: 1, max: 23 }), (kept, left) => {
        const file = Buffer.concat([encodeWindow(kept), encodeOpening(openingOf(1)).subarray(0, left)])
        expect(rightOf(decodeWindow(Uint8Array.from(file)))).toEqual(kept)
      }),
    ))

  test.each([
    ["empty", new Uint8Array()],
    ["of another format", encodeWindow([]).fill(0x58, 0, 4)],
    ["of another version", encodeWindow([]).fill(2, 4, 5)],
    ["too long", new Uint8Array(8 + 24 * (2 * mostOpenings + 1))],
  ])("that is %s is refused", (_, file) => {
    expect(refusalOf(decodeWindow(file))[1]).toBe("seal/window-file")
  })

  test("that is no bytes is refused", () => expect(refusalOf(decodeWindow("MGRW"))[1]).toBe("layout/argument"))
})
