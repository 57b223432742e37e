import fc from "fast-check"
import type { MigrateCommand } from "../../src/qemu/index.js"
import { argumentsArbitraryOf } from "../../src/testing/index.js"
import { brokenRules } from "../ours.js"
import { type ArgumentSet, type Outcome, outcomeOf } from "../outcome.js"
import { jsonOf } from "../sets/written.js"

/** QEMUs at a time: most of what one does is to start. */
const abreast = 2

const commands: readonly MigrateCommand[] = ["migrate", "migrate-incoming"]

/** The arguments of a number, the same each time: what the arbitraries have, as JSON. */
export const argumentsAt = (number: number): ArgumentSet => {
  const command = commands[number % commands.length] ?? "migrate"
  const [made] = fc.sample(argumentsArbitraryOf({ command }), { seed: number, numRuns: 1 })
  return { command, arguments: jsonOf(made) }
}

/** What a QEMU did that was given arguments. */
export interface Tried extends ArgumentSet {
  readonly outcome: Outcome["outcome"] | "hung"
}

/** Asks a QEMU of one's own; by default the lab's. */
type Ask = (set: ArgumentSet) => Promise<Outcome>

const tried = async (set: ArgumentSet, ask: Ask): Promise<Tried> => {
  try {
    return { ...set, outcome: (await ask(set)).outcome }
  } catch (error) {
    if (!String(error).includes("did not answer within")) throw error
    return { ...set, outcome: "hung" }
  }
}

/** Gives the accepted arguments of so many numbers to a QEMU each. */
export const tryArguments = async (count: number, ask: Ask = outcomeOf): Promise<readonly Tried[]> => {
  const all: Tried[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const set = argumentsAt(next++)
      const [broken] = brokenRules(set)
      if (broken !== undefined) throw new Error(`what is made is refused: ${broken}, ${set.command} ${set.arguments}`)
      all.push(await tried(set, ask))
    }
  }
  await Promise.all(Array.from({ length: abreast }, work))
  return all
}

/** Whether QEMU died or hung. */
export const isFatal = ({ outcome }: Tried): boolean => outcome === "crashed" || outcome === "hung"
