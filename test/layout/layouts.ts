import * as L from "../../src/layout/index.js"

const entry = L.struct("One entry.", { id: L.u32("Its id."), x: L.i32("Its place.", "pixels") })
const short = L.struct("One entry.", { id: L.u32("Its id.") })

const limit = L.numberParameter("limit", { default: 200, doc: "The most bytes." })
const wide = L.numberParameter("wide", { default: 1, doc: "Whether entries are wide." })

/** A layout with a little of everything. */
export const sample = L.layout("sample", {
  title: "SampleBlob",
  doc: "A blob for tests.",
  limit,
  fields: {
    magic: L.magic("SMPL", "The format."),
    version: L.version(3, "The version."),
    flag: L.boolean("A flag."),
    kind: L.enumeration({ small: 1, large: 4 }, "A kind."),
    near: L.u16("A small number.", "items"),
    serials: L.array(L.u64("A serial."), 2),
    inner: L.struct("Nested.", {
      name_size: L.lengthOf("name", "The name's size."),
      name_ptr: L.pointerTo("name", L.run(), "The name."),
    }),
    message_size: L.lengthOf("message", "The message's size."),
    message_ptr: L.pointerTo(
      "message",
      L.message(L.struct("Its header.", { tag: L.u8("A tag."), size: L.u32be("A size.", "bytes") })),
      "A message.",
    ),
    list_ptr: L.pointerTo(
      "list",
      L.table({ lossy: [L.equal(wide, 1), entry], lossless: short }, { counted: "count" }),
      "A list.",
    ),
  },
  rules: ({ flag, near, kind }) => [
    {
      id: "sample/near-limit",
      code: "limit-exceeded",
      at: near,
      holds: L.atMost(near, 9),
      requirement: "It must be near.",
      consequence: "It is far.",
    },
    {
      id: "sample/flag-needs-kind",
      code: "inconsistent",
      at: flag,
      holds: L.all(L.atMost(flag, kind), L.below(flag, 5)),
      requirement: "A flag must have a kind.",
      consequence: "Nothing happens.",
    },
  ],
})

export const sampleArguments = { wide: 1, limit: 200 }

export const sampleState = {
  flag: true,
  kind: "large",
  near: 7,
  serials: [1n, 2n ** 64n - 1n],
  inner: { name: Uint8Array.of(65, 66) },
  message: { header: { tag: 9, size: 258 }, data: Uint8Array.of(1) },
  list: { kind: "lossy", columns: Int32Array.of(5, 6, -1, 2 ** 31 - 1) },
}
