import { joined } from "../../violation/bytes.js"

/** A text as bytes, after an edit that does not know what it says. */
export interface EditedText {
  readonly name: string
  readonly bytes: Uint8Array
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const before: Readonly<Record<string, string>> = {
  bom: "\ufeff",
  space: " ",
  "no-break-space": "\u00a0",
  "form-feed": "\f",
  comma: ",",
  null: "null",
  comment: "/**/",
  parenthesis: ")]}'\n",
  record: "\x1e",
}

const behind: Readonly<Record<string, string>> = {
  ...before,
  nul: "\0",
  brace: "}",
  bracket: "]",
  object: "{}",
  line: '\n{"uri":"tcp:a:1"}',
  "line-comment": "// x",
  hash: "#",
  semicolon: ";",
}

/** Bytes that are no UTF-8: an overlong NUL, an encoded surrogate, above the last character, what begins nothing, cut off. */
const notUtf8: Readonly<Record<string, readonly number[]>> = {
  "overlong-nul": [0xc0, 0x80],
  "overlong-slash": [0xe0, 0x80, 0xaf],
  surrogate: [0xed, 0xa0, 0x80],
  "surrogate-pair": [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  "above-last": [0xf4, 0x90, 0x80, 0x80],
  "of-five": [0xf8, 0x88, 0x80, 0x80, 0x80],
  continuation: [0x80],
  ff: [0xff],
  "cut-off": [0xf0, 0x9f, 0x98],
  latin1: [0xe9],
}

/** Every edit of a text that does not know what it says. Truncations come last. */
export function* textEdits(bytes: Uint8Array): Generator<EditedText> {
  for (const [name, text] of Object.entries(before)) yield { name: `behind-${name}`, bytes: joined(utf8(text), bytes) }
  for (const [name, text] of Object.entries(behind)) yield { name: `before-${name}`, bytes: joined(bytes, utf8(text)) }
  yield { name: "twice", bytes: joined(bytes, bytes) }
  yield { name: "in-utf-16", bytes: Uint8Array.from([...bytes].flatMap((byte) => [byte, 0])) }
  yield { name: "in-single-quotes", bytes: bytes.map((byte) => (byte === 0x22 ? 0x27 : byte)) }
  yield { name: "in-an-object", bytes: joined(utf8('{"arguments":'), bytes, utf8("}")) }
  yield { name: "to-65536-bytes", bytes: joined(bytes, utf8(" ".repeat(Math.max(0, 65_536 - bytes.length)))) }
  yield { name: "to-65537-bytes", bytes: joined(bytes, utf8(" ".repeat(Math.max(0, 65_537 - bytes.length)))) }
  const inside = bytes.lastIndexOf(0x22)
  for (const [name, wrong] of Object.entries(notUtf8)) {
    yield {
      name: `with-${name}`,
      bytes: joined(bytes.subarray(0, inside), Uint8Array.from(wrong), bytes.subarray(inside)),
    }
    yield { name: `before-${name}`, bytes: joined(bytes, Uint8Array.from(wrong)) }
  }
  for (let length = 0; length < bytes.length; length++)
    yield { name: `truncated-to-${length}`, bytes: bytes.slice(0, length) }
}
