import type { Finding } from "../report/finding.js"
import { jsonReport } from "../report/json.js"
import { textReport } from "../report/text.js"
import { isUnreadable, reportUnreadable, type Unreadable } from "./input.js"
import { manifest } from "./manifest.js"
import { colorsFor, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export const reportFormats = ["text", "json", "sarif"] as const

export interface ReportOptions {
  readonly format: (typeof reportFormats)[number]
  readonly version: string
}

/** Reports findings as they come, or for SARIF all at the end; returns the exit code that they come to. */
export const reportAll = async (
  findings: AsyncIterable<Finding | Unreadable>,
  { format, version }: ReportOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const kept: Finding[] = []
  let failed = false
  let rejected = false
  for await (const finding of findings) {
    if (isUnreadable(finding)) {
      failed = true
      reportUnreadable(finding, terminal)
      continue
    }
    rejected ||= finding.violations.length > 0
    if (format === "sarif") kept.push(finding)
    else terminal.stdout.write(`${report(finding, format, terminal)}\n`)
  }
  if (format === "sarif") {
    const { sarifReport } = await import("../report/sarif.js")
    const { ruleOf } = await import("../rules.js")
    terminal.stdout.write(`${sarifReport(kept, ruleOf, { version, homepage: manifest().homepage })}\n`)
  }
  if (failed) return exitCode.failed
  return rejected ? exitCode.rejected : exitCode.accepted
}

const report = (finding: Finding, format: "text" | "json", terminal: Terminal): string =>
  format === "json" ? jsonReport(finding) : textReport(finding, colorsFor(terminal))
