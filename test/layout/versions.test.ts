import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import * as L from "../../src/layout/index.js"
import type { Field, Fields } from "../../src/layout/types.js"
import { arbitraryOf } from "../../src/testing/index.js"
import { compiled } from "../support/compiled.js"

const rule = (name: string) => ({
  id: `test/${name}`,
  code: "inconsistent" as const,
  requirement: "It must be so.",
  consequence: "Nothing.",
})

const entry = L.struct("An event.", {
  id: L.u16("Its id."),
  at: L.since(2, L.u64("When."), 7n),
  body_tag: L.tagOf("body", "What happened."),
  body: L.union({
    key: [1, L.u8("Which.")],
    click: [2, L.since(3, L.struct("Where.", { x: L.i32("Across."), y: L.i32("Down.") }))],
    none: [3, L.struct("Nothing.", {})],
  }),
})

const limit = L.numberParameter("limit", { default: 100_000, doc: "The most bytes." })

/** States of a version that are small enough to grow. */
const statesOf = (layout: L.Layout, seed: number, numRuns: number): readonly unknown[] =>
  fc.sample(arbitraryOf(layout, { limit: 500 }) as fc.Arbitrary<unknown>, { seed, numRuns })

/** A format of three versions with all that can change. */
const events = L.versions("events", {
  title: "Events",
  doc: "A queue of events.",
  limit,
  first: 1,
  last: 3,
  fields: {
    magic: L.magic("EVTS", "The format."),
    version: L.version(1, "The version."),
    options: L.bits(
      { loud: L.flag("Loud."), level: L.since(2, L.bit(3, "A level."), 5), rest: L.reserved(4) },
      "Options.",
    ),
    old: L.until(1, L.u32be("What nobody needs.")),
    speed: L.since(2, L.u8("How fast.").must(L.atMost(99), rule("speed"))),
    cells: L.table(
      { cell: L.struct("A cell.", { x: L.u16("Across."), z: L.since(3, L.i32("Deep."), -1) }) },
      { counted: "n" },
    ),
    events: L.list(entry, { counted: "n" }),
    pair: L.array(L.struct("One of two.", { a: L.u8("A."), b: L.since(2, L.boolean("B.")) }), 2),
    name_size: L.lengthOf("name", "Its size."),
    name_ptr: L.pointerTo(
      "name",
      L.message(L.struct("A header.", { kind: L.u8("A kind."), of: L.until(2, L.u8("Of what.")) })),
      "Where it is.",
    ),
  },
  rules: ({ speed, options }) => [
    L.since(2, { ...rule("loud-is-fast"), at: speed, holds: L.implies(L.equal(options.loud, 1), L.above(speed, 0)) }),
  ],
})

const at = (version: number): L.Layout => events.get(version) ?? expect.fail(`there is no version ${version}`)

