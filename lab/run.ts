import { type Command, commands } from "../src/qemu/commands.js"
import type { Installed } from "./installed.js"
import { type ArgumentSet, type Outcome, outcomeOfOption, outcomesOf } from "./outcome.js"

/** QEMUs at a time: most of what one does is to start. */
const abreast = 2

type Outcomes = Map<ArgumentSet, Outcome>

/** Gives the sets of one command that still wait to one QEMU after the other. */
const workThrough = async (
  installed: Installed,
  command: Command,
  sets: readonly ArgumentSet[],
  outcomes: Outcomes,
): Promise<void> => {
  const waiting = sets.values()
  const work = async (): Promise<void> => {
    for (;;) {
      const asked = await outcomesOf(installed, command, waiting)
      if (asked.length === 0) return
      for (const [set, outcome] of asked) outcomes.set(set, outcome)
    }
  }
  await Promise.all(Array.from({ length: abreast }, work))
}

/** Starts a QEMU for each option. */
const startThrough = async (installed: Installed, sets: readonly ArgumentSet[], outcomes: Outcomes): Promise<void> => {
  const waiting = sets.values()
  const work = async (): Promise<void> => {
    for (const set of waiting) outcomes.set(set, await outcomeOfOption(installed, set.arguments))
  }
  await Promise.all(Array.from({ length: abreast }, work))
}

/** Runs all sets and gives what a QEMU did with each. */
export const runAll = async (installed: Installed, sets: readonly ArgumentSet[]): Promise<Outcomes> => {
  const outcomes: Outcomes = new Map()
  for (const command of commands) {
    const those = sets.filter((set) => set.command === command)
    if (command === "incoming") await startThrough(installed, those, outcomes)
    else await workThrough(installed, command, those, outcomes)
  }
  return outcomes
}
