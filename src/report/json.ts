import { type Finding, verdictOf } from "./finding.js"
import { jsonLine } from "./printable.js"

/** A finding as one line of JSON; its keys are part of the command line's contract. */
export const jsonReport = (finding: Finding): string =>
  jsonLine({
    file: finding.file,
    line: finding.line,
    command: finding.command,
    channel: finding.channel ?? null,
    verdict: verdictOf(finding),
    violations: finding.violations,
    notes: finding.notes,
  })
