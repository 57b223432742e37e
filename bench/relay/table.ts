/** What one contender reached in one round, by the name of the quantity. */
export type Round = Readonly<Record<string, number>>

const columns = [
  ["bulk", "server to client"],
  ["cpu", "CPU a GB"],
  ["p50", "latency p50"],
  ["p99", "latency p99"],
  ["up 64", "client to server, 64 B"],
  ["up 4096", "4 KiB"],
  ["TLS", "server to client, TLS"],
  ["idle", "KiB an idle connection"],
] as const

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

export interface Circumstances {
  /** Whom all are compared with, round by round. */
  readonly base: string
  readonly control: string
  readonly rounds: number
}

/** Medians of the ratios to the base in the same round; idle connections in KiB. */
export const table = (
  results: ReadonlyMap<string, readonly Round[]>,
  { base, control, rounds }: Circumstances,
): string => {
  const bases = results.get(base) ?? []
  const cell = (all: readonly Round[], quantity: string): string => {
    const values = all.flatMap((round, index) => {
      const value = round[quantity]
      const of = quantity === "idle" ? 1 : bases[index]?.[quantity]
      return value === undefined || of === undefined ? [] : [value / of]
    })
    return values.length === 0 ? "-" : median(values).toFixed(quantity === "idle" ? 1 : 2)
  }
  const rows = [...results].map(([name, all]) => [name, ...columns.map(([quantity]) => cell(all, quantity))])
  const absolute = columns.map(
    ([quantity, title]) => `${title} ${median(bases.map((round) => round[quantity] ?? Number.NaN)).toFixed(1)}`,
  )
  return [
    `Congestion control ${control}; medians of ${rounds} interleaved rounds, as ratios to ${base}, but for the last column.`,
    "",
    ...[["relay", ...columns.map(([, title]) => title)], ["---", ...columns.map(() => "---")], ...rows].map(
      (cells) => `| ${cells.join(" | ")} |`,
    ),
    "",
    `${base}, medians in MB/s, seconds, microseconds and KiB: ${absolute.join(", ")}.`,
    "",
  ].join("\n")
}