describe("a declaration of several versions", () => {
  test("gives a layout for each", () => {
    expect([...events.keys()]).toEqual([1, 2, 3])
    expect([1, 2, 3].map((version) => Object.keys(at(version).struct.fields))).toEqual([
      ["magic", "version", "options", "old", "cells", "events", "pair", "name_size", "name_ptr"],
      ["magic", "version", "options", "speed", "cells", "events", "pair", "name_size", "name_ptr"],
      ["magic", "version", "options", "speed", "cells", "events", "pair", "name_size", "name_ptr"],
    ])
    expect([1, 2, 3].map((version) => L.rulesOf(at(version)).map(({ id }) => id))).toEqual([
      [],
      ["test/speed", "test/loud-is-fast"],
      ["test/speed", "test/loud-is-fast"],
    ])
  })

  test.each([1, 2, 3])("has a decoder of version %i, which refuses the others", (version) => {
    const decode = compiled(at(version))
    for (const state of statesOf(at(version), 1, 30)) {
      const blob = L.encode(at(version), state)
      if (blob instanceof L.Violation) expect.fail(blob.message)
      expect(decode(blob, {}, false)).toEqual(state)
      for (const other of [1, 2, 3])
        if (other !== version) expect(L.check(at(other), blob)?.rule).toMatch(/^layout\/(version|fixed-part)$/)
    }
  })

  const fields = { a: L.u8("A."), b: L.since(2, L.u8("B.")) }
  const options = { title: "Test", doc: "", limit: 9, first: 1, last: 2 }
  test.each<readonly [string, string, () => unknown]>([
    [
      "a rule that reads what a version does not have",
      "version 1: test cannot be a layout: b is not a number of the same scope that was read before",
      () =>
        L.versions("test", {
          ...options,
          fields,
          rules: ({ a, b }) => [{ ...rule("x"), at: a, holds: L.atMost(a, b) }],
        }),
    ],
    [
      "a size of what a version does not have",
      "version 1: test cannot be a layout: n: there is no run beside it",
      () => L.versions("test", { ...options, fields: { n: L.lengthOf("run", "Its size."), run: L.since(2, L.run()) } }),
    ],
    [
      "a version that there is none of",
      "test cannot have versions: since 3: there is no such version; until 3: there is no such version; since 0: there is no such version; until 0: there is no such version",
      () =>
        L.versions("test", {
          ...options,
          fields: { a: L.since(3, L.until(3, L.u8("A."))), b: L.until(0, L.since(0, L.u8("B."))) },
        }),
    ],
    [
      "what is never there",
      "test cannot have versions: what is there since 2 and until 1 is never there",
      () => L.versions("test", { ...options, fields: { a: L.until(1, L.since(2, L.u8("A."))) } }),
    ],
    [
      "no version",
      "test cannot have versions from 2 to 1",
      () => L.versions("test", { ...options, first: 2, last: 1, fields }),
    ],
    [
      "a version and a half",
      "test cannot have versions from 1 to 1.5",
      () => L.versions("test", { ...options, last: 1.5, fields }),
    ],
    [
      "a version below 0",
      "test cannot have versions from -1 to 2",
      () => L.versions("test", { ...options, first: -1, fields }),
    ],
    [
      "too many versions",
      "test has more than 256 versions",
      () => L.versions("test", { ...options, last: 1e9, fields }),
    ],
    [
      "one version too many",
      "test has more than 256 versions",
      () => L.versions("test", { ...options, last: 257, fields }),
    ],
    [
      "a struct that contains itself",
      "test cannot have versions: a struct contains itself: bound its depth with nested()",
      () => {
        const node: { readonly inner?: Field } = {}
        const struct = L.struct("", node as Fields)
        Object.assign(node, { inner: struct })
        return L.versions("test", { ...options, fields: { struct } })
      },
    ],
    [
      "no version at all",
      "test cannot be a layout: what is not there in every version is declared with versions()",
      () => L.layout("test", { ...options, fields }),
    ],
  ])("refuses %s", (_, message, declare) => expect(declare).toThrow(new TypeError(message)))

  test("keeps what stands at a field, in whatever order it is said", () => {
    const field = L.since(2, L.u8("A.")).must(L.atMost(3), rule("a"))
    expect(field).toMatchObject({ since: 2, rules: [{ id: "test/a" }] })
  })
})

const pairs = [1, 2, 3].flatMap((from) => [1, 2, 3].map((to) => [from, to] as const))

