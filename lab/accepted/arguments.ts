import fc from "fast-check"
import type { QemuVersion } from "../../src/qemu/index.js"
import { argumentsArbitraryOf } from "../../src/testing/index.js"
import type { Installed } from "../installed.js"
import { brokenRules } from "../ours.js"
import type { ArgumentSet, Outcome } from "../outcome.js"
import { runAll } from "../run.js"
import { jsonOf } from "../sets/written.js"

const commands = ["migrate", "migrate-incoming"] as const

/** The arguments of a number, the same each time: what the arbitraries have for a version, as JSON. */
export const argumentsAt = (number: number, version: QemuVersion): ArgumentSet => {
  const command = commands[number % commands.length] ?? "migrate"
  const [made] = fc.sample(argumentsArbitraryOf({ command, version }), { seed: number, numRuns: 1 })
  return { command, arguments: jsonOf(made) }
}

/** What a QEMU did with accepted arguments. */
export type Tried = ArgumentSet & Outcome

/** Gives the accepted arguments of so many numbers to a QEMU; rejects if it hangs. */
export const tryArguments = async (installed: Installed, count: number): Promise<readonly Tried[]> => {
  const { version } = installed
  const sets = Array.from({ length: count }, (_, number) => argumentsAt(number, version))
  for (const set of sets) {
    const [broken] = brokenRules(set, version)
    if (broken !== undefined) throw new Error(`what is made is refused: ${broken}, ${set.command} ${set.arguments}`)
  }
  return [...(await runAll(installed, sets))].map(([set, outcome]) => ({ ...set, ...outcome }))
}

/** Whether QEMU died. */
export const isFatal = ({ outcome }: Tried): boolean => outcome === "crashed"
