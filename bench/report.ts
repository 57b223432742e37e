import { cpus } from "node:os"
import { markdownTable } from "../src/report/markdown.js"
import type { Contender } from "./contender.js"
import { atMost, duration, type Target, targetTable, times } from "./markdown.js"
import { median, ratio, type Times } from "./measure.js"
import type { Rejection } from "./rejecting.js"
import type { Workload } from "./workloads.js"

/** All that one run found out. */
export interface Findings {
  readonly times: Times
  readonly hand: Contender
  readonly emitted: Contender
  readonly emittedCheck: Contender
  readonly ours: readonly [Contender, ...Contender[]]
  readonly peers: readonly Contender[]
  readonly workloads: { readonly small: Workload; readonly medium: Workload; readonly large: Workload }
  readonly rejections: readonly Rejection[]
  /** Bytes that one decode of the large blob allocates, by the size of the blob. */
  readonly allocation: number
}

/** The name of a task in the times. */
export const taskOf = (contender: Contender, { name }: Workload): string => `${contender.name}: ${name}`
export const taskOfRejection = ({ name }: Rejection): string => `refusing: ${name}`

const contenderTable = (findings: Findings): string => {
  const { hand, ours, peers, workloads } = findings
  const sizes = Object.values(workloads)
  const cell = (contender: Contender, workload: Workload): string => {
    const task = taskOf(contender, workload)
    return contender === hand
      ? `1 (${duration(median(findings.times.get(task) ?? []))})`
      : times(ratio(findings.times, task, taskOf(hand, workload)))
  }
  return markdownTable(
    ["decoder", "surfaces as", "checks", ...sizes.map(({ name }) => name)],
    [hand, ...ours, ...peers].map((contender) => [
      contender.name,
      contender.surfaces,
      contender.checks,
      ...sizes.map((size) => cell(contender, size)),
    ]),
  )
}

const rejectionRatio = ({ times, ours: [first] }: Findings, rejection: Rejection): number =>
  ratio(times, taskOfRejection(rejection), taskOf(first, rejection.accepted))

const rejectionTable = (findings: Findings): string =>
  markdownTable(
    ["hostile blob", "refused by", "refusing / accepting"],
    findings.rejections.map((each) => [each.name, `\`${each.rule}\``, rejectionRatio(findings, each).toPrecision(2)]),
  )

/** What the fast path has to live up to, and whether it does. */
const targetsOf = (findings: Findings): readonly Target[] => {
  const { hand, emitted, emittedCheck, ours, peers, workloads, allocation } = findings
  const [first] = ours
  const overHand = (contender: Contender, workload: Workload): number =>
    ratio(findings.times, taskOf(contender, workload), taskOf(hand, workload))
  const overPeers = peers.flatMap((peer) =>
    Object.values(workloads).map((size) => ratio(findings.times, taskOf(first, size), taskOf(peer, size))),
  )
  const refusing = findings.rejections.map((rejection) => rejectionRatio(findings, rejection))
  return [
    atMost("small blob, the emitted decoder / hand-written:", overHand(emitted, workloads.small), 1.2),
    atMost("large blob, the emitted decoder / hand-written:", overHand(emitted, workloads.large), 0.5),
    atMost("small blob, decodeMigrateData / hand-written:", overHand(first, workloads.small), 1.2),
    atMost("small blob, the emitted check / hand-written:", overHand(emittedCheck, workloads.small), 0.6),
    atMost("large blob, the emitted check / hand-written:", overHand(emittedCheck, workloads.large), 0.45),
    atMost("any size, decodeMigrateData / fastest peer:", Math.max(...overPeers), 1),
    atMost("any hostile blob, refusing / accepting by decodeMigrateData:", Math.max(...refusing), 1),
    atMost("large blob, bytes allocated / bytes of the blob:", allocation, 1.1),
  ]
}

const machine = (): string => {
  const processors = cpus()
  return `Node ${process.versions.node} on ${processors.length} × ${processors[0]?.model ?? "an unknown processor"}`
}

/** The report as Markdown. */
export const report = (findings: Findings): string =>
  [
    "# Performance",
    "",
    `Made by \`npm run bench -- --write\` with ${machine()}.`,
    "",
    "Decoding the blob of a display channel, as a multiple of the time that a hand-written decoder takes. Only the ratios count:",
    "everything runs in one process, compiled by tsc as the package is, in rounds that time every decoder right after the others;",
    "a ratio is the median of those within each round, garbage collection included.",
    "",
    contenderTable(findings),
    "",
    "`checks` is `all` where a decoder refuses the same blobs as ours, which is held against the corpus and thousands of mutants",
    "before anything is timed, and `layout` where it reads the fields and judges little more than the magic.",
    "",
    "## Refusing",
    "",
    rejectionTable(findings),
    "",
    "## Targets",
    "",
    targetTable(targetsOf(findings)),
    "",
  ].join("\n")
