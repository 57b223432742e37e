/**
 * Gives arguments that the codecs accept to a QEMU 10 each, and looks for a set that it dies of or hangs over. `--sets N`
 * says how many (2000).
 */
import { parseArgs } from "node:util"
import { writeExposureDocument } from "../exposure/document.js"
import { withQemu } from "../qemu.js"
import { isFatal, tryArguments } from "./arguments.js"
import { writeOther } from "./others.js"

const { values } = parseArgs({ options: { sets: { type: "string", default: "2000" } } })

interface Version {
  readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number }
}

const { qemu } = (await withQemu("migrate", ({ ask }) => ask("query-version"))) as Version
const all = await tryArguments(Number(values.sets))
const fatal = all.filter(isFatal)
for (const { command, arguments: text, outcome } of fatal) process.stderr.write(`${outcome}: ${command} ${text}\n`)
writeOther("arguments", {
  versions: `QEMU ${qemu.major}.${qemu.minor}.${qemu.micro}`,
  runs: all.length,
  taken: all.filter(({ outcome }) => outcome === "accepted").length,
  harms: fatal.length,
})
writeExposureDocument()
process.exit(fatal.length > 0 ? 1 : 0)
