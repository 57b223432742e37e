import { createHash } from "node:crypto"
import { isAbsolute } from "node:path"
import sarif from "node-sarif-builder"
import type { Rule, Violation } from "../violation/violation.js"
import type { Finding, Unreadable } from "./finding.js"
import { jsonLine } from "./printable.js"

const { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } = sarif

/** What the tool says of itself. */
export interface Tool {
  readonly version: string
  /** Where its documents are, with a slash at the end. */
  readonly homepage: string
}

/** An artifact's URI: relative to where the command ran, or a file URL. */
const uriOf = (file: string): string => {
  const path = file
    .replace(/\p{Cs}/gu, "\ufffd")
    .split("/")
    .map(encodeURIComponent)
    .join("/")
  return isAbsolute(file) ? `file://${path}` : path
}

/**
 * Where a violation is. A blob has no lines, but viewers know no other places: it counts as one line, of which each byte
 * is a column.
 */
const regionOf = ({ line, command }: Finding, { offset, length }: Violation) => {
  const bytes = { byteOffset: offset, byteLength: length }
  if (line !== undefined) return { startLine: line, ...bytes }
  if (command !== undefined) return bytes
  return { startLine: 1, startColumn: offset + 1, endColumn: offset + length + 1, ...bytes }
}

const resultOf = (finding: Finding, violation: Violation, fingerprint: string) => {
  const result = new SarifResultBuilder().initSimple({
    level: "error",
    ruleId: violation.rule,
    messageText: violation.message,
    fileUri: uriOf(finding.file),
  })
  result.setLocationRegion(regionOf(finding, violation))
  result.result.partialFingerprints = { "violation/v1": fingerprint }
  return result
}

/** Tells a result of today from one of yesterday: by its rule, file and field, and which of several such it is. */
const fingerprints = () => {
  const seen = new Map<string, number>()
  return ({ file }: Finding, { rule, path }: Violation): string => {
    const what = JSON.stringify([rule, uriOf(file), path.replace(/\[\d+\]/g, "[]")])
    const count = seen.get(what) ?? 0
    seen.set(what, count + 1)
    return `${createHash("sha256").update(what).digest("hex").slice(0, 32)}:${count}`
  }
}

/** How the run ended: whether every input was read, and what could not be. */
const invocationOf = (findings: readonly Finding[], unreadable: readonly Unreadable[]) => ({
  executionSuccessful: unreadable.length === 0,
  exitCode: unreadable.length > 0 ? 2 : findings.some(({ violations }) => violations.length > 0) ? 1 : 0,
  toolExecutionNotifications: unreadable.map(({ file, reason }) => ({
    level: "error" as const,
    message: { text: reason },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
  })),
})

const describedRule = (id: string, known: Required<Rule> | undefined, { homepage }: Tool) => {
  const rule = new SarifRuleBuilder().initSimple({
    ruleId: id,
    shortDescriptionText: known?.requirement ?? id,
    helpUri: `${homepage}rules/${id}`,
  })
  if (known !== undefined) rule.rule.help = { text: `${known.consequence} Source: ${known.source}.` }
  return rule
}

/**
 * All findings as one SARIF 2.1.0 log: a result for each violation, a rule for each that was broken, a notification for
 * each input that could not be read.
 */
export const sarifReport = (
  findings: readonly Finding[],
  ruleOf: (id: string) => Required<Rule> | undefined,
  tool: Tool,
  unreadable: readonly Unreadable[] = [],
): string => {
  const run = new SarifRunBuilder().initSimple({ toolDriverName: "migration-guard", toolDriverVersion: tool.version })
  const broken = new Set(findings.flatMap(({ violations }) => violations.map(({ rule }) => rule)))
  run.run.artifacts = [...new Set(findings.map(({ file }) => uriOf(file)))].map((uri) => ({ location: { uri } }))
  run.run.invocations = [invocationOf(findings, unreadable)]
  for (const id of broken) run.addRule(describedRule(id, ruleOf(id), tool))
  const fingerprintOf = fingerprints()
  for (const finding of findings)
    for (const violation of finding.violations)
      run.addResult(resultOf(finding, violation, fingerprintOf(finding, violation)))
  const log = new SarifBuilder()
  log.addRun(run)
  return jsonLine(log.buildSarifOutput())
}
