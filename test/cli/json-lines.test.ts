import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { textsOf } from "../../src/cli/json-lines.js"
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
    ["nothing", "", "", 0],
    ["blank lines", "\n \n\n", "", 0],
    ["one line", '{"a":1}', '{"a":1}', 0],
    ["one line that is ended", '{"a":1}\n', '{"a":1}', 0],
    ["one line among blank ones", '\n\n{"a":1}\n\r\n', '{"a":1}', 2],
    ["one line before more blank ones than the limit has bytes", `{"a":1}${"\n".repeat(200)}`, '{"a":1}', 0],
    ["an object over several lines", '{\n  "a": 1\n}\n', '{\n  "a": 1\n}', 0],
    ["an object with blank lines", '\n{\n\n"a":1}', '{\n\n"a":1}', 1],
    ["an object whose lines are objects", '{"a":\n[\n{"b":1},\n{"c":2}]}', '{"a":\n[\n{"b":1},\n{"c":2}]}', 0],
    ["an object whose second line begins one", '{"a":[\n{"b":1}]}', '{"a":[\n{"b":1}]}', 0],
    ["what is malformed from its first line on", '{"a":1\n"b":2}\n', '{"a":1\n"b":2}', 0],
    ["a line of control characters", "\u0001\u001b", "\u0001\u001b", 0],
  ])("(%s)", async (_, input, text, offset) => {
    expect(await read(input)).toEqual([{ text, offset, line: undefined }])
  })
})

describe("an input is one text a line", () => {
  test.each([
    ["two objects", '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}'], [1, 2], [0, 8]],
    ["no newline at the end", '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}'], [1, 2], [0, 8]],
    ["blank lines", '\n{"a":1}\r\n\n \n{"b":2}\n\n', ['{"a":1}\r', '{"b":2}'], [2, 5], [1, 13]],
    ["a malformed first line", 'oops\n\n{"b":2}\n', ["oops", '{"b":2}'], [1, 3], [0, 6]],
    ["malformed later lines", '{"a":1}\noops\n{\n', ['{"a":1}', "oops", "{"], [1, 2, 3], [0, 8, 13]],
    ["lines of control characters", '{"a":1}\n\u0000\n', ['{"a":1}', "\0"], [1, 2], [0, 8]],
    ["what is no object", "1\n2\n", ["1", "2"], [1, 2], [0, 2]],
  ])("(%s)", async (_, input, texts, lines, offsets) => {
    expect(await read(input)).toEqual(
      texts.map((text, index) => ({ text, offset: offsets[index], line: lines[index] })),
    )
  })

  test("also where it is longer than the limit and begins with a malformed one", async () => {
    const texts = await read(`oops\n${'{"a":1}\n'.repeat(50)}`, 40)
    expect(texts.map(({ line }) => line)).toEqual(Array.from({ length: 51 }, (_, index) => index + 1))
  })
})

describe("what is longer than the limit", () => {
  /** Bytes without end; reading too many of them is an error. */
  async function* endless(chunk: string): AsyncGenerator<Uint8Array> {
    for (let taken = 0; taken < 1000; taken += chunk.length) yield new TextEncoder().encode(chunk)
    throw new Error("read too far")
  }

  test.each([
    ["in one line", "x".repeat(10)],
    ["in many lines", "xxxxxxxxx\n"],
    ["in lines of one byte", "x\nx\nx\nx\nx\n"],
  ])("is read no further where it is one text (%s)", async (_, chunk) => {
    const sizes = []
    for await (const { bytes } of textsOf(endless(chunk), 25, isJson)) sizes.push(bytes.length)
    expect(sizes).toEqual([26])
  })

  test("is told of as soon as it is known, though its line never ends", async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('{"a":1}\n{"b":2}\n')
      yield* endless("x".repeat(10))
    }
    const texts = textsOf(source(), 25, isJson)
    const sizes = [await texts.next(), await texts.next(), await texts.next()].map(({ value }) => value?.bytes.length)
    expect(sizes).toEqual([7, 7, 26])
  })

  test("comes out one byte longer than the limit, and later lines are whole", async () => {
    expect(await read(`{"a":1}\n${"x".repeat(30)}\n{"b":2}\n`, 20)).toEqual([
      { text: '{"a":1}', offset: 0, line: 1 },
      { text: "x".repeat(21), offset: 8, line: 2 },
      { text: '{"b":2}', offset: 39, line: 3 },
    ])
  })

  test("is nothing that has the limit's size with a newline behind it", async () => {
    const line = `"${"x".repeat(18)}"`
    expect(await read(`${line}\n`, 20)).toEqual([{ text: line, offset: 0, line: undefined }])
    expect((await read(`1\n${line}\n`, 20)).map(({ text }) => text)).toEqual(["1", line])
  })

  test("is blank to nobody that does not see all of it", async () => {
    const texts = await read(`1\n${" ".repeat(40)}x\n`, 20)
    expect(texts.map(({ text }) => text.length)).toEqual([1, 21])
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
