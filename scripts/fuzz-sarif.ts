/**
 * Writes the findings of a run of `npm run fuzz` as SARIF 2.1.0, one result each at the line of our code that threw.
 * Writes nothing if there are none.
 *
 *     tsx scripts/fuzz-sarif.ts LOG GROUP FILE
 *
 * LOG is what the run wrote, from the folder that it ran in; GROUP tells its results from those of other runs.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import sarif from "node-sarif-builder"

const { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } = sarif

const [log, group, file] = process.argv.slice(2)
if (log === undefined || group === undefined || file === undefined)
  throw new Error("usage: tsx scripts/fuzz-sarif.ts LOG GROUP FILE")

interface Told {
  readonly target: string
  readonly headline: string
  /** The file of the corpus that says everything about it. */
  readonly account: string
}

/** The findings that a run tells of: a line each, an explain view, and the path of the account. */
const findingsIn = (text: string): readonly Told[] =>
  text.split(/^finding {2}/m).flatMap((part, index) => {
    const [, target, headline] = /^([\w-]+): (.*)/.exec(part) ?? []
    const account = /^ {9}(\S+\.txt)$/m.exec(part)?.[1]
    if (index === 0 || target === undefined || headline === undefined || account === undefined) return []
    return [{ target, headline, account }]
  })

interface Place {
  readonly uri: string
  readonly line: number
}

/** The innermost place of a stack that is the package's own code, or failing that the target's. */
const placeOf = ({ target, account }: Told): Place => {
  const frames = [...readFileSync(account, "utf8").matchAll(/^ {8}at .*?((?:src|fuzz)\/[\w./-]+\.ts):(\d+)/gm)]
  const places = frames.map(([, uri = "", line]) => ({ uri, line: Number(line) }))
  const own = places.find(({ uri }) => uri.startsWith("src/"))
  return own ?? places[0] ?? { uri: `fuzz/${target}.fuzz.ts`, line: 1 }
}

const ruleIdOf = (target: string): string => `fuzz/${target}`

const ruleOf = (target: string) => {
  const shortDescriptionText = `Inputs of the fuzz target ${target} must not fail`
  return new SarifRuleBuilder().initSimple({ ruleId: ruleIdOf(target), shortDescriptionText })
}

const resultOf = (told: Told) => {
  const { uri, line } = placeOf(told)
  const result = new SarifResultBuilder().initSimple({
    level: "error",
    ruleId: ruleIdOf(told.target),
    messageText: `${told.headline}. What failed, and how to execute it once more, is in ${told.account}.`,
    fileUri: uri,
  })
  result.setLocationRegion({ startLine: line })
  return result
}

const reportOf = (findings: readonly Told[]): string => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"))
  const run = new SarifRunBuilder().initSimple({ toolDriverName: "migration-guard fuzz", toolDriverVersion: version })
  run.run.automationDetails = { id: `fuzz/${group}/` }
  for (const target of new Set(findings.map(({ target }) => target))) run.addRule(ruleOf(target))
  for (const finding of findings) run.addResult(resultOf(finding))
  const builder = new SarifBuilder()
  builder.addRun(run)
  return builder.buildSarifJsonString({ indent: true })
}

const findings = findingsIn(readFileSync(log, "utf8"))
if (findings.length > 0) writeFileSync(file, reportOf(findings))
