import type { Either } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { expectTypeOf, test } from "vitest"
import * as L from "../../src/layout/index.js"

const entry = L.struct("An entry.", { id: L.u16("Its id."), at: L.i64("When.") })

const sample = L.layout("sample", {
  title: "Sample",
  doc: "Every kind of field.",
  limit: L.numberParameter("most", { default: 100, doc: "The most bytes." }),
  fields: {
    magic: L.magic("TEST", "The format."),
    kind: L.enumeration({ small: 1, large: 4 }, "A kind."),
    on: L.boolean("On."),
    options: L.bits({ fast: L.flag("Fast."), level: L.bit(3, "A level."), unused: L.reserved(4) }, "Options."),
    uuid: L.bytes(16, "An id."),
    levels: L.array(L.u8("A level."), 2),
    nested: L.struct("Nested.", { wide: L.u64be("Wide.") }),
    maybe: L.optional(L.equal(L.field("on"), 1), L.u32("More.")),
    body_tag: L.tagOf("body", "Which."),
    body: L.union({ ping: [1, L.u32("A cookie.")], text: [2, entry] }),
    entries: L.list(entry, { counted: "n" }),
    name_size: L.lengthOf("name", "Its size."),
    name_ptr: L.pointerTo("name", L.run(), "Where the name lies."),
  },
})
type Sample = L.State<typeof sample>

test("a state has what its fields decode into, and nothing that can be derived", () => {
  expectTypeOf<Sample>().toEqualTypeOf<{
    readonly kind: "small" | "large"
    readonly on: boolean
    readonly options: { readonly fast: boolean; readonly level: number }
    readonly uuid: Uint8Array
    readonly levels: readonly number[]
    readonly nested: { readonly wide: bigint }
    readonly maybe: number | null
    readonly body:
      | { readonly kind: "ping"; readonly value: number }
      | { readonly kind: "text"; readonly value: { readonly id: number; readonly at: bigint } }
    readonly entries: readonly { readonly id: number; readonly at: bigint }[]
    readonly name: Uint8Array
  }>()
})

test("decoding gives the state or violations, judging a violation, encoding bytes", () => {
  expectTypeOf(L.decode(sample, new Uint8Array())).toExtend<Either<readonly L.Violation[], Sample>>()
  expectTypeOf(L.check(sample, new Uint8Array())).toEqualTypeOf<L.Violation | undefined>()
  expectTypeOf(L.encode(sample, {})).toEqualTypeOf<Uint8Array | L.Violation>()
  expectTypeOf(L.codecOf(sample)).toExtend<t.Type<Sample, Uint8Array, unknown>>()
})

test("rules read fields that there are", () => {
  L.struct("A range.", { from: L.u8("First."), to: L.u8("Last.") }, ({ from, to }) => [
    { id: "range/order", code: "inconsistent", at: from, holds: L.atMost(from, to), requirement: "", consequence: "" },
  ])
  // @ts-expect-error there is no such field
  L.struct("A range.", { from: L.u8("First.") }, ({ until }) => [until])
  // @ts-expect-error no such word
  L.wordParameter("mode", { words: ["strict", "lax"], default: "none", doc: "How." })
})
