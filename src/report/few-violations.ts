import type { Violation } from "../violation/violation.js"

/** Of violations of one rule, people are shown no more: a list in which nothing is right breaks it everywhere. */
export const mostOfOneRule = 3

/** The first violations of each rule, and how many more of each there are. */
export const fewOfEachRule = (violations: readonly Violation[], most: number) => {
  const counts = new Map<string, number>()
  const shown = violations.filter(({ rule }) => {
    const count = (counts.get(rule) ?? 0) + 1
    counts.set(rule, count)
    return count <= most
  })
  const left = [...counts].filter(([, count]) => count > most).map(([rule, count]) => [rule, count - most] as const)
  return { shown: new Set(shown), left }
}
