import { expect, test } from "vitest"
import * as L from "../../../src/layout/index.js"

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
])("%s", (_, bytes, expected) => {
  const { violations, state } = L.interpret(tlv, Uint8Array.from(bytes))
  expect(violations[0] === undefined ? state : `${violations[0].rule} ${violations[0].path}`).toEqual(expected)
  if (violations.length === 0) expect(L.encode(tlv, state)).toEqual(Uint8Array.from(bytes))
})
