import { describe, expect, test } from "vitest"
import { violationCodes } from "../src/index.js"
import { describeRules } from "../src/report/rule-document.js"
import { ruleOf, rules } from "../src/rules.js"

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

test("the document of rules shows each of them", () => {
  const document = describeRules(rules)
  expect(rules.filter(({ id }) => !document.includes(`\`${id}\``))).toEqual([])
})
