import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { readBlob, readIndex } from "../../scripts/corpus.js"
import { receiverOfEntry } from "../../src/corpus.js"
import * as L from "../../src/layout/index.js"
import { type FieldRow, fieldsOf, rowAt } from "../../src/report/field-rows.js"
import { receiverArguments } from "../../src/spice/receiver.js"
import { layoutOf } from "../../src/spice/registry.js"
import { layoutArguments, layouts } from "../support/layouts.js"

const index = readIndex()

const fieldsOfEntry = (entry: (typeof index)[number], bytes = readBlob(entry)) =>
  fieldsOf(layoutOf(entry.channel), bytes, receiverArguments(receiverOfEntry(entry), entry.channel))

const entryOf = (file: string) => {
  const entry = index.find((each) => each.file === file)
  if (entry === undefined) throw new Error(`no ${file} in the corpus`)
  return entry
}

const rowsOfFile = (file: string): readonly FieldRow[] => fieldsOfEntry(entryOf(file)).rows

const rowOf = (rows: readonly FieldRow[], path: string) => {
  const row = rows.find((each) => each.path === path)
  if (row === undefined) throw new Error(`no row ${path}`)
  return row
}

describe("the rows of a blob", () => {
  test.each(index.filter(({ verdict }, at) => verdict === "accept" || at % 7 === 0))(
    "$file have each byte once, in order, and each violation once",
    (entry) => {
      const bytes = readBlob(entry)
      const { rows, violations, overall } = fieldsOfEntry(entry, bytes)
      let end = 0
      for (const { offset, length } of rows) {
        expect(offset).toBe(end)
        expect(length).toBeGreaterThan(0)
        end += length
      }
      expect(end).toBe(bytes.length)
      const placed = [...overall, ...rows.flatMap((row) => row.violations)]
      expect(placed).toHaveLength(violations.length)
      expect(new Set(placed)).toEqual(new Set(violations))
      for (const row of rows)
        for (const { offset } of row.violations) {
          expect(offset).toBeGreaterThanOrEqual(row.offset)
          expect(offset).toBeLessThan(row.offset + row.length)
        }
    },
  )

  test.each(index.filter(({ verdict }) => verdict === "accept"))("$file say what each field means", (entry) => {
    for (const { path, meaning } of fieldsOfEntry(entry).rows)
      expect([path, meaning]).toEqual([path, expect.stringMatching(/\.$/)])
  })
})

describe("a row", () => {
  test.each([
    ["a magic", "main/genuine/main-base.bin", "magic", { text: '"MNMD"', value: 0x444d4e4d, offset: 0, length: 4 }],
    ["a boolean", "main/genuine/main-agent.bin", "agent_base.connected", { text: "true", value: 1, unit: "" }],
    ["an enumeration", "main/genuine/main-base.bin", "client2agent.msg_filter_result", { text: "0 (ok)" }],
    ["a number", "display/genuine/display-base.bin", "glz.size", { text: "6290432", unit: "pixels", value: 6290432 }],
    ["a wide number", "display/genuine/display-base.bin", "message_serial", { text: "19", value: 19n }],
    [
      "a number that counts nothing",
      "spicevmc/genuine/usbredir-base.bin",
      "base.num_client_tokens",
      { text: "4294967295 (unlimited)", value: 0xffffffff, unit: "messages" },
    ],
    [
      "bytes",
      "main/genuine/main-agent.bin",
      "agent_base.write_data",
      { text: "35 bytes", value: undefined, type: undefined, offset: 65, length: 35 },
    ],
    [
      "a count in front of entries",
      "display/genuine/display-base.bin",
      "surfaces.num_surfaces",
      { text: "1", meaning: "How many entries follow." },
    ],
  ])("of %s says so", (_, file, path, expected) => {
    expect(rowOf(rowsOfFile(file), path)).toMatchObject(expected)
  })

  test("of a pointer says what lies where it points", () => {
    expect(rowOf(rowsOfFile("main/genuine/main-agent.bin"), "agent_base.write_data_ptr").pointsTo).toEqual({
      path: "agent_base.write_data",
      offset: 65,
      length: 35,
    })
    expect(rowOf(rowsOfFile("display/genuine/display-base.bin"), "surfaces_at_client_ptr").pointsTo).toEqual({
      path: "surfaces",
      offset: 80,
      length: 24,
    })
    expect(rowOf(rowsOfFile("main/genuine/main-base.bin"), "agent_base.write_data_ptr").pointsTo).toBeUndefined()
  })

  test.each([
    ["into a field", 62, { path: "glz.size", offset: 62, length: 2 }],
    ["behind the part's first byte", 81, { path: "", offset: 81, length: 23 }],
    ["outside", 5000, { path: "", offset: 5000, length: 0 }],
  ])("of a pointer that points %s says what lies there instead", (_, to, pointed) => {
    const entry = entryOf("display/genuine/display-base.bin")
    const bytes = Uint8Array.from(readBlob(entry))
    new DataView(bytes.buffer).setUint32(76, to, true)
    const { rows, state } = fieldsOfEntry(entry, bytes)
    const row = rowOf(rows, "surfaces_at_client_ptr")
    expect(row.pointsTo).toEqual(pointed)
    expect(row.violations).toHaveLength(1)
    expect(state).toBeUndefined()
  })

  test("of a wrong magic shows both", () => {
    const entry = entryOf("inputs/genuine/inputs-base.bin")
    const bytes = Uint8Array.from(readBlob(entry))
    bytes.set([0x41, 0x0a, 0xff, 0x5a])
    expect(fieldsOfEntry(entry, bytes).rows[0]?.text).toBe('0x5aff0a41 ("A..Z", not "ICMD")')
  })
})

