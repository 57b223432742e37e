import { all, atMost, below, equal } from "../../src/layout/expression.js"
import {
  array,
  boolean,
  countedList,
  enumeration,
  i32,
  type Layout,
  lengthOf,
  magic,
  partialMessage,
  pointerTo,
  run,
  struct,
  u8,
  u16,
  u32,
  u32be,
  u64,
  version,
} from "../../src/layout/language.js"

const entry = struct("One entry.", { id: u32("Its id."), x: i32("Its place.", "pixels") })
const short = struct("One entry.", { id: u32("Its id.") })

/** A layout with a little of everything. */
export const sample: Layout = {
  format: "sample",
  title: "SampleBlob",
  struct: struct(
    "A blob for tests.",
    {
      magic: magic("SMPL", "The format."),
      version: version(3, "The version."),
      flag: boolean("A flag."),
      kind: enumeration({ small: 1, large: 4 }, "A kind."),
      near: u16("A small number.", "items"),
      serials: array(u64("A serial."), 2),
      inner: struct("Nested.", {
        name_size: lengthOf("name", "The name's size."),
        name_ptr: pointerTo("name", run, "The name."),
      }),
      message_size: lengthOf("message", "The message's size."),
      message_ptr: pointerTo(
        "message",
        partialMessage(struct("Its header.", { tag: u8("A tag."), size: u32be("A size.", "bytes") })),
        "A message.",
      ),
      list_ptr: pointerTo(
        "list",
        countedList("count", equal({ op: "receiver", member: "wide", perChannel: false }, 1), {
          lossy: entry,
          lossless: short,
        }),
        "A list.",
      ),
    },
    ({ flag, near, kind }) => [
      {
        id: "sample/near-limit",
        code: "limit-exceeded",
        at: near,
        holds: atMost(near, 9),
        requirement: "It must be near.",
        consequence: "It is far.",
      },
      {
        id: "sample/flag-needs-kind",
        code: "inconsistent",
        at: flag,
        holds: all(atMost(flag, kind), below(flag, 5)),
        requirement: "A flag must have a kind.",
        consequence: "Nothing happens.",
      },
    ],
  ),
}

export const sampleReceiver = { wide: 1, maxBlobBytes: { test: 200 } }

export const sampleState = {
  flag: true,
  kind: "large",
  near: 7,
  serials: [1n, 2n ** 64n - 1n],
  inner: { name: Uint8Array.of(65, 66) },
  message: { header: { tag: 9, size: 258 }, data: Uint8Array.of(1) },
  list: { kind: "lossy", columns: Int32Array.of(5, 6, -1, 2 ** 31 - 1) },
}
