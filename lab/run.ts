import { type ArgumentSet, outcomeOf } from "./outcome.js"
import { type Verdict, verdictOf } from "./verdicts.js"

/** QEMUs at a time: most of what one does is to start. */
const abreast = 2

/** Runs all sets and gives what QEMU did with each, in their order. */
export const runAll = async (sets: readonly ArgumentSet[]): Promise<readonly Verdict[]> => {
  const verdicts: Verdict[] = []
  const waiting = sets.entries()
  const work = async (): Promise<void> => {
    for (const [index, set] of waiting) verdicts[index] = verdictOf(set, await outcomeOf(set))
  }
  await Promise.all(Array.from({ length: abreast }, work))
  return verdicts
}
