import { readFileSync, writeFileSync } from "node:fs"
import { withPart } from "../scripts/document-part.js"
import { markdownTable } from "../src/report/markdown.js"

/** The parts that reports are made of. */

export const times = (value: number): string => value.toFixed(2)

export const duration = (nanoseconds: number): string =>
  nanoseconds < 10_000 ? `${(nanoseconds / 1000).toFixed(2)} µs` : `${(nanoseconds / 1000).toFixed(0)} µs`

/** Writes a text into its place in a document. */
export const writeInto = (file: string, command: string, text: string): void =>
  writeFileSync(file, withPart(readFileSync(file, "utf8"), command, text))

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

/** Judged by the digits that are printed. */
export const atLeast = (says: string, value: number, bound: number): Target => {
  const measured = times(value)
  return { says: `${says} at least ${bound}`, measured, met: Number(measured) >= bound }
}

export const targetTable = (targets: readonly Target[]): string =>
  markdownTable(
    ["target", "measured", "verdict"],
    targets.map(({ says, measured, met }) => [says, measured, met ? "met" : "not met"]),
  )