test("an empty input has no rows, and its violations are about it as a whole", () => {
  const { rows, overall, violations } = fieldsOf(layoutOf("inputs"), new Uint8Array())
  expect(rows).toEqual([])
  expect(overall).toEqual(violations)
  expect(overall).toHaveLength(1)
})

test("the row of a byte is found by its offset", () => {
  const rows = rowsOfFile("display/genuine/display-base.bin")
  expect([0, 3, 4, 65, 103].map((offset) => rowAt(rows, offset)?.path)).toEqual([
    "magic",
    "magic",
    "version",
    "glz.max_encoders",
    "surfaces[0].bottom",
  ])
  for (const offset of [-1, 104, Number.NaN]) expect(rowAt(rows, offset)).toBeUndefined()
})

describe("of any layout", () => {
  const packets = L.layout("packets", {
    title: "Packets",
    doc: "Packets behind pointers of their own.",
    limit: 1000,
    fields: {
      flags: L.bits({ urgent: L.flag("Now."), kind: L.bit(3, "What."), rest: L.reserved(4) }, "Bits."),
      sign: L.i8("A sign."),
      magic: L.constant(0x1234, "Always the same.", L.u16be),
      count: L.countOf("packets", "How many.", L.u8),
      packets: L.list(
        L.struct("A packet.", {
          kind: L.tagOf("body", "Which."),
          size: L.lengthOf("name", "The name's size.", L.u8),
          name: L.run("The name."),
          body: L.union({
            ping: [1, L.struct("A ping.", { id: L.u16be("Its id.") })],
            none: [2, L.struct("Nothing.", {})],
          }),
        }),
      ),
    },
  })

  test("fields in lists and unions have their meaning", () => {
    const bytes = Uint8Array.of(0b0101, 0xff, 0x12, 0x34, 2, 1, 1, 65, 0, 7, 2, 0)
    const { rows, violations } = fieldsOf(packets, bytes)
    expect(violations).toEqual([])
    expect(rows.map(({ path, text, meaning }) => [path, text, meaning])).toEqual([
      ["flags", "5 (urgent, kind 2)", "Bits."],
      ["sign", "-1", "A sign."],
      ["magic", "4660", "Always the same."],
      ["count", "2", "How many."],
      ["packets[0].kind", "1", "Which."],
      ["packets[0].size", "1", "The name's size."],
      ["packets[0].name", "1 byte", "The name."],
      ["packets[0].body.ping.id", "7", "Its id."],
      ["packets[1].kind", "2", "Which."],
      ["packets[1].size", "0", "The name's size."],
    ])
  })

  test("the rows of whatever bytes have each of them once", () => {
    fc.assert(
      fc.property(layouts, layoutArguments, fc.uint8Array({ maxLength: 200 }), (layout, given, bytes) => {
        const { rows, overall, violations } = fieldsOf(layout, bytes, given)
        expect(rows.reduce((end, { offset, length }) => (offset === end ? end + length : Number.NaN), 0)).toBe(
          bytes.length,
        )
        expect(overall.length + rows.flatMap((row) => row.violations).length).toBe(violations.length)
      }),
      { numRuns: 200 },
    )
  })
})
