import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { toHexpat } from "../../../src/layout/backends/hexpat.js"
import type { Layout } from "../../../src/layout/index.js"
import { planOf, scopesOf } from "../../../src/layout/plan.js"
import { rulesOf } from "../../../src/layout/rules.js"
import { formats } from "../../../src/spice/formats.js"
import { layouts } from "../../support/layouts.js"

/** ImHex is not packaged anywhere that tests could take it from: what can be said of a pattern without it. */
const expectSound = (layout: Layout): void => {
  const pattern = toHexpat(layout, { origin: "A test." })
  const code = pattern.replace(/\/\/.*$/gm, "").replace(/"[^"]*"/g, "")
  for (const [open, close] of ["()", "[]", "{}"])
    expect(code.split(open ?? "").length).toBe(code.split(close ?? "").length)
  const declared: string[] = []
  for (const [, defined, used] of code.matchAll(
    /(?:^(?:struct|enum|bitfield) (\w+))|(?:^ *(?:be )?([A-Z]\w*)(?:<.*>)? \w+.*;$)/gm,
  )) {
    if (used !== undefined) expect(declared, pattern).toContain(used)
    if (defined !== undefined) {
      expect(declared).not.toContain(defined)
      declared.push(defined)
    }
  }
  for (const { id } of rulesOf(layout)) expect(pattern).toContain(`// - ${id}: `)
  for (const { fields } of scopesOf(planOf(layout)))
    for (const { path } of fields) if (/^\w+$/.test(path)) expect(code).toMatch(new RegExp(`\\b${path}_*\\b`))
}

describe.each(Object.entries(formats))("the pattern of %s", (_, layout) => {
  test("names every field, uses only types that stand before, and lists the rules that it does not check", () =>
    expectSound(layout))
})

test("patterns of random layouts are as sound", () =>
  fc.assert(fc.property(layouts, expectSound), { seed: 1, numRuns: 100 }))
