import { markdownTable } from "../../src/report/markdown.js"
import { type Attacker, attackers } from "./attackers.js"
import type { Defective } from "./decoders.js"
import type { Outcome } from "./trial.js"

/** What one attacker came to with one decoder; no outcome where it noticed nothing in time. */
export interface Result {
  readonly decoder: Defective
  readonly attacker: Attacker
  readonly outcome: Outcome | undefined
}

/** Executions a second, by rounds, of the raw targets under their formats and of an empty one. */
export type Rates = Readonly<Record<string, readonly number[]>>

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.POSITIVE_INFINITY

const time = (milliseconds: number): string => {
  if (milliseconds === Number.POSITIVE_INFINITY) return "not found"
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

/** What was not found counts as longer than everything that was. */
const millisecondsOf = ({ outcome }: Result): number => outcome?.milliseconds ?? Number.POSITIVE_INFINITY

const by = (results: readonly Result[], attacker: Attacker): readonly Result[] =>
  results.filter((result) => result.attacker === attacker)

const cellsOf = (results: readonly Result[]): readonly string[] =>
  attackers.flatMap((attacker) => {
    const mine = by(results, attacker)
    const found = mine.filter(({ outcome }) => outcome !== undefined)
    return [`${found.length}/${mine.length}`, time(median(mine.map(millisecondsOf)))]
  })

const groupsOf = (results: readonly Result[]): readonly (readonly [string, readonly Result[]])[] => {
  const formats = [...new Set(results.map(({ decoder }) => decoder.format))]
  const checks = results.filter(({ decoder }) => decoder.kind === "without a check")
  return [
    ...formats.map(
      (format) => [`${format}, a check left out`, checks.filter((each) => each.decoder.format === format)] as const,
    ),
    ["planted bugs", results.filter(({ decoder }) => decoder.kind === "planted")],
    ["**all**", results],
  ]
}

const missed = (results: readonly Result[]): readonly string[] =>
  attackers.map((attacker) => {
    const names = by(results, attacker).filter(({ outcome }) => outcome === undefined)
    const list = names.map(({ decoder }) => `${decoder.format} ${decoder.name}`).join("; ")
    return `- ${attacker}: ${names.length === 0 ? "nothing" : list}`
  })

const share = (numbers: readonly number[] | undefined, of: readonly number[] | undefined): string =>
  (median(numbers ?? []) / median(of ?? [])).toFixed(2)

/** The results as Markdown. */
export const report = (results: readonly Result[], rates: Rates, seconds: number): string => {
  const { empty, ...raws } = rates
  const times = attackers.map((attacker) => median(by(results, attacker).map(millisecondsOf)))
  const [structured = 0, raw = 0] = times
  const executions = attackers.map((attacker) =>
    median(by(results, attacker).map(({ outcome }) => outcome?.executions ?? Number.POSITIVE_INFINITY)),
  )
  return [
    markdownTable(
      ["decoders", "structured: found", "median", "raw bytes: found", "median", "fast-check alone: found", "median"],
      groupsOf(results).map(([name, group]) => [name, ...cellsOf(group)]),
    ),
    "",
    `Times are from the first execution on, at most ${seconds} s. The median of raw bytes is ${(raw / structured).toFixed(1)} times that of`,
    `structured inputs; the median of executions is ${executions.join(", ")} in the order of the columns. Not found:`,
    "",
    ...missed(results),
    "",
    markdownTable(
      ["raw target", "executions a second, of those of an empty target"],
      Object.entries(raws).map(([name, rate]) => [name, share(rate, empty)]),
    ),
  ].join("\n")
}
