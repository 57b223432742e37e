import { expect, test } from "vitest"
import * as L from "../../../src/layout/index.js"
import { compiled } from "../../support/compiled.js"
import { expectGenerated } from "../../support/generated.js"

/** A protocol of messages behind one another: type, length, value. */
const tlv = L.layout("tlv", {
  title: "Messages",
  doc: "Messages behind one another.",
  limit: 1000,
  fields: {
    messages: L.list(
      L.struct("A message.", {
        type: L.tagOf("value", "What it is."),
        length: L.lengthOf("value", "How long it is.", L.u16be),
        value: L.union({
          ping: [1, L.struct("A ping.", { id: L.u64be("Its number.") })],
          text: [2, L.struct("A text.", { urgent: L.boolean("Whether it hurries."), text: L.run() })],
        }),
      }),
    ),
  },
})

const decode = compiled(tlv)

test.each<[string, readonly number[], unknown]>([
  ["nothing", [], { messages: [] }],
  [
    "a ping",
    [1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2],
    { messages: [{ value: { kind: "ping", value: { id: 2n ** 32n + 2n } } }] },
  ],
  [
    "a text",
    [2, 0, 2, 1, 65],
    { messages: [{ value: { kind: "text", value: { urgent: true, text: Uint8Array.of(65) } } }] },
  ],
  ["an unknown type", [3, 0, 0], "layout/enumeration messages[0].type"],
  ["a value beyond the end", [2, 0, 2, 1], "layout/part-fits messages[0].length"],
  ["a ping that is too long", [1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], "layout/part-filled messages[0].value"],
  ["half a head", [2, 0, 1, 1, 2, 0], "layout/part-fits messages[1]"],
])("%s is judged alike by the interpreter and the emitted decoder", (_, bytes, expected) => {
  const { violations, state } = L.interpret(tlv, Uint8Array.from(bytes))
  expect(violations[0] === undefined ? state : `${violations[0].rule} ${violations[0].path}`).toEqual(expected)
  expect(decode(Uint8Array.from(bytes), {}, false)).toEqual(violations[0] ?? state)
  if (violations.length === 0) expect(L.encode(tlv, state)).toEqual(Uint8Array.from(bytes))
})

test("its document says what it is", () => expect(L.describe(tlv)).toContain("| 1 | 2 | u16 big-endian | `length` |"))

test("what is generated for it is valid, or breaks what it names: each check, at each field", () => {
  const { broken = [] } = expectGenerated(tlv, {}, 1) ?? {}
  expect(new Set(broken)).toEqual(
    new Set([
      "layout/blob-limit ",
      "layout/part-fits messages[]",
      "layout/enumeration messages[].type",
      "layout/part-fits messages[].length",
      "layout/part-fits messages[].value.ping",
      "layout/part-fits messages[].value.text",
      "layout/part-filled messages[].value",
      "layout/boolean messages[].value.text.urgent",
    ]),
  )
})
