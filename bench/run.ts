/**
 * Times our decoder of display blobs, a hand-written one and other libraries, and prints the ratios as Markdown; behind
 * them those of migrate/run.ts. With --write they go to docs/performance.md as well. Run after the checks and apart from
 * them, and one apart from the other: V8 would remember their blobs.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { decodeMigrateData } from "../src/index.js"
import { allocatedBy } from "./allocation.js"
import { contenders, peers } from "./contenders.js"
import { handWritten } from "./hand-written.js"
import { timesOf } from "./measure.js"
import { emitted, emittedCheck, ours } from "./ours.js"
import { rejections } from "./rejecting.js"
import { report, taskOf, taskOfRejection } from "./report.js"
import { type Workload, workloads } from "./workloads.js"

const rounds = 15

const decoding = Object.values(workloads).flatMap((workload: Workload) =>
  contenders.map((contender) => {
    const decode = contender.prepare(workload.receiver)
    return { name: taskOf(contender, workload), run: () => decode(workload.bytes) }
  }),
)
const refusing = rejections.map((rejection) => {
  const { bytes, receiver } = rejection.refused
  return { name: taskOfRejection(rejection), run: () => decodeMigrateData("display", bytes, receiver) }
})
const times = await timesOf([...decoding, ...refusing], rounds)

const { bytes, receiver } = workloads.large
const allocation = allocatedBy(() => decodeMigrateData("display", bytes, receiver)) / bytes.length

const display = report({
  times,
  hand: handWritten,
  emitted,
  emittedCheck,
  ours,
  peers,
  workloads,
  rejections,
  allocation,
})
const sectionOf = (script: string): string =>
  execFileSync(process.execPath, [...process.execArgv, fileURLToPath(new URL(script, import.meta.url))], {
    encoding: "utf8",
  })
const text = [display, sectionOf("own/run.js"), sectionOf("migrate/run.js")].join("\n")
console.log(text)
if (process.argv.includes("--write")) {
  // scripts/size.ts writes the end of the document.
  const sizes = readFileSync("docs/performance.md", "utf8").match(/\n## Size\n[\s\S]*$/)?.[0] ?? ""
  writeFileSync("docs/performance.md", `${text}${sizes}`)
}
