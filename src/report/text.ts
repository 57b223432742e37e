import type { Colors } from "picocolors/types.js"
import { fewOfEachRule, mostOfOneRule } from "./few-violations.js"
import { type Finding, verdictOf } from "./finding.js"
import { printable } from "./printable.js"
import { wrapped } from "./wrap.js"

const indent = 8

/** The verdict, or what it would be with another setting of the receiver's. */
export const shownVerdict = (finding: Pick<Finding, "violations" | "acceptedWith">): string =>
  finding.acceptedWith === undefined ? verdictOf(finding) : `accept with ${finding.acceptedWith}`

/**
 * A finding as a line, and a line for each of its violations and notes; several where a terminal's width is given. Of the
 * violations of one rule only the first ones are said.
 */
export const textReport = (finding: Finding, colors: Colors, columns?: number): string => {
  const verdict = verdictOf(finding)
  const paint = verdict === "accept" ? colors.green : finding.acceptedWith === undefined ? colors.red : colors.yellow
  const kind = (finding.channel ?? finding.command ?? "unknown").padEnd(9)
  const line = finding.line === undefined ? "" : `:${finding.line}`
  const { shown, left } = fewOfEachRule(finding.violations, mostOfOneRule)
  const below = (head: string, paintHead: (text: string) => string, text: string) => {
    const [first = "", ...others] = wrapped(`${head} ${text}`, indent, columns)
    return [`${" ".repeat(indent)}${paintHead(head)}${first.slice(indent + head.length)}`, ...others]
  }
  return [
    `${paint(shownVerdict(finding))}  ${kind}  ${printable(finding.file)}${line}`,
    ...[...shown].flatMap(({ code, rule, message, consequence }) =>
      below(code, colors.bold, `${rule}: ${message}${finding.command === undefined ? "" : ` ${consequence}`}`),
    ),
    ...left.map(([rule, count]) => `${" ".repeat(indent)}${colors.dim(`... ${count} more of ${rule}`)}`),
    ...finding.notes.flatMap(({ message }) => below("note", colors.dim, message)),
  ].join("\n")
}
