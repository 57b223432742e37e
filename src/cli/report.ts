import { type Finding, type Unreadable, verdictOf } from "../report/finding.js"
import { jsonReport, unreadableJson } from "../report/json.js"
import { textReport } from "../report/text.js"
import { isUnreadable, reportUnreadable } from "./input.js"
import { manifest } from "./manifest.js"
import { progressLineOn } from "./progress-line.js"
import { colorsFor, columnsOf, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export const reportFormats = ["text", "json", "sarif"] as const

export interface ReportOptions {
  readonly format: (typeof reportFormats)[number]
  readonly version: string
  /** Whether nothing is said of what is accepted. */
  readonly quiet?: boolean
  /** How many inputs there are. Where it is known and more than one, a text ends with a line that counts them. */
  readonly total?: number
}

/** How many inputs came to what. */
interface Counts {
  accept: number
  reject: number
  unreadable: number
}

/** Reports findings as they come, or for SARIF all at the end; returns the exit code that they come to. */
export const reportAll = async (
  findings: AsyncIterable<Finding | Unreadable>,
  options: ReportOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { format, quiet = false, total = 1 } = options
  const kept: (Finding | Unreadable)[] = []
  const counts: Counts = { accept: 0, reject: 0, unreadable: 0 }
  const progress = progressLineOn(
    terminal,
    total > 1 && !quiet && (format === "sarif" || terminal.stdout.isTTY !== true),
  )
  for await (const finding of findings) {
    const outcome = isUnreadable(finding) ? "unreadable" : verdictOf(finding)
    counts[outcome]++
    if (format === "sarif") kept.push(finding)
    if (outcome === "unreadable") progress.clear()
    if (isUnreadable(finding)) reportUnreadable(finding, terminal)
    const line = quiet && outcome === "accept" ? undefined : lineOf(finding, format, terminal)
    if (line !== undefined) terminal.stdout.write(`${line}\n`)
    progress.show(() => `${counts.accept + counts.reject + counts.unreadable} of ${total}: ${countsText(counts)}`)
  }
  progress.clear()
  if (format === "sarif") terminal.stdout.write(`${await sarifOf(kept, options.version)}\n`)
  if (format === "text" && total > 1 && !quiet) terminal.stdout.write(`${total} files: ${countsText(counts)}\n`)
  return exitOf(counts)
}

const countsText = ({ accept, reject, unreadable }: Counts): string =>
  [`${accept} accepted`, `${reject} rejected`, ...(unreadable > 0 ? [`${unreadable} unreadable`] : [])].join(", ")

const exitOf = ({ reject, unreadable }: Counts): ExitCode => {
  if (unreadable > 0) return exitCode.failed
  return reject > 0 ? exitCode.rejected : exitCode.accepted
}

/** What is said of one input on standard output while others are still to come, if anything. */
const lineOf = (
  finding: Finding | Unreadable,
  format: ReportOptions["format"],
  terminal: Terminal,
): string | undefined => {
  if (format === "sarif") return undefined
  if (format === "json") return isUnreadable(finding) ? unreadableJson(finding) : jsonReport(finding)
  return isUnreadable(finding) ? undefined : textReport(finding, colorsFor(terminal), columnsOf(terminal.stdout))
}

const sarifOf = async (kept: readonly (Finding | Unreadable)[], version: string): Promise<string> => {
  const { sarifReport } = await import("../report/sarif.js")
  const { ruleOf } = await import("../rules.js")
  const findings = kept.filter((each): each is Finding => !isUnreadable(each))
  const unreadable = kept.filter(isUnreadable)
  return sarifReport(findings, ruleOf, { version, homepage: manifest().homepage }, unreadable)
}
