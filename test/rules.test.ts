import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { ruleOf, rules, violationCodes } from "../src/index.js"
import { describeRules } from "../src/report/rule-document.js"

test("every rule is in the catalogue once, and is found by its id", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  for (const rule of rules) expect(ruleOf(rule.id)).toBe(rule)
  expect(ruleOf("nothing")).toBeUndefined()
})

describe.each(rules)("$id", ({ id, code, requirement, consequence }) => {
  test("is named by what it judges and what must hold, and says both in sentences", () => {
    expect(id).toMatch(/^[a-z-]+\/[a-z0-9._-]+$/)
    expect(violationCodes).toContain(code)
    expect(requirement).toMatch(/\.$/)
    expect(consequence).toMatch(/\.$/)
  })
})

test("the document of rules shows each of them, and is what the rules say: `npm run generate` writes it", () => {
  const document = describeRules(rules)
  expect(rules.filter(({ id }) => !document.includes(`\`${id}\``))).toEqual([])
  expect(readFileSync(new URL("../docs/rules.md", import.meta.url), "utf8")).toContain(document)
})
