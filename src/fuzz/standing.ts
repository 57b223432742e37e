import type { Progress } from "./libfuzzer.js"
import type { Row } from "./rows.js"
import type { Target } from "./target.js"

/** One target, as far as it has come. */
export interface Standing {
  readonly target: Target
  /** How far each of its processes has come. */
  readonly processes: Map<number, Progress>
  state: Row["state"]
  /** What a merge says of the corpus. */
  merged: Pick<Progress, "coverage" | "corpus"> | undefined
  readonly bugs: Set<string>
  /** Why it is broken. */
  readonly problems: string[]
}

export const newStanding = (target: Target): Standing => ({
  target,
  processes: new Map(),
  state: "waiting",
  merged: undefined,
  bugs: new Set(),
  problems: [],
})

/** Executions a second. */
const rateOf = ({ counted: { executions, milliseconds } }: Progress): number =>
  milliseconds > 0 ? (executions / milliseconds) * 1000 : 0

/** What there is to tell of a target: processes add up, but for what they reach, which is much the same. */
export const rowOf = ({ target, processes, state, merged, bugs }: Standing): Row => {
  const all = [...processes.values()]
  const most = (value: (progress: Progress) => number) => Math.max(0, ...all.map(value))
  const sum = (value: (progress: Progress) => number) => all.map(value).reduce((one, other) => one + other, 0)
  const reached = most(({ coverage }) => coverage)
  return {
    target: target.name,
    state,
    executions: sum(({ executions }) => executions),
    rate: sum(rateOf),
    coverage: Math.max(reached, merged?.coverage ?? 0),
    corpus: merged?.corpus ?? most(({ corpus }) => corpus),
    findings: bugs.size,
  }
}
