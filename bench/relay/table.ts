import { markdownTable } from "../../src/report/markdown.js"
import { atLeast, atMost, type Target, targetTable } from "../markdown.js"

/** What one contender reached in one round, by the name of the quantity. */
export type Round = Readonly<Record<string, number>>

/** What all contenders reached, round by round. */
export type Results = ReadonlyMap<string, readonly Round[]>

/** Quantities with their titles and units; of the one without a unit the ratios would say nothing. */
const columns = [
  ["bulk", "server to client", "MB/s"],
  ["cpu", "CPU a GB", "s"],
  ["p50", "latency p50", "µs"],
  ["p99", "latency p99", "µs"],
  ["up 64", "client to server, 64 B", "MB/s"],
  ["up 4096", "client to server, 4 KiB", "MB/s"],
  ["TLS", "server to client, TLS", "MB/s"],
  ["TLS cpu", "TLS, CPU a GB", "s"],
  ["small blob", "a blob of 33 B", "µs"],
  ["large blob", "a blob of 1 MiB", "µs"],
] as const

const idle = "idle"

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

/** The median of a quantity's ratios within each round; undefined where one of the two does not do it. */
const ratioOf = (results: Results, quantity: string, name: string, base: string): number | undefined => {
  const ratios = (results.get(name) ?? []).flatMap((round, index) => {
    const [value, of] = [round[quantity], results.get(base)?.[index]?.[quantity]]
    return value === undefined || of === undefined ? [] : [value / of]
  })
  return ratios.length === 0 ? undefined : median(ratios)
}

const medianOf = (results: Results, quantity: string, name: string): number =>
  median((results.get(name) ?? []).flatMap(({ [quantity]: value }) => (value === undefined ? [] : [value])))

/** Whom the targets are about. */
export interface Names {
  readonly ours: string
  readonly unframed: string
  readonly recording: string
  /** Whom all are compared with. */
  readonly base: string
  readonly haproxy: string
  /** Those that bulk has to be ahead of. */
  readonly rivals: readonly string[]
}

const targetsOf = (results: Results, { ours, unframed, base, haproxy, rivals }: Names): readonly Target[] => {
  const to = (quantity: string, name: string): number => ratioOf(results, quantity, ours, name) ?? Number.NaN
  return [
    atLeast(`server to client / ${base}:`, to("bulk", base), 2),
    ...rivals.map((rival) => atLeast(`server to client / ${rival}:`, to("bulk", rival), 1)),
    atMost(`CPU a GB / ${base}:`, to("cpu", base), 0.5),
    atMost(`latency p50 / ${haproxy}:`, to("p50", haproxy), 1.1),
    atLeast(`client to server, 64 B / ${unframed}:`, to("up 64", unframed), 0.9),
    atLeast(`client to server, 4 KiB / ${unframed}:`, to("up 4096", unframed), 0.9),
    atLeast(`server to client, TLS / ${haproxy}:`, to("TLS", haproxy), 1.2),
    atMost("KiB an idle connection:", medianOf(results, idle, ours), 16),
  ]
}

const recordedText = (name: string, part: number): string =>
  `${name}: ${(100 * part).toFixed(0)} % of what passed from server to client was recorded; the disk had no time for the rest.`

/** Ratios to the base, what the base reached, and how the targets were met. */
export const report = (results: Results, names: Names, control: string): string => {
  const { base, recording } = names
  const rounds = results.get(base)?.length ?? 0
  const rows = [...results.keys()].map((name) => [
    name,
    ...columns.map(([quantity]) => ratioOf(results, quantity, name, base)?.toFixed(2) ?? "-"),
    medianOf(results, idle, name).toFixed(1),
  ])
  const targets = targetsOf(results, names)
  const allMeasured = targets.every(({ measured }) => measured !== "NaN")
  const recorded = medianOf(results, "recorded", recording)
  const absolute = columns.map(
    ([quantity, title, unit]) => `${title} ${Number(medianOf(results, quantity, base).toPrecision(3))} ${unit}`,
  )
  return [
    `Congestion control ${control}; medians of ${rounds} interleaved rounds, as ratios to ${base}, but for the last column.`,
    "",
    markdownTable(["relay", ...columns.map(([, title]) => title), "KiB an idle connection"], rows),
    "",
    `${base}: ${absolute.join(", ")}.`,
    ...(Number.isNaN(recorded) ? [] : ["", recordedText(recording, recorded)]),
    ...(allMeasured ? ["", targetTable(targets)] : []),
  ].join("\n")
}
