import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { newStream, type StreamEvent, type StreamPart } from "../../src/capture/reassembly.js"

const part = (sequence: number, text: string, rest: Partial<StreamPart> = {}): StreamPart => {
  const bytes = Uint8Array.from(Buffer.from(text))
  return { sequence: sequence >>> 0, bytes, length: bytes.length, fin: false, ...rest }
}

const eventText = (event: StreamEvent): string => {
  switch (event.kind) {
    case "bytes":
      return Buffer.from(event.bytes).toString()
    case "end":
      return "<end>"
    default:
      return `<${event.kind} ${event.size}>`
  }
}

/** What comes of segments, and of giving up in the end. */
const played = (first: number, parts: readonly StreamPart[]): string => {
  const stream = newStream(first)
  const events = [...parts.flatMap((each) => stream.take(each)), ...stream.flush()]
  return events.map(eventText).join("|")
}

describe("a stream", () => {
  test.each<[string, number, StreamPart[], string]>([
    ["in order", 1, [part(1, "ab"), part(3, "cd")], "ab|cd"],
    ["out of order", 1, [part(3, "cd"), part(1, "ab")], "ab|cd"],
    ["across the end of the numbers", 0xffffffff, [part(0xffffffff, "ab"), part(1, "cd")], "ab|cd"],
    ["out of order there", 0xfffffffe, [part(0, "c"), part(0xfffffffe, "ab")], "ab|c"],
    ["sent again", 1, [part(1, "ab"), part(1, "ab"), part(3, "c")], "ab|c"],
    ["sent again with more", 1, [part(1, "ab"), part(1, "abcd")], "ab|cd"],
    ["sent again with other bytes", 1, [part(1, "ab"), part(1, "aX")], "ab|<conflict 2>"],
    ["sent again with other bytes, and more", 1, [part(1, "ab"), part(1, "aXcd")], "ab|<conflict 2>|cd"],
    ["early and again with other bytes", 1, [part(3, "cd"), part(3, "cX"), part(1, "ab")], "<conflict 1>|ab|cd"],
    ["early and overlapping on both sides", 1, [part(4, "d"), part(3, "cde"), part(1, "ab")], "ab|c|d|e"],
    ["an early one inside another", 1, [part(3, "cdef"), part(4, "de"), part(1, "ab")], "ab|cdef"],
    ["the first of two that conflict is read", 1, [part(2, "bc"), part(1, "aXY")], "<conflict 2>|a|bc"],
    ["early from the last on", 1, ["f", "e", "d", "c", "b", "a"].map((text, at) => part(6 - at, text)), "a|b|c|d|e|f"],
    [
      "early and over several",
      1,
      [part(7, "g"), part(5, "e"), part(3, "c"), part(2, "bcdefgh"), part(1, "a")],
      "a|b|c|d|e|f|g|h",
    ],
    ["a keep-alive repeats the last byte, whatever it was", 1, [part(1, "ab"), part(2, "\0"), part(3, "c")], "ab|c"],
    ["with a gap in the end", 1, [part(1, "ab"), part(5, "ef")], "ab|<gap 2>|ef"],
    ["with two gaps", 1, [part(3, "c"), part(5, "e")], "<gap 2>|c|<gap 1>|e"],
    ["that ends", 1, [part(1, "ab", { fin: true })], "ab|<end>"],
    ["whose end comes early", 1, [part(3, "cd", { fin: true }), part(1, "ab")], "ab|cd|<end>"],
    ["whose end comes twice", 1, [part(1, "ab", { fin: true }), part(3, "", { fin: true })], "ab|<end>"],
    ["whose end is all that came", 1, [part(5, "", { fin: true })], "<gap 4>|<end>"],
    ["of which only a part was kept", 1, [part(1, "ab", { length: 4 }), part(5, "ef")], "ab|<gap 2>|ef"],
    ["of which nothing of the last was kept", 1, [part(1, "", { length: 4, fin: true })], "<gap 4>|<end>"],
    ["far ahead of any window", 1, [part(1 + 2 ** 30 + 1, "x"), part(1, "ab")], "ab"],
    ["far behind any window", 1, [part(1 - 2 ** 30 - 1, "x"), part(1, "ab")], "ab"],
  ])("%s", (_, first, parts, text) => {
    expect(played(first, parts)).toBe(text)
  })

  test("gives a gap up that the other side has acknowledged, once some more has come", () => {
    const stream = newStream(1)
    stream.acknowledged(100)
    const events = Array.from({ length: 30 }, (_, index) => stream.take(part(2 + index, "x"))).flat()
    expect(events.slice(0, 2).map(eventText)).toEqual(["<gap 1>", "x"])
    expect(events).toHaveLength(31)
  })

  test("waits for what nobody has acknowledged", () => {
    const stream = newStream(1)
    for (let index = 0; index < 1000; index++) expect(stream.take(part(2 + index, "x"))).toEqual([])
    expect(stream.isBehind()).toBe(false)
    stream.acknowledged(2)
    expect(stream.isBehind()).toBe(true)
  })

  test("does not wait with more than 16 MiB or 4096 segments", () => {
    const many = newStream(1)
    const early = Array.from({ length: 4097 }, (_, index) => many.take(part(3 + 2 * index, "x")))
    expect(early.flat().map(eventText)).toEqual(["<gap 2>", "x"])
    const large = newStream(1)
    const bytes = new Uint8Array(1 << 20)
    const taken = Array.from({ length: 17 }, (_, index) =>
      large.take({ sequence: 2 + (index << 20), bytes, length: bytes.length, fin: false }),
    )
    expect(taken.flat()[0]).toEqual({ kind: "gap", size: 1 })
    expect(large.kept()).toBeLessThan(1 << 20)
  })

  test("remembers what it has read, to compare: at most 64 KiB of it", () => {
    const stream = newStream(0)
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251)
    const all = { sequence: 0, bytes, length: bytes.length, fin: false }
    stream.take(all)
    expect(stream.take(all)).toEqual([])
    expect(stream.kept()).toBeLessThanOrEqual(65_536)
    const changed = (at: number) => ({ ...all, bytes: bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)) })
    expect(stream.take(changed(199_998)).map(eventText)).toEqual(["<conflict 200000>"])
    expect(stream.take(changed(200_000 - 65_536)).map(eventText)).toEqual(["<conflict 200000>"])
    expect(stream.take(changed(200_000 - 65_537))).toEqual([])
  })

  test("does not compare with what it never had", () => {
    const stream = newStream(1)
    stream.take(part(5, "ef"))
    stream.flush()
    expect(stream.take(part(1, "abcdef"))).toEqual([])
    expect(stream.take(part(1, "abcdeX")).map(eventText)).toEqual(["<conflict 6>"])
  })

  const texts = fc.uint8Array({ minLength: 1, maxLength: 200 })

  test("has the same bytes however they are cut, repeated and reordered within a window", () => {
    fc.assert(
      fc.property(
        texts,
        fc.nat(0xffffffff),
        fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 40 }), fc.nat(5)), { maxLength: 60 }),
        (bytes, first, cuts) => {
          const pieces = cuts.map(([at, size, order]) => ({ at: at % bytes.length, size, order }))
          for (let at = 0; at < bytes.length; at += 16) pieces.push({ at, size: 16, order: 9 })
          pieces.sort((one, other) => one.order - other.order)
          const stream = newStream(first)
          const events = pieces.flatMap(({ at, size }) => {
            const kept = bytes.subarray(at, at + size)
            return stream.take({ sequence: (first + at) >>> 0, bytes: kept, length: kept.length, fin: false })
          })
          expect(events.every(({ kind }) => kind === "bytes")).toBe(true)
          const read = events.flatMap((event) => (event.kind === "bytes" ? [...event.bytes] : []))
          expect(read).toEqual([...bytes])
          expect(stream.expects()).toBe((first + bytes.length) >>> 0)
        },
      ),
    )
  })

  test("has every byte or says that it is missing, whatever comes", () => {
    const anyPart = fc.record({
      sequence: fc.oneof(fc.nat(300), fc.nat(0xffffffff)),
      bytes: fc.uint8Array({ maxLength: 40 }),
      cut: fc.nat(3),
      fin: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 80 }), (parts) => {
        const stream = newStream(100)
        const events = parts.flatMap(({ sequence, bytes, cut, fin }) =>
          stream.take({ sequence, bytes, length: bytes.length + cut, fin }),
        )
        const size = [...events, ...stream.flush()].reduce((sum, event) => {
          if (event.kind === "bytes") return sum + event.bytes.length
          return event.kind === "gap" ? sum + event.size : sum
        }, 0)
        expect((stream.expects() - 100) >>> 0).toBe(size % 2 ** 32)
        expect(events.filter(({ kind }) => kind === "end").length).toBeLessThanOrEqual(1)
      }),
    )
  })
})