describe("a state of another version", () => {
  test.each(pairs)("from %i to %i is written and read by that version", (from, to) => {
    for (const state of statesOf(at(from), 2, 50)) {
      const { state: other, notes } = L.convert(state, at(from), at(to))
      if (from === to) expect({ other, notes }).toEqual({ other: state, notes: [] })
      const blob = L.encode(at(to), other)
      if (blob instanceof L.Violation) expect.fail(blob.message)
      const [violation] = L.interpret(at(to), blob).violations
      // Only a rule that is new can be broken: nobody kept it before.
      if (violation === undefined) expect(L.decode(at(to), blob)).toEqual(E.right(other))
      else expect([from, violation.rule]).toEqual([1, "test/loud-is-fast"])
    }
  })

  const newest = {
    options: { loud: true, level: 2 },
    speed: 3,
    cells: { kind: "cell", columns: Int32Array.of(1, 2, 30, 40) },
    events: [
      { id: 1, at: 9n, body: { kind: "key", value: 4 } },
      { id: 2, at: 9n, body: { kind: "click", value: { x: 1, y: 2 } } },
    ],
    pair: [
      { a: 1, b: true },
      { a: 2, b: false },
    ],
    name: { header: { kind: 1 }, data: Uint8Array.of(5) },
  }

  test("says what was lost and what stands in, by its path", () => {
    const leftOut = "It is left out: there is no such field."
    const standIn = "There was no such field: something stands in for it."
    expect(L.convert(newest, at(3), at(1))).toEqual({
      state: {
        options: { loud: true },
        old: 0,
        cells: { kind: "cell", columns: Int32Array.of(1, 2) },
        events: [{ id: 1, body: { kind: "key", value: 4 } }],
        pair: [{ a: 1 }, { a: 2 }],
        name: { header: { kind: 1, of: 0 }, data: Uint8Array.of(5) },
      },
      notes: [
        { path: "speed", message: leftOut },
        { path: "options.level", message: leftOut },
        { path: "old", message: standIn },
        { path: "cells[0].z", message: leftOut },
        { path: "cells[1].z", message: leftOut },
        { path: "events[0].at", message: leftOut },
        { path: "events[1].at", message: leftOut },
        { path: "events[1].body", message: "There is no such kind." },
        { path: "events[1]", message: "The entry is left out: it cannot be said." },
        { path: "pair[0].b", message: leftOut },
        { path: "pair[1].b", message: leftOut },
        { path: "name.header.of", message: standIn },
      ],
    })
  })

  test("has no beginning of a header that has other fields", () => {
    const state = { ...newest, name: { header: null, data: new Uint8Array() } }
    const { state: older, notes } = L.convert(state, at(3), at(2))
    expect(older).toMatchObject({ name: { header: null, data: new Uint8Array() } })
    expect(notes.at(-1)).toEqual({
      path: "name",
      message: "The beginning of a header is left out: the header has other fields.",
    })
    expect(L.convert(state, at(2), at(1)).notes.map(({ path }) => path)).not.toContain("name")
  })

  test("has what the declaration says for what was not there", () => {
    const { state: oldest } = L.convert(newest, at(3), at(1))
    expect(L.convert(oldest, at(1), at(3)).state).toMatchObject({
      options: { loud: true, level: 5 },
      speed: 0,
      cells: { columns: Int32Array.of(1, 2, -1, -1) },
      events: [{ at: 7n }],
    })
  })

  const stand: readonly (readonly [string, Field, unknown])[] = [
    ["a number", L.i16("A number."), 0],
    ["a wide number", L.u64be("A number."), 0n],
    ["a boolean", L.boolean("On."), false],
    ["an enumeration", L.enumeration({ one: 1, two: 2 }, "Which."), "one"],
    ["bits", L.bits({ a: L.flag("A."), b: L.bit(3, "B."), c: L.reserved(4) }, "Bits."), { a: false, b: 0 }],
    ["bytes", L.bytes(2, "Two."), new Uint8Array(2)],
    ["a run", L.run(), new Uint8Array()],
    ["a message", L.message(L.struct("", { a: L.u8("A.") })), { header: null, data: new Uint8Array() }],
    ["an array", L.array(L.u8("One."), 2), [0, 0]],
    ["a struct", L.struct("", { a: L.u8("A.") }), { a: 0 }],
    ["a list", L.list(L.u8("One.")), []],
    [
      "a table",
      L.table({ row: L.struct("", { a: L.u8("A.") }) }, { counted: "n" }),
      { kind: "row", columns: new Int32Array() },
    ],
    ["a choice", L.choice({ a: [L.equal(L.field("first"), 1), L.u8("A.")], b: L.u16("B.") }), { kind: "b", value: 0 }],
    ["something optional", L.optional(L.equal(L.field("first"), 999), L.u8("A.")), null],
  ]

  test.each(stand)("%s is empty, zero or the like unless the declaration says otherwise", (_, field, expected) => {
    const all = L.versions("test", {
      title: "Test",
      doc: "",
      limit: 99,
      first: 1,
      last: 2,
      fields: { first: L.u16("First."), more: L.since(2, field) },
    })
    const [one, two] = [...all.values()]
    if (one === undefined || two === undefined) expect.fail("there are two versions")
    const { state } = L.convert({ first: 0 }, one, two)
    expect(state).toEqual({ first: 0, more: expected })
    expect(L.codecOf(two).is(state)).toBe(true)
  })

  test("has what the declaration says for what is no longer there", () => {
    const fields = { a: L.u8("A."), b: L.until(1, L.u8("B."), 7) }
    const all = L.versions("test", { title: "Test", doc: "", limit: 99, first: 1, last: 256, fields })
    const [one, two] = [...all.values()]
    expect(all.size).toBe(256)
    expect(one && two && L.convert({ a: 1 }, two, one).state).toEqual({ a: 1, b: 7 })
  })

  test("of a part behind a pointer is empty", () => {
    const fields = {
      size: L.since(2, L.lengthOf("name", "Its size.")),
      name_ptr: L.since(2, L.pointerTo("name", L.run(), "Where it is.")),
    }
    const [one, two] = [
      ...L.versions("test", { title: "Test", doc: "", limit: 99, first: 1, last: 2, fields }).values(),
    ]
    expect(one && two && L.convert({}, one, two).state).toEqual({ name: new Uint8Array() })
  })

  test("of a union is its first case", () => {
    const union = L.union({ a: [1, L.u8("A.")], b: [2, L.u8("B.")] })
    const fields = { tag: L.since(2, L.tagOf("more", "Which.")), more: L.since(2, union) }
    const [one, two] = [
      ...L.versions("test", { title: "Test", doc: "", limit: 99, first: 1, last: 2, fields }).values(),
    ]
    expect(one && two && L.convert({}, one, two).state).toEqual({ more: { kind: "a", value: 0 } })
  })

  test.each<readonly [string, unknown]>([
    ["outside of a list", { tag: 2, more: { kind: "b", value: 0 } }],
    ["in an array", { more: { kind: "a", value: [{ kind: "b", value: 1 }] } }],
    ["that nobody knows", { more: { kind: "toString", value: 0 } }],
    ["of no kind", { more: 5 }],
  ])("is none for a case %s that the other version does not have", (_, state) => {
    const union = L.union({ a: [1, L.u8("A.")], b: [2, L.since(2, L.u8("B."))] })
    const fields = { tag: L.tagOf("more", "Which."), more: union }
    const [one, two] = [
      ...L.versions("test", { title: "Test", doc: "", limit: 99, first: 1, last: 2, fields }).values(),
    ]
    expect(one && two && L.convert(state, two, one).state).toSatisfy(
      (found) => found === undefined || L.encode(one as L.Layout, found) instanceof L.Violation,
    )
  })

  test("of whatever is no state is refused by encoding, and throws nothing", () => {
    for (const [from, to] of pairs)
      fc.assert(
        fc.property(fc.anything(), fc.constantFrom(...Object.keys(newest)), (value, key) => {
          for (const state of [value, { ...newest, [key]: value }])
            expect(() => L.encode(at(to), L.convert(state, at(from), at(to)).state)).not.toThrow()
        }),
        { numRuns: 30, seed: 1 },
      )
  })
})

