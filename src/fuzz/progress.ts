import type { FuzzProgress } from "./libfuzzer.js"
import type { FuzzTarget } from "./target.js"

/** What there is to tell of one target. */
export interface Row extends Omit<FuzzProgress, "counted"> {
  readonly target: string
  readonly state: "waiting" | "fuzzing" | "merging" | "done" | "interrupted" | "broken"
  /** Executions a second. */
  readonly rate: number
  readonly findings: number
}

const grouped = (number: number): string => Math.round(number).toLocaleString("en-US")

const headings = ["target", "executions", "exec/s", "coverage", "corpus", "findings", ""] as const

const cellsOf = ({ target, executions, rate, coverage, corpus, findings, state }: Row): readonly string[] => [
  target,
  ...[executions, rate, coverage, corpus, findings].map(grouped),
  state === "done" ? "" : state,
]

/** Rows below their headings, in columns that line up: names to the left, numbers to the right. */
export const tableOf = (rows: readonly Row[]): readonly string[] => {
  const lines = [headings, ...rows.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const isText = (column: number) => column === 0 || column === headings.length - 1
  return lines.map((cells) =>
    cells
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  )
}

const counted = (count: number, name: string): string => `${grouped(count)} ${name}${count === 1 ? "" : "s"}`

/** A target's row as a sentence. */
export const sentenceOf = ({ executions, rate, coverage, corpus, findings }: Row): string =>
  `${counted(executions, "execution")}, ${grouped(rate)}/s, coverage ${grouped(coverage)}, corpus ${grouped(corpus)}, ${counted(findings, "finding")}`

/** All rows as a sentence. */
export const totalsOf = (rows: readonly Row[]): string => {
  const sum = (value: (row: Row) => number) => rows.map(value).reduce((one, other) => one + other, 0)
  const ended = rows.filter(({ state }) => state !== "waiting" && state !== "fuzzing" && state !== "merging")
  return [
    `${ended.length} of ${counted(rows.length, "target")} done`,
    counted(
      sum(({ executions }) => executions),
      "execution",
    ),
    counted(
      sum(({ findings }) => findings),
      "finding",
    ),
  ].join(", ")
}

/** One target, as far as it has come. */
export interface Standing {
  readonly target: FuzzTarget
  /** How far each of its processes has come. */
  readonly processes: Map<number, FuzzProgress>
  state: Row["state"]
  /** What a merge says of the corpus. */
  merged: Pick<FuzzProgress, "coverage" | "corpus"> | undefined
  readonly bugs: Set<string>
  /** Why it is broken. */
  readonly problems: string[]
}

export const newStanding = (target: FuzzTarget): Standing => ({
  target,
  processes: new Map(),
  state: "waiting",
  merged: undefined,
  bugs: new Set(),
  problems: [],
})

/** Executions a second. */
const rateOf = ({ counted: { executions, milliseconds } }: FuzzProgress): number =>
  milliseconds > 0 ? (executions / milliseconds) * 1000 : 0

/** What there is to tell of a target: processes add up, but for what they reach, which is much the same. */
export const rowOf = ({ target, processes, state, merged, bugs }: Standing): Row => {
  const all = [...processes.values()]
  const most = (value: (progress: FuzzProgress) => number) => Math.max(0, ...all.map(value))
  const sum = (value: (progress: FuzzProgress) => number) => all.map(value).reduce((one, other) => one + other, 0)
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
