import { describe, expect, test } from "vitest"
import { isStateName } from "../../lab/state.js"
import { compared, fatal, refusedWithoutReason, shown, wronglyAccepted } from "../../lab/statements.js"
import { readVerdicts } from "../../lab/verdicts.js"
import { qemuChecks } from "../../src/qemu/catalog.js"

const fixture = readVerdicts()
const sets = compared(fixture.sets)

describe("what a real QEMU 10 did with arguments", () => {
  test("it refuses or dies of nothing that we accept, except for its state", () => {
    expect(wronglyAccepted(sets).map(shown)).toEqual([])
  })

  test("what it dies of, we refuse for a reason that says so", () => {
    const crashed = sets.filter(({ outcome }) => outcome === "crashed")
    expect(crashed.filter(({ rules }) => !rules.some((rule) => fatal.has(rule))).map(shown)).toEqual([])
    expect(new Set(crashed.flatMap(({ rules }) => rules.filter((rule) => fatal.has(rule))))).toEqual(fatal)
  })

  test("only a refusal has a state, and the state is a known one", () => {
    const marked = sets.filter(({ state }) => state !== undefined)
    expect(marked.filter(({ outcome, state = "" }) => outcome !== "refused" || !isStateName(state))).toEqual([])
  })

  test("what we refuse although it accepts it, we refuse for a documented reason", () => {
    expect(refusedWithoutReason(sets).map(shown)).toEqual([])
  })

  test("it was asked everything once", () => {
    expect(new Set(sets.map((set) => `${set.command} ${set.arguments}`)).size).toBe(sets.length)
  })
})

/** Checks that no text of these sets can fail: of values that are no JSON, of the size of texts, of older QEMUs, of URIs to be written. */
const unreachable = [
  ...["json/input", "json/max-bytes", "json/utf-8", "shape/data", "shape/list-length", "qemu/cpr-version"],
  "qemu/uri-inexpressible",
]

test("every check is broken by a set", () => {
  const broken = new Set(sets.flatMap(({ rules }) => rules))
  const checked = qemuChecks.map(({ id }) => id).filter((id) => !id.startsWith("policy/"))
  expect(checked.filter((id) => !broken.has(id))).toEqual(unreachable)
})
