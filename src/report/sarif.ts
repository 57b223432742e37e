import { isAbsolute } from "node:path"
import sarif from "node-sarif-builder"
import type { Rule, Violation } from "../violation/violation.js"
import type { Finding } from "./finding.js"
import { jsonLine } from "./printable.js"
import { anchorOf } from "./rule-document.js"

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

const resultOf = ({ file, line }: Finding, violation: Violation) => {
  const result = new SarifResultBuilder().initSimple({
    level: "error",
    ruleId: violation.rule,
    messageText: violation.message,
    fileUri: uriOf(file),
  })
  const bytes = { byteOffset: violation.offset, byteLength: violation.length }
  result.setLocationRegion(line === undefined ? bytes : { startLine: line, ...bytes })
  return result
}

const describedRule = (id: string, known: Rule | undefined, { homepage }: Tool) => {
  const rule = new SarifRuleBuilder().initSimple({
    ruleId: id,
    shortDescriptionText: known?.requirement ?? id,
    helpUri: `${homepage}docs/rules.md#${anchorOf(id)}`,
  })
  if (known !== undefined) rule.rule.help = { text: known.consequence }
  return rule
}

/** All findings as one SARIF 2.1.0 log: a result for each violation, a rule for each that was broken. */
export const sarifReport = (
  findings: readonly Finding[],
  ruleOf: (id: string) => Rule | undefined,
  tool: Tool,
): string => {
  const run = new SarifRunBuilder().initSimple({ toolDriverName: "migration-guard", toolDriverVersion: tool.version })
  const broken = new Set(findings.flatMap(({ violations }) => violations.map(({ rule }) => rule)))
  run.run.artifacts = [...new Set(findings.map(({ file }) => uriOf(file)))].map((uri) => ({ location: { uri } }))
  for (const id of broken) run.addRule(describedRule(id, ruleOf(id), tool))
  for (const finding of findings)
    for (const violation of finding.violations) run.addResult(resultOf(finding, violation))
  const log = new SarifBuilder()
  log.addRun(run)
  return jsonLine(log.buildSarifOutput())
}
