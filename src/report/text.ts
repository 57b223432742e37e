import type { Colors } from "picocolors/types.js"
import { type Finding, verdictOf } from "./finding.js"
import { printable } from "./printable.js"

/** A finding as a line, and a line for each of its violations and notes. */
export const textReport = (finding: Finding, colors: Colors): string => {
  const verdict = verdictOf(finding)
  const paint = verdict === "accept" ? colors.green : finding.acceptedWith === undefined ? colors.red : colors.yellow
  const shown = finding.acceptedWith === undefined ? verdict : `accept with ${finding.acceptedWith}`
  const kind = (finding.channel ?? finding.command ?? "unknown").padEnd(9)
  const line = finding.line === undefined ? "" : `:${finding.line}`
  return [
    `${paint(shown)}  ${kind}  ${printable(finding.file)}${line}`,
    ...finding.violations.map(
      ({ code, rule, message, consequence }) =>
        `        ${colors.bold(code)} ${rule}: ${message}${finding.command === undefined ? "" : ` ${consequence}`}`,
    ),
    ...finding.notes.map(({ message }) => `        ${colors.dim("note")} ${message}`),
  ].join("\n")
}
