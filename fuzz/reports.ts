import pc from "picocolors"
import { mostViolations } from "../src/layout/emitted.js"
import type { Finding } from "../src/report/finding.js"
import { annotatedHex } from "../src/report/hex.js"
import { jsonReport } from "../src/report/json.js"
import { sarifReport } from "../src/report/sarif.js"
import { textReport } from "../src/report/text.js"
import { ruleOf } from "../src/rules.js"
import { read } from "../src/testing/setting.js"
import type { Case } from "./blobs.js"

/** What a terminal might obey. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** A line says a name, a number or 16 bytes, or the sentence of a violation. */
const longestLine = 1000

const isPrintable = (lines: readonly string[], name: string): void => {
  for (const line of lines) {
    if (unprintable.test(line)) throw new Error(`${name} prints what a terminal might obey`)
    if (line.length > longestLine) throw new Error(`${name} prints a line of ${line.length} characters`)
  }
}

/** Reports of a blob under a hostile name are printable and bounded; explaining shows every byte once. */
export const isReported = ({ setting, blob }: Case): void => {
  const { channel } = setting
  const { violations, claims } = read(setting, blob)
  const file = new TextDecoder().decode(blob.subarray(0, 60))
  const report: Finding = { file, channel, violations, notes: [] }
  const colors = pc.createColors(false)
  const hex = [...annotatedHex(blob, claims, violations, colors)]
  isPrintable(hex, "explain")
  const shown = hex.flatMap(
    (line) =>
      line
        .match(/^[0-9a-f]{4,8} {2}((?:[0-9a-f]{2} ?)+)/)?.[1]
        ?.trim()
        .split(" ") ?? [],
  )
  if (shown.join("") !== Buffer.from(blob).toString("hex")) throw new Error("explain does not show every byte once")
  isPrintable(textReport(report, colors).split("\n"), "the text report")
  const json = jsonReport(report)
  if (unprintable.test(json) || JSON.parse(json).file !== file) throw new Error("the JSON report garbles")
  const sarif = sarifReport([report], ruleOf, { version: "0", homepage: "https://tool.example/" })
  if (unprintable.test(sarif)) throw new Error("the SARIF report prints what a terminal might obey")
  if (json.length + sarif.length > 4000 * (mostViolations + 1)) throw new Error("reports grow with the blob")
}
