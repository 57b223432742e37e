import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { jsonLine, printable } from "../../src/report/printable.js"
import { nastyNames, unsafe } from "../cli/harness.js"

/** Any string of JavaScript: lone surrogates and all controls included. */
const text = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: fc.integer({ min: 0, max: 0x9f }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(...nastyNames.map(([, name]) => name)),
)

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.jsonValue(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value

const unescaped = (escaped: string): string =>
  escaped.replace(/\\u([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))

describe("printable text", () => {
  test.each([
    ["\\u0000", "\u0000"],
    ["\\u000a", "\n"],
    ["\\u001b[31m", "\u001b[31m"],
    ["\\u007f", "\u007f"],
    ["\\u0085", "\u0085"],
    ["\\u00ad", "\u00ad"],
    ["\\u061c", "\u061c"],
    ["\\u200b", "\u200b"],
    ["\\u2028\\u2029", "\u2028\u2029"],
    ["\\u202e", "\u202e"],
    ["\\ud800", "\ud800"],
    ["\\udc00\\ud800", "\udc00\ud800"],
    ["\\ufeff", "\ufeff"],
    ["\\udb40\\udc41", "\u{e0041}"],
    ["a b\u00e9\u65e5\u{1f600}\\", "a b\u00e9\u65e5\u{1f600}\\"],
  ])("%s is what is left of that text", (expected, raw) => {
    expect(printable(raw)).toBe(expected)
  })

  test("holds nothing that a terminal might obey", () => {
    fc.assert(fc.property(text, (raw) => !unsafe.test(printable(raw))))
  })

  test("is the text itself where a terminal has nothing to obey", () => {
    const harmless = text.map((raw) => raw.replace(new RegExp(unsafe, "gu"), ""))
    fc.assert(fc.property(harmless, (raw) => printable(raw) === raw))
  })

  test("is printable as it is", () => {
    fc.assert(fc.property(text, (raw) => printable(printable(raw)) === printable(raw)))
  })

  test("gives back every text without backslashes of its own", () => {
    const plain = text.map((raw) => raw.replaceAll("\\", "/"))
    fc.assert(fc.property(plain, (raw) => unescaped(printable(raw)) === raw))
  })
})

describe("a line of JSON", () => {
  test("holds nothing that a terminal might obey", () => {
    fc.assert(fc.property(value, (each) => !unsafe.test(jsonLine(each))))
  })

  test("gives back the value that JSON would", () => {
    fc.assert(fc.property(value, (each) => JSON.stringify(JSON.parse(jsonLine(each))) === JSON.stringify(each)))
  })

  test("gives back every text", () => {
    fc.assert(fc.property(text, (raw) => JSON.parse(jsonLine(raw)) === raw))
  })
})
