import type { Progress } from "./libfuzzer.js"

/** What there is to tell of one target. */
export interface Row extends Omit<Progress, "counted"> {
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
export const sumOf = (rows: readonly Row[]): string => {
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
