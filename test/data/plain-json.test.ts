import * as fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readJson } from "../../src/data/json.js"
import { readPlain } from "../../src/data/plain-json.js"
import { defaultJsonLimits } from "../../src/qemu/limits.js"

const read = (text: string) => readPlain(text, defaultJsonLimits)

describe("a plain text is read", () => {
  test.each<[string, unknown]>([
    ['{"uri":"tcp:10.0.0.9:49152"}', { uri: "tcp:10.0.0.9:49152" }],
    [' {\t"a" : [ true, false, null ] ,\r\n"b": {} } ', { a: [true, false, null], b: {} }],
    ['{"port":5900,"tls-port":0}', { port: 5900, "tls-port": 0 }],
    ["9007199254740991", 9007199254740991],
    ['{"a":{"b":1},"c":{"b":1}}', { a: { b: 1 }, c: { b: 1 } }],
    ['["a","a"]', ["a", "a"]],
    ['{"a":"a"}', { a: "a" }],
    ['""', ""],
    [`${"[".repeat(16)}null,true${"]".repeat(16)}`, Array.from({ length: 15 }).reduce((list) => [list], [null, true])],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual(value)
  })
})

describe("a text is left to the strict reader that", () => {
  test.each<[string, string]>([
    ["is none", ""],
    ["is wrong", '{"a":1'],
    ["has a name twice", '{"a":1,"a":1}'],
    ["has a name twice below", '[{"a":[{"b":"","b":""}]}]'],
    ["has a name twice, the first with more strings", '{"a":["x","y"],"a":"z"}'],
    ["has __proto__ twice", '{"__proto__":1,"__proto__":1}'],
    ["has an escape", '{"a":"\\n"}'],
    ["has an escaped name", '{"\\u0061":1}'],
    ["has more than ASCII", '{"a":"ü"}'],
    ["has DEL", '"\x7f"'],
    ["has a byte order mark", "\ufeff{}"],
    ["has a fraction", "[1.0]"],
    ["has an exponent", "[1e3]"],
    ["has a sign", "[-1]"],
    ["has a negative zero", "-0"],
    ["has an inexact number", "[9007199254740993]"],
    ["has a number of 400 digits", "9".repeat(400)],
    ["is nested too deep", `${"[".repeat(17)}${"]".repeat(17)}`],
    ["has objects nested too deep", `${'{"a":'.repeat(17)}1${"}".repeat(17)}`],
    ["may have too many members", `[${"1,".repeat(1024)}1]`],
  ])("%s", (_, text) => {
    expect(read(text)).toBeUndefined()
  })

  test("needs more stack than there is", () => {
    const limits = { maxBytes: 2 ** 25, maxDepth: 64, maxMembers: 2 ** 25 }
    expect(readPlain('"a",'.repeat(2 ** 22), limits)).toBeUndefined()
  })
})

test("a name twice is seen where Object.prototype was changed, too", () => {
  Object.defineProperty(Object.prototype, "detach", { value: 1, enumerable: true, configurable: true })
  const values = ['{"uri":"fd:a","uri":1}', '{"uri":1,"uri":1}'].map(read)
  Reflect.deleteProperty(Object.prototype, "detach")
  expect(values).toEqual([undefined, undefined])
})

const piece = fc.constantFrom(
  ...[
    '{"a":',
    '"a":',
    '{"b":',
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "a",
    "\\",
    "ü",
    "1",
    "0",
    "-",
    ".",
    "e",
    "true",
    "null",
    " ",
  ],
)
const almost = fc.oneof(
  fc.json(),
  fc.json().map((text) => text.replace(/"[^"]*":/g, '"a":')),
  fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("")),
)

test("of any text there is nothing, or what the strict reader says", () => {
  fc.assert(
    fc.property(almost, (text) => {
      const plain = read(text)
      const strict = readJson(text, defaultJsonLimits)
      if (plain !== undefined) expect(E.isRight(strict) && strict.right.value).toEqual(plain)
    }),
    { numRuns: 2000 },
  )
})
