import { isAbsolute } from "node:path"
import sarif from "node-sarif-builder"
import type { Violation } from "../violation/violation.js"
import type { Finding } from "./finding.js"
import { jsonLine } from "./printable.js"
import { ruleById } from "./rules.js"

const { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } = sarif

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

const ruleOf = (id: string) => {
  const check = ruleById(id)
  const rule = new SarifRuleBuilder().initSimple({ ruleId: id, shortDescriptionText: check?.requirement ?? id })
  if (check !== undefined) rule.rule.help = { text: check.consequence }
  return rule
}

/** All findings as one SARIF 2.1.0 log: a result for each violation, a rule for each that was broken. */
export const sarifReport = (findings: readonly Finding[], version: string): string => {
  const run = new SarifRunBuilder().initSimple({ toolDriverName: "migration-guard", toolDriverVersion: version })
  const broken = new Set(findings.flatMap(({ violations }) => violations.map(({ rule }) => rule)))
  run.run.artifacts = [...new Set(findings.map(({ file }) => uriOf(file)))].map((uri) => ({ location: { uri } }))
  for (const id of broken) run.addRule(ruleOf(id))
  for (const finding of findings)
    for (const violation of finding.violations) run.addResult(resultOf(finding, violation))
  const log = new SarifBuilder()
  log.addRun(run)
  return jsonLine(log.buildSarifOutput())
}
