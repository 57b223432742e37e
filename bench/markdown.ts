/** The parts that reports are made of. */

export const times = (value: number): string => value.toFixed(2)

export const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`

export const table = (head: readonly string[], rows: readonly string[]): readonly string[] => [
  row(...head),
  row(...head.map(() => "---")),
  ...rows,
]

export const duration = (nanoseconds: number): string =>
  nanoseconds < 10_000 ? `${(nanoseconds / 1000).toFixed(2)} µs` : `${(nanoseconds / 1000).toFixed(0)} µs`

/** What a measurement has to live up to. */
export interface Target {
  readonly says: string
  readonly measured: string
  readonly met: boolean
}

/** Judged by the digits that are printed. */
export const atMost = (says: string, value: number, bound: number): Target => {
  const measured = times(value)
  return { says: `${says} at most ${bound}`, measured, met: Number(measured) <= bound }
}

export const targetTable = (targets: readonly Target[]): readonly string[] =>
  table(
    ["target", "measured", "verdict"],
    targets.map(({ says, measured, met }) => row(says, measured, met ? "met" : "not met")),
  )
