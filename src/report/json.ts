import { type Finding, type Unreadable, verdictOf } from "./finding.js"
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

/** An input that could not be read, as a row among findings. */
export const unreadableJson = ({ file, reason }: Unreadable): string =>
  jsonLine({ file, channel: null, verdict: "unreadable", reason, violations: [], notes: [] })
