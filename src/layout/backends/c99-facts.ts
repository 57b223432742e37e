import type { Require, Test } from "../steps.js"

/** Numbers that are known by what was required of them, by the names of their locals. */
type Facts = ReadonlyMap<string, bigint>

const always: Test = { op: "all", tests: [] }
const never: Test = { op: "any", tests: [] }

const isAlways = (test: Test): boolean => test.op === "all" && test.tests.length === 0
const isNever = (test: Test): boolean => test.op === "any" && test.tests.length === 0

/** The number that a test pins a local to. */
const pinnedBy = (test: Test): readonly (readonly [string, bigint])[] =>
  test.op === "equal" && test.left.op === "local" && test.right.op === "literal"
    ? [[test.left.local.name, test.right.value]]
    : []

/** A test without what the facts decide; it can be one that always holds, or never. */
const simplified = (test: Test, facts: Facts): Test => {
  switch (test.op) {
    case "equal": {
      const [[name, number] = []] = pinnedBy(test)
      const known = name === undefined ? undefined : facts.get(name)
      if (known === undefined) return test
      return known === number ? always : never
    }
    case "all": {
      const tests = test.tests.map((each) => simplified(each, facts)).filter((each) => !isAlways(each))
      return tests.some(isNever) ? never : { op: "all", tests }
    }
    case "any": {
      const tests = test.tests.map((each) => simplified(each, facts)).filter((each) => !isNever(each))
      return tests.some(isAlways) ? always : { op: "any", tests }
    }
    case "not": {
      const inner = simplified(test.test, facts)
      if (isAlways(inner)) return never
      return isNever(inner) ? always : { op: "not", test: inner }
    }
    default:
      return test
  }
}

/**
 * Requirements in a row without tests that those before them have decided: a field that had to be 1 is not asked about
 * again, for no input takes the other branch.
 */
export const withoutDecided = (steps: readonly Require[]): readonly Require[] => {
  const facts = new Map<string, bigint>()
  return steps.flatMap((step) => {
    const holds = simplified(step.holds, facts)
    for (const [name, number] of pinnedBy(holds)) facts.set(name, number)
    return isAlways(holds) ? [] : [{ ...step, holds }]
  })
}
