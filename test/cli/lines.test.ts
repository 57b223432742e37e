import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { textsOf } from "../../src/cli/lines.js"
import { inPieces } from "./harness.js"

const isJson = (bytes: Uint8Array): boolean => {
  try {
    JSON.parse(new TextDecoder().decode(bytes))
    return true
  } catch {
    return false
  }
}

const read = async (input: string | Uint8Array, limit = 100, piece = 7) => {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input
  const texts: { text: string; offset: number; line: number | undefined }[] = []
  for await (const { bytes: found, offset, line } of textsOf(inPieces(bytes, piece), limit, isJson))
    texts.push({ text: new TextDecoder().decode(found), offset, line })
  return texts
}

describe("an input is one text", () => {
  test.each([
    ["nothing", ""],
    ["blank lines", "\n \n\n"],
    ["one line", '{"a":1}'],
    ["one line that is ended", '{"a":1}\n'],
    ["one line among blank ones", '\n\n{"a":1}\n\r\n'],
    ["an object over several lines", '{\n  "a": 1\n}\n'],
    ["an object whose lines are objects", '{"a":\n[\n{"b":1},\n{"c":2}]}'],
    ["what is malformed from its first line on", '{"a":1\n"b":2}\n'],
  ])("(%s)", async (_, input) => {
    expect(await read(input)).toEqual([{ text: input, offset: 0, line: undefined }])
  })
})

describe("an input is one text a line", () => {
  test.each([
    ["two objects", '{"a":1}\n{"b":2}\n', ['{"a":1}\n', '{"b":2}\n'], [1, 2], [0, 8]],
    ["no newline at the end", '{"a":1}\n{"b":2}', ['{"a":1}\n', '{"b":2}'], [1, 2], [0, 8]],
    ["blank lines", '\n{"a":1}\r\n\n \n{"b":2}\n', ['{"a":1}\r\n', '{"b":2}\n'], [2, 5], [1, 13]],
    ["a malformed first line", 'oops\n{"b":2}\n', ["oops\n", '{"b":2}\n'], [1, 2], [0, 5]],
    ["malformed later lines", '{"a":1}\noops\n{\n', ['{"a":1}\n', "oops\n", "{\n"], [1, 2, 3], [0, 8, 13]],
    ["what is no object", "1\n2\n", ["1\n", "2\n"], [1, 2], [0, 2]],
  ])("(%s)", async (_, input, texts, lines, offsets) => {
    expect(await read(input)).toEqual(
      texts.map((text, index) => ({ text, offset: offsets[index], line: lines[index] })),
    )
  })
})

describe("what is longer than the limit", () => {
  const long = "x".repeat(30)

  test("is read no further where it is one text", async () => {
    let taken = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken += 10
        yield new TextEncoder().encode("x".repeat(10))
        if (taken > 1000) throw new Error("read too far")
      }
    }
    async function* lines(): AsyncGenerator<Uint8Array> {
      for await (const chunk of endless()) yield Buffer.concat([chunk, Uint8Array.of(0x0a)])
    }
    const texts = []
    for await (const text of textsOf(lines(), 25, isJson)) texts.push(text.bytes.length)
    expect(texts).toEqual([26])
    expect(taken).toBeLessThan(100)
  })

  test("comes out one byte longer than the limit, and later lines are whole", async () => {
    expect(await read(`{"a":1}\n${long}\n{"b":2}\n`, 20)).toEqual([
      { text: '{"a":1}\n', offset: 0, line: 1 },
      { text: "x".repeat(21), offset: 8, line: 2 },
      { text: '{"b":2}\n', offset: 39, line: 3 },
    ])
  })

  test("is blank to nobody", async () => {
    const texts = await read(`1\n${" ".repeat(40)}x\n`, 20)
    expect(texts.map(({ text }) => text.length)).toEqual([2, 21])
  })
})

test("however an input arrives, its texts are the same", async () => {
  const line = fc.constantFrom("", " ", '{"a":1}', "{", "}", "1", "oops", '{"a":', "x".repeat(40), '"\u00e9"')
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.boolean(), fc.integer({ min: 1, max: 64 }), async (lines, ended, piece) => {
      const input = lines.join("\n") + (ended ? "\n" : "")
      expect(await read(input, 32, piece)).toEqual(await read(input, 32, 1 << 20))
    }),
  )
})
