import { describe, expect, test } from "vitest"
import { isStateName } from "../../lab/state.js"
import { compared, fatal, refusedWithoutReason, shown, wronglyAccepted } from "../../lab/statements.js"
import { readVerdicts } from "../../lab/verdicts.js"
import { qemuChecks } from "../../src/qemu/catalog.js"

const { releases, verdicts } = readVerdicts()
const sets = compared(verdicts)

describe.each(Object.keys(releases))("what a real QEMU %s did with arguments", (version) => {
  const own = sets.filter((set) => set.version === version)

  test("it refuses or dies of nothing that we accept, except for its state", () => {
    expect(wronglyAccepted(own).map(shown)).toEqual([])
  })

  test("what it dies of, we refuse for a reason that says so", () => {
    const crashed = own.filter(({ outcome }) => outcome === "crashed")
    expect(crashed.filter(({ rules }) => !rules.some((rule) => fatal.has(rule))).map(shown)).toEqual([])
  })

  test("only a refusal has a state, and the state is a known one", () => {
    const marked = own.filter(({ state }) => state !== undefined)
    expect(marked.filter(({ outcome, state = "" }) => outcome !== "refused" || !isStateName(state))).toEqual([])
  })

  test("what we refuse although it accepts it, we refuse for a documented reason", () => {
    expect(refusedWithoutReason(own).map(shown)).toEqual([])
  })

  test("it was asked everything once", () => {
    expect(new Set(own.map((set) => `${set.command} ${set.arguments}`)).size).toBe(own.length)
  })
})

test("some QEMU dies of every reason that says so", () => {
  const crashed = sets.filter(({ outcome }) => outcome === "crashed")
  expect(new Set(crashed.flatMap(({ rules }) => rules.filter((rule) => fatal.has(rule))))).toEqual(fatal)
})

/**
 * Checks that no text of these sets can fail: of values that are no JSON, of whole commands and of what was set before
 * them, of QEMU 8.2 and 9.1, of drafts, of descriptors that the lab's QEMUs talk over, of URIs to be written.
 */
const unreachable: readonly string[] = [
  ...["json/input", "json/utf-8", "shape/data", "shape/list-length"],
  ...["qmp/command", "qmp/other-command", "qmp/command-name", "qmp/out-of-band", "qmp/human-monitor"],
  ...["qemu/cpr-version", "qemu/multifd-count", "qemu/fd-standard", "qemu/uri-inexpressible"],
  "qemu/cpr-capabilities",
  ...["qemu/transport-channels", "qemu/transport-seeking", "qemu/transport-rdma", "qemu/cpr-channel"],
]

test("every check is broken by a set", () => {
  const broken = new Set(sets.flatMap(({ rules }) => rules))
  const checked = qemuChecks.map(({ id }) => id).filter((id) => !id.startsWith("policy/"))
  expect(checked.filter((id) => !broken.has(id))).toEqual(unreachable)
})
