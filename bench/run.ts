/**
 * Compares our decoder of display blobs with a hand-written one and with other libraries, and prints the ratios.
 * With --write they go to docs/performance.md as well. Exits 1 where decoders that should agree do not.
 */
import { writeFileSync } from "node:fs"
import { decodeMigrateData } from "../src/index.js"
import { allocatedBy } from "./allocation.js"
import { disagreements } from "./check.js"
import { handWritten } from "./hand-written.js"
import { timesOf } from "./measure.js"
import { ours } from "./ours.js"
import { binaryParser } from "./peers/binary-parser.js"
import { ioTs } from "./peers/io-ts.js"
import { kaitai } from "./peers/kaitai.js"
import { microPacked } from "./peers/micro-packed.js"
import { zod } from "./peers/zod.js"
import { misjudged, rejections } from "./rejecting.js"
import { report, taskOf, taskOfRejection } from "./report.js"
import { type Workload, workloads } from "./workloads.js"

const rounds = 15

const peers = [await kaitai(), binaryParser, microPacked, ioTs, zod]
const contenders = [handWritten, ...ours, ...peers]

const { cases, found } = disagreements(contenders)
const wrong = [...found, ...misjudged()]
if (wrong.length > 0) {
  console.error(wrong.slice(0, 20).join("\n"))
  process.exit(1)
}

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

const text = report({
  times,
  hand: handWritten,
  ours,
  peers,
  workloads,
  rejections,
  allocation,
  agreedOn: cases,
})
console.log(text)
if (process.argv.includes("--write")) writeFileSync("docs/performance.md", text)
