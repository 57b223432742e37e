import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { violationCodes } from "../src/index.js"
import { describeRules } from "../src/report/rule-document.js"
import { ruleOf, rules } from "../src/rules.js"

test("every rule is in the catalogue once, and is found by its id", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  for (const rule of rules) expect(ruleOf(rule.id)).toBe(rule)
  expect(ruleOf("nothing")).toBeUndefined()
})

/** Whom a source can name, and a document of ours. */
const origins =
  /^(spice-server|spice-protocol|spice-common|spice-gtk|libcacard|QEMU|Linux|glibc|libpcap|draft-ietf-|RFC|tcpdump\.org|measured on|the draft of)/
const own = /^our own rule \((.+)\)$/

describe.each(rules)("$id", ({ id, code, requirement, consequence, source }) => {
  test("is named by what it judges and what must hold, and says both in sentences", () => {
    expect(id).toMatch(/^[a-z-]+\/[a-z0-9._-]+$/)
    expect(violationCodes).toContain(code)
    expect(requirement).toMatch(/\.$/)
    expect(consequence).toMatch(/\.$/)
  })

  test("says where it is known from", () => {
    const [, document] = own.exec(source) ?? []
    if (document === undefined) expect(source).toMatch(origins)
    else expect(existsSync(document)).toBe(true)
  })
})

test("the document of rules shows each of them and its source, and is what the rules say: `npm run generate` writes it", () => {
  const document = describeRules(rules)
  expect(rules.filter(({ id }) => !document.includes(`\`${id}\``))).toEqual([])
  expect(rules.filter(({ source }) => !document.includes(`Source: ${source}.`))).toEqual([])
  expect(readFileSync(new URL("../docs/rules.md", import.meta.url), "utf8")).toContain(document)
})
