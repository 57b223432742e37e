/** Checks the whole corpus as its index says and prints tables of verdicts: hostile blobs by rule, real ones by origin. */
import * as E from "fp-ts/lib/Either.js"
import { type CorpusEntry, isGenuine, receiverOfEntry } from "../src/corpus.js"
import { decodeMigrateData } from "../src/index.js"
import { ruleOf } from "../src/rules.js"
import { readBlob, readIndex } from "./corpus.js"

interface Verdict {
  readonly entry: CorpusEntry
  readonly rule: string | undefined
}

const judge = (entry: CorpusEntry): Verdict => {
  const decoded = decodeMigrateData(entry.channel, readBlob(entry), receiverOfEntry(entry))
  return { entry, rule: E.isLeft(decoded) ? decoded.left[0].rule : undefined }
}

const asExpected = ({ entry, rule }: Verdict): boolean =>
  (rule === undefined ? "accept" : "reject") === entry.verdict && rule === entry.rule

const row = (...cells: readonly (string | number)[]): string => {
  const [first = "", second = "", third = "", ...rest] = cells.map(String)
  return [first.padEnd(44), second.padEnd(10), third.padStart(6), ...rest].join("  ")
}

/** What real blobs have in common that share a row: channel, verdict, and source without the state that was moved. */
const kindOf = ({ entry: { channel, source }, rule }: Verdict): string =>
  [channel, rule === undefined ? "accept" : `reject ${rule}`, source.replace(/: .*/, "")].join("\t")

const verdicts = readIndex().map(judge)
const genuine = verdicts.filter(({ entry }) => isGenuine(entry))
const hostile = verdicts.filter(({ entry }) => entry.verdict === "reject")
const rules = [...new Set(hostile.map(({ rule }) => rule ?? "accepted"))].sort()

console.log(row("rule that refused hostile blobs", "", "blobs", "without it"))
for (const id of rules)
  console.log(row(id, "reject", hostile.filter(({ rule }) => rule === id).length, ruleOf(id)?.consequence ?? ""))
console.log()
console.log(row("channel of real blobs", "verdict", "blobs", "where they come from"))
for (const kind of [...new Set(genuine.map(kindOf))].sort()) {
  const [channel = "", verdict = "", origin = ""] = kind.split("\t")
  console.log(row(channel, verdict, genuine.filter((each) => kindOf(each) === kind).length, origin))
}

const unexpected = verdicts.filter((verdict) => !asExpected(verdict))
for (const { entry, rule } of unexpected) console.log(`NOT AS EXPECTED: ${entry.file}: ${rule ?? "accept"}`)
console.log()
console.log(
  `${verdicts.length} blobs, ${hostile.length} of them hostile: ${verdicts.length - unexpected.length} verdicts as expected, ${unexpected.length} not`,
)
process.exitCode = unexpected.length === 0 ? 0 : 1
