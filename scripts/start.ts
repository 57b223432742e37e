/** Checks the whole corpus as its index says and prints a table of verdicts: real blobs one by one, hostile ones by rule. */
import * as E from "fp-ts/lib/Either.js"
import { type CorpusEntry, receiverOf } from "../src/fuzz/corpus.js"
import { decodeMigrateData } from "../src/index.js"
import { ruleById } from "../src/report/rules.js"
import { readBlob, readIndex } from "./corpus.js"

interface Verdict {
  readonly entry: CorpusEntry
  readonly size: number
  readonly rule: string | undefined
}

const judge = (entry: CorpusEntry): Verdict => {
  const bytes = readBlob(entry)
  const decoded = decodeMigrateData(entry.channel, bytes, receiverOf(entry))
  return { entry, size: bytes.length, rule: E.isLeft(decoded) ? decoded.left[0].rule : undefined }
}

const asExpected = ({ entry, rule }: Verdict): boolean =>
  (rule === undefined ? "accept" : "reject") === entry.verdict && rule === entry.rule

const row = (...cells: readonly (string | number)[]): string => {
  const [first = "", second = "", third = "", ...rest] = cells.map(String)
  return [first.padEnd(44), second.padEnd(10), third.padStart(6), ...rest].join("  ")
}

const verdicts = readIndex().map(judge)
const hostile = verdicts.filter(({ entry }) => entry.verdict === "reject")
const rules = [...new Set(hostile.map(({ rule }) => rule ?? "accepted"))].sort()

console.log(row("rule that refused hostile blobs", "", "blobs", "without it"))
for (const id of rules)
  console.log(row(id, "reject", hostile.filter(({ rule }) => rule === id).length, ruleById(id)?.without ?? ""))
console.log()
console.log(row("blob relayed by a real client", "verdict", "bytes", "where it comes from"))
for (const { entry, size, rule } of verdicts.filter(({ entry }) => entry.origin === "capture"))
  console.log(row(entry.file, rule === undefined ? "accept" : `reject ${rule}`, size, entry.source))

const unexpected = verdicts.filter((verdict) => !asExpected(verdict))
for (const { entry, rule } of unexpected) console.log(`NOT AS EXPECTED: ${entry.file}: ${rule ?? "accept"}`)
console.log()
console.log(
  `${verdicts.length} blobs, ${hostile.length} of them hostile: ${verdicts.length - unexpected.length} verdicts as expected, ${unexpected.length} not`,
)
process.exitCode = unexpected.length === 0 ? 0 : 1
