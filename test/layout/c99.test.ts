import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import { emitC } from "../../src/layout/backends/c99-layouts.js"
import { constantNamed, snake } from "../../src/layout/backends/c99-text.js"
import * as L from "../../src/layout/index.js"
import {
  above,
  atLeast,
  atMost,
  below,
  chain,
  encode,
  equal,
  i64,
  interpret,
  type Layout,
  layout,
  lengthOf,
  numberParameter,
  run,
  scanned,
  struct,
  u16,
  u32,
  u64,
  unequal,
} from "../../src/layout/index.js"
import { programOf } from "../../src/layout/lower.js"
import type { Arguments } from "../../src/layout/parameters.js"
import type { Parameter } from "../../src/layout/types.js"
import { isFound } from "../support/found.js"
import { layoutArguments, layouts } from "../support/layouts.js"
import { statesOf } from "../support/states.js"

const folder = mkdtempSync(join(tmpdir(), "c99-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** How many layouts are tried: always the same few, or so many others. */
const { C99_LAYOUTS } = process.env

/** What a parameter's members are set to, as C. */
const argumentOf = (parameter: Parameter, given: Arguments): string => {
  const value = given[parameter.name]
  switch (parameter.kind) {
    case "number":
      return String(value)
    case "word":
      return ["T", parameter.name, String(value)].map(constantNamed).join("_")
    case "words":
      return parameter.words.map((word) => String(Array.isArray(value) && value.includes(word))).join(", ")
  }
}

const bytesIn = (blob: Uint8Array): string => `{ ${[...blob, 0].join(", ")} }`

/** A program that checks some blobs and prints a line for each. */
const programFor = (layout: Layout, given: Arguments, blobs: readonly Uint8Array[]): string => {
  const { parameters } = programOf(layout)
  const told = parameters.length === 0 ? "" : "&parameters, "
  return `#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "t.h"
${parameters.length === 0 ? "" : `static const t_parameters parameters = { ${parameters.map((each) => argumentOf(each, given)).join(", ")} };`}
static void check(const uint8_t *blob, size_t size)
{
    t_violation v = { 0, 0, 0, 0, 0 };
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    memcpy(copy, blob, size);
    const bool accepted = t_check_${snake(layout.format)}(copy, size, ${told}&v);
    printf("%s %" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRIu64 "\\n", accepted ? "-" : t_rule_of(v.rule)->id, v.offset, v.length, v.actual, v.expected);
    free(copy);
}
int main(void)
{
${blobs.map((blob, index) => `    static const uint8_t blob_${index}[] = ${bytesIn(blob)};\n    check(blob_${index}, ${blob.length});`).join("\n")}
    return 0;
}
`
}

const measure = (value: unknown): bigint =>
  typeof value === "number" || typeof value === "bigint" ? BigInt.asUintN(64, BigInt(value)) : 0n

const said = (layout: Layout, given: Arguments, blob: Uint8Array): string => {
  const [first] = interpret(layout, blob, given).violations
  if (first === undefined) return "- 0 0 0 0"
  return [first.rule, first.offset, first.length, measure(first.actual), measure(first.expected)].join(" ")
}

/** What a layout compares may be always true: the warning of that is its declaration's. */
const compilerFlags =
  "-std=c99 -O1 -g -Wall -Wextra -Wconversion -Wshadow -Wno-type-limits -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"

const answers = (layout: Layout, given: Arguments, blobs: readonly Uint8Array[]): readonly string[] => {
  const { header, source } = emitC([layout], { prefix: "t", file: "t", origin: "A test's." })
  writeFileSync(join(folder, "t.h"), header)
  writeFileSync(join(folder, "t.c"), source)
  writeFileSync(join(folder, "main.c"), programFor(layout, given, blobs))
  execFileSync("gcc", [...compilerFlags.split(" "), "-o", "t", "t.c", "main.c"], { cwd: folder, stdio: "pipe" })
  return execFileSync(join(folder, "t"), { encoding: "utf8" }).trimEnd().split("\n")
}

/** Valid blobs of a layout, blobs with bytes changed, and bytes that mean nothing. */
const blobsFor = (layout: Layout, given: Arguments): fc.Arbitrary<readonly Uint8Array[]> =>
  fc
    .tuple(
      fc.array(statesOf(layout, given), { minLength: 3, maxLength: 6 }),
      fc.array(fc.uint8Array({ maxLength: 40 })),
    )
    .chain(([states, random]) => {
      const valid = states.map((state) => encode(layout, state, given)).filter((blob) => blob instanceof Uint8Array)
      const edits = valid.flatMap((blob) =>
        [0, 1, 2, 3].map(() =>
          fc.tuple(fc.nat(Math.max(blob.length - 1, 0)), fc.nat(255)).map(([at, byte]) => blob.with(at, byte)),
        ),
      )
      return fc.tuple(...edits).map((edited) => [...valid, ...edited, ...random])
    })

/** What is said of the rules of `forms`. */
const rule = (name: string) =>
  ({ id: `form/${name}`, code: "inconsistent", requirement: "So.", consequence: "" }) as const

const leastNarrow = numberParameter("leastNarrow", { default: -4, least: -9, doc: "The least." })

/** Forms of layouts that few layouts at random have. */
const forms: Readonly<Record<string, Layout>> = {
  "numbers at the ends of their types": layout("ends", {
    title: "Ends",
    doc: "Numbers.",
    limit: 64,
    fields: {
      wide: i64("Of 64 bits.")
        .must(atLeast(-(2n ** 63n)), rule("least"))
        .must(atLeast(-(2n ** 40n)), rule("low"))
        .must(below(2n ** 40n), rule("high")),
      narrow: L.i32("Of 32 bits.").must(atLeast(-5), rule("narrow")),
    },
    rules: ({ wide, narrow }) => [
      { ...rule("larger"), at: wide, holds: atMost(narrow, L.larger(wide, 7)) },
      { ...rule("chosen"), at: wide, holds: unequal(wide, L.choose(below(narrow, 0), 2 ** 33, wide)) },
      { ...rule("chosen-less"), at: wide, holds: unequal(wide, L.choose(below(narrow, 3), 70_000, wide)) },
      { ...rule("told"), at: narrow, holds: atLeast(narrow, leastNarrow) },
    ],
  }),
  "bytes that nothing looks into": layout("opaque", {
    title: "Opaque",
    doc: "Bytes.",
    limit: 64,
    fields: { some: L.bytes(4, "Some bytes.") },
  }),
  "entries of any size": layout("entries", {
    title: "Entries",
    doc: "A list.",
    limit: 9000,
    fields: {
      bits: L.bits({ low: L.bit(3, "Few."), most: L.bit(32, "Many."), rest: L.reserved(29) }, "Bits.", u64),
      length: lengthOf("entries", "Its size.", u16),
      entries: L.list(struct("An entry.", { size: lengthOf("data", "Its size.", L.u8), data: run("Data.") })),
      count: L.countOf("more", "How many.", u64),
      more: L.list(struct("An entry.", { size: lengthOf("data", "Its size.", L.u8), data: run("Data.") })),
      pairs_count: L.countOf("pairs", "How many.", u64),
      pairs: L.list(
        struct("Numbers.", { one: L.u8("One."), other: L.u8("Other.") }, ({ one, other }) => [
          { ...rule("pair"), at: one, holds: L.any(L.all(L.any(equal(one, 1), below(other, 99))), L.all(), L.any()) },
          { ...rule("unlike"), at: one, holds: L.not(L.all(L.any(equal(one, 1), equal(one, 7)), equal(other, 7))) },
        ]),
      ),
      blocks_count: L.countOf("blocks", "How many.", u64),
      blocks: L.list(L.bytes(4096, "Bytes.")),
      last: L.u8("Behind them."),
    },
    rules: ({ bits, last }) => [{ ...rule("bits"), at: last, holds: atLeast(last, bits.low) }],
  }),
  "parts that may not be there": layout("parts", {
    title: "Parts",
    doc: "Choices.",
    limit: 64,
    fields: {
      kind: L.u8("Which."),
      first: L.optional(below(L.field("kind"), 9), u16("A number.")),
      either: L.choice({
        small: [below(L.field("kind"), 5), L.u8("Small.")],
        large: struct("Large.", { one: u32("One."), other: u32("Other.") }),
      }),
      same: L.choice({ small: [below(L.field("kind"), 5), L.u8("Small.")], large: L.i8("With a sign.") }),
      behind: L.u8("Behind them.").must(atMost(99), rule("behind")),
    },
  }),
  "fields that rules have decided": layout("decided", {
    title: "Decided",
    doc: "Rules.",
    limit: 64,
    fields: { kind: L.u8("Which."), number: L.u8("A number.") },
    rules: ({ kind, number }) => {
      const must = (name: string, holds: L.Condition) => ({ ...rule(name), at: number, holds })
      return [
        must("kind", equal(kind, 2)),
        must("again", equal(kind, 2)),
        must("not-other", L.not(equal(kind, 3))),
        must("implied", L.implies(equal(kind, 2), below(number, 200))),
        must("not-implied", L.implies(L.not(equal(kind, 2)), equal(number, 0))),
        must("all", L.all(equal(kind, 2), below(number, 100))),
        must("not-all", L.not(L.all(equal(kind, 3), below(number, 50)))),
        must("any", L.any(equal(kind, 3), below(number, 50))),
        must("not-any", L.not(L.any(equal(kind, 3), equal(number, 49)))),
        must("number", unequal(number, 7)),
        must("nothing", L.all()),
        must("never", L.any(equal(kind, 3), L.any())),
      ]
    },
  }),
}

describe.skipIf(!isFound("gcc"))("C that is emitted of a layout", () => {
  test("says of every input what the interpreter says, for layouts at random", { timeout: 240_000 }, () => {
    const samples = fc
      .tuple(layouts, layoutArguments)
      .chain(([layout, given]) => blobsFor(layout, given).map((blobs) => ({ layout, given, blobs })))
    const runs = Number(C99_LAYOUTS ?? 25)
    fc.assert(
      fc.property(samples, ({ layout, given, blobs }) => {
        if (blobs.length === 0) return
        expect(answers(layout, given, blobs)).toEqual(blobs.map((blob) => said(layout, given, blob)))
      }),
      { numRuns: runs, endOnFailure: true, ...(C99_LAYOUTS === undefined ? { seed: 7 } : {}) },
    )
  })

  test.each(Object.entries(forms))("says what the interpreter says of %s", { timeout: 60_000 }, (_, form) => {
    const given = Object.fromEntries(programOf(form).parameters.map((parameter) => [parameter.name, parameter.default]))
    const blobs = fc.sample(blobsFor(form, given), { numRuns: 5, seed: 7 }).flat()
    expect(answers(form, given, blobs)).toEqual(blobs.map((blob) => said(form, given, blob)))
  })
})

test.skipIf(!isFound("gcc"))("a count of 64 bits does not wrap around where it is held against the size", () => {
  const blocks = layout("blocks", {
    title: "Blocks",
    doc: "Blocks.",
    limit: 9000,
    fields: { count: L.countOf("blocks", "How many.", u64), blocks: L.list(L.bytes(4096, "Bytes.")) },
  })
  const blobs = [0n, 1n, 2n ** 52n, 2n ** 52n + 1n, 2n ** 63n, 2n ** 64n - 1n].map(
    (count) => new Uint8Array(new BigUint64Array([count]).buffer),
  )
  expect(answers(blocks, {}, blobs)).toEqual(blobs.map((blob) => said(blocks, {}, blob)))
})

describe.skipIf(!isFound("gcc"))("numbers with and without a sign", () => {
  const compared = { equal, atMost, below, unequal, above, atLeast }

  test.each(Object.entries(compared))("are compared as what they are: %s", { timeout: 60_000 }, (name, compare) => {
    const pair = layout("pair", {
      title: "Pair",
      doc: "A pair.",
      limit: 16,
      fields: { a: i64("With a sign."), b: u64("Without.") },
      rules: ({ a, b }) => [
        { id: `${name}/ab`, code: "inconsistent", at: a, holds: compare(a, b), requirement: "So.", consequence: "" },
        { id: `${name}/ba`, code: "inconsistent", at: b, holds: compare(b, a), requirement: "So.", consequence: "" },
      ],
    })
    const edges = [0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]
    const blobs = edges.flatMap((a) => edges.map((b) => new Uint8Array(new BigUint64Array([a, b]).buffer)))
    expect(answers(pair, {}, blobs)).toEqual(blobs.map((blob) => said(pair, {}, blob)))
  })
})

test("words beyond ASCII are escapes, for a compiler of any character set", () => {
  const worded = layout("worded", {
    title: "Worded",
    doc: "Words.",
    limit: 1,
    fields: { one: L.u8("One.").must(below(9), { ...rule("worded"), requirement: 'Größer als "\\".' }) },
  })
  const { source } = emitC([worded], { prefix: "t", file: "t", origin: "A test's." })
  expect(source).toContain(String.raw`"Gr\303\266\303\237er als \"\\\"."`)
})

describe("C that cannot be", () => {
  const limited = (standard: number) => numberParameter("most", { default: standard, doc: "The most." })
  const one = (name: string, most: number) =>
    layout(name, { title: name, doc: name, limit: limited(most), fields: { one: u16("One.") } })

  test("two parameters of one name are refused", () => {
    expect(() => emitC([one("a", 1), one("b", 2)], { prefix: "t", file: "t", origin: "A test's." })).toThrow(
      "two parameters are called most",
    )
  })

  test("numbers of which no type of C holds both are refused", () => {
    const both = layout("both", {
      title: "Both",
      doc: "Both.",
      limit: 16,
      fields: { a: i64("With a sign."), b: u64("Without.") },
      rules: ({ a, b }) => [{ ...rule("both"), at: a, holds: atMost(a, L.larger(a, b)) }],
    })
    expect(() => emitC([both], { prefix: "t", file: "t", origin: "A test's." })).toThrow("are of no type of C")
  })

  test("a scan that would keep too much on the stack is refused", () => {
    const long = chain("longEntries", {
      doc: "Long.",
      header: struct("A header.", { size: u32("Its size.") }),
      length: "size",
      most: 0x100000,
      begins: "anywhere",
    })
    const scanning = layout("c", {
      title: "C",
      doc: "C.",
      limit: 9,
      fields: { size: lengthOf("data", "Its size."), data: run("Data.") },
      rules: ({ size, data }) => [
        {
          id: "c/long",
          code: "inconsistent",
          at: size,
          holds: scanned(data, long),
          requirement: "Long.",
          consequence: "",
        },
      ],
    })
    expect(() => emitC([scanning], { prefix: "t", file: "t", origin: "A test's." })).toThrow("too long for a scan in C")
  })
})
