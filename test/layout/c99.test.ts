import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import { emitC } from "../../src/layout/backends/c99-layouts.js"
import { constantNamed, snake } from "../../src/layout/backends/c99-text.js"
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

describe.skipIf(!isFound("gcc"))("C that is emitted of a layout", () => {
  test("says of every input what the interpreter says, for layouts at random", { timeout: 240_000 }, () => {
    const samples = fc.tuple(layouts, layoutArguments).chain(([layout, given]) =>
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
          return fc.tuple(...edits).map((edited) => ({ layout, given, blobs: [...valid, ...edited, ...random] }))
        }),
    )
    const runs = Number(C99_LAYOUTS ?? 25)
    fc.assert(
      fc.property(samples, ({ layout, given, blobs }) => {
        if (blobs.length === 0) return
        expect(answers(layout, given, blobs)).toEqual(blobs.map((blob) => said(layout, given, blob)))
      }),
      { numRuns: runs, endOnFailure: true, ...(C99_LAYOUTS === undefined ? { seed: 7 } : {}) },
    )
  })
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

describe("C that cannot be", () => {
  const limited = (standard: number) => numberParameter("most", { default: standard, doc: "The most." })
  const one = (name: string, most: number) =>
    layout(name, { title: name, doc: name, limit: limited(most), fields: { one: u16("One.") } })

  test("two parameters of one name are refused", () => {
    expect(() => emitC([one("a", 1), one("b", 2)], { prefix: "t", file: "t", origin: "A test's." })).toThrow(
      "two parameters are called most",
    )
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