describe("versions at random", () => {
  const last = 4
  const lived = <T extends Field>(field: T): fc.Arbitrary<T> =>
    fc
      .record({ from: fc.option(fc.integer({ min: 1, max: last })), to: fc.option(fc.integer({ min: 1, max: last })) })
      .map(({ from, to }) => {
        const begun = from === null ? field : L.since(from, field)
        return to === null || (from !== null && to < from) ? begun : L.until(to, begun)
      })
  const simple = fc
    .constantFrom<Field[]>(
      L.u8("A number."),
      L.i64be("A number."),
      L.boolean("On."),
      L.bytes(3, "Bytes."),
      L.enumeration({ one: 1, nine: 9 }, "Which."),
      L.bits({ a: L.since(2, L.flag("A.")), b: L.until(3, L.bit(7, "B.")) }, "Bits."),
    )
    .chain(lived)
  const structs = fc
    .dictionary(fc.constantFrom("a", "b", "c", "d"), simple)
    .map((fields) => L.struct("A struct.", { first: L.u8("First."), ...fields }))
  const lists = structs.chain((struct) => lived(L.list(struct, { counted: "n" })))
  const declared = fc
    .dictionary(fc.constantFrom("k", "l", "m"), fc.oneof(simple, structs.chain(lived), lists))
    .map((fields) =>
      L.versions("test", {
        title: "Test",
        doc: "",
        limit,
        first: 1,
        last,
        fields: { version: L.version(0, ""), ...fields },
      }),
    )

  test("each state has one in every other version, which is read as it was written", () => {
    fc.assert(
      fc.property(declared, fc.integer(), (all, seed) => {
        for (const [from, layout] of all)
          for (const state of statesOf(layout, seed, 3))
            for (const [to, other] of all) {
              const { state: converted, notes } = L.convert(state, layout, other)
              const blob = L.encode(other, converted)
              if (blob instanceof L.Violation) expect.fail(blob.message)
              expect(L.decode(other, blob)).toEqual(E.right(converted))
              if (from === to) expect(notes).toEqual([])
            }
      }),
      { numRuns: 60 },
    )
  })
})
