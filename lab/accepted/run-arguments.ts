/**
 * Gives arguments that the codecs accept to a QEMU, and looks for a set that it dies of or hangs over. `--sets N` says
 * how many (2000), `--qemu V` to which of the lab's QEMUs (10.0).
 */
import { parseArgs } from "node:util"
import { writeExposureDocument } from "../exposure/document.js"
import { installations } from "../installed.js"
import { obstacle } from "../qemu.js"
import { isFatal, tryArguments } from "./arguments.js"
import { writeOther } from "./others.js"

const { values } = parseArgs({
  options: { sets: { type: "string", default: "2000" }, qemu: { type: "string", default: "10.0" } },
})

const installed = installations.find(({ version }) => version === values.qemu)
const why = installed === undefined ? "the lab has no such QEMU" : obstacle(installed)
if (installed === undefined || why !== undefined) {
  process.stderr.write(`arguments: skipped, ${why}\n`)
  process.exit(0)
}
const all = await tryArguments(installed, Number(values.sets))
const fatal = all.filter(isFatal)
for (const { command, arguments: text } of fatal) process.stderr.write(`arguments: crashed: ${command} ${text}\n`)
writeOther("arguments", {
  versions: `QEMU ${installed.version}`,
  runs: all.length,
  taken: all.filter(({ outcome }) => outcome === "accepted").length,
  harms: fatal.length,
})
writeExposureDocument()
process.exit(fatal.length > 0 ? 1 : 0)
