import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { ArgumentSet, Outcome } from "./outcome.js"
import { type StateName, stateOf } from "./state.js"

/** What QEMU did with a set of arguments. Its messages are not kept. */
export interface Verdict extends ArgumentSet {
  readonly outcome: Outcome["outcome"]
  /** The state that a refusal comes from, if it does not come from the arguments. */
  readonly state?: StateName
  /** What ended QEMU, if it crashed. */
  readonly signal?: string
}

export interface Verdicts {
  readonly madeBy: string
  readonly qemu: string
  readonly sets: readonly Verdict[]
}

const path = fileURLToPath(new URL("../test/qemu/verdicts.json", import.meta.url))

export const readVerdicts = (): Verdicts => JSON.parse(readFileSync(path, "utf8"))

export const verdictOf = ({ command, arguments: text }: ArgumentSet, outcome: Outcome): Verdict => {
  const state = outcome.outcome === "refused" ? stateOf(outcome.reason) : undefined
  return {
    command,
    arguments: text,
    outcome: outcome.outcome,
    ...(state === undefined ? {} : { state }),
    ...(outcome.outcome === "crashed" ? { signal: outcome.signal } : {}),
  }
}

/** A line for each set, so that a change of one shows as a change of one line. */
export const writeVerdicts = (qemu: string, sets: readonly Verdict[]): void => {
  const madeBy = "UPDATE_VERDICTS=1 npm run test:lab"
  const lines = sets.map((set) => `    ${JSON.stringify(set)}`).join(",\n")
  writeFileSync(
    path,
    `{\n  "madeBy": ${JSON.stringify(madeBy)},\n  "qemu": ${JSON.stringify(qemu)},\n  "sets": [\n${lines}\n  ]\n}\n`,
  )
}
