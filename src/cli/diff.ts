import type { Colors } from "picocolors/types.js"
import { type Difference, fieldDifferences } from "../report/difference.js"
import { type Explanation, headingOf, rowJson } from "../report/explanation.js"
import type { FieldRow } from "../report/field-rows.js"
import { jsonLine, printable } from "../report/printable.js"
import type { Channel } from "../spice/receiver.js"
import { explainBlob } from "./explain.js"
import { failFor, isUnreadable, readInput, readingOnce } from "./input.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { colorsFor, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export const diffFormats = ["text", "json"] as const

export interface DiffOptions extends ReceiverOptions {
  readonly channel?: Channel
  readonly skipHeader?: boolean
  readonly format: (typeof diffFormats)[number]
}

/** `migration-guard diff`: says which fields of two blobs differ. */
export const diffFiles = (files: readonly [string, string], options: DiffOptions, terminal: Terminal) =>
  readingOnce(files, terminal, async (): Promise<ExitCode> => {
    const receiver = await receiverOfOptions(options)
    if (isUnreadable(receiver)) return failFor(receiver, terminal)
    const { channel, skipHeader = false, format } = options
    const explained = async (file: string) => {
      const blob = await readInput(file, terminal, { receiver, channel, skipHeader })
      return isUnreadable(blob) ? blob : explainBlob(file, blob, receiver)
    }
    const left = await explained(files[0])
    if (isUnreadable(left)) return failFor(left, terminal)
    const right = await explained(files[1])
    if (isUnreadable(right)) return failFor(right, terminal)
    const differences = fieldDifferences(left, right)
    const lines = format === "json" ? differences.map(differenceJson) : textOf(left, right, differences, terminal)
    for (const line of lines) terminal.stdout.write(`${line}\n`)
    return differences.length === 0 ? exitCode.accepted : exitCode.rejected
  })

const differenceJson = ({ path, left, right, bytes }: Difference): string =>
  jsonLine({ path, left: left && rowJson(left), right: right && rowJson(right), bytes })

const textOf = (
  left: Explanation,
  right: Explanation,
  differences: readonly Difference[],
  terminal: Terminal,
): readonly string[] => {
  const colors = colorsFor(terminal)
  const width = Math.min(40, Math.max(...differences.map(({ path }) => nameOf(path).length)))
  const heading = (sign: string, explanation: Explanation) =>
    `${sign} ${printable(explanation.finding.file)}: ${headingOf(explanation)}`
  return [
    colors.red(heading("-", left)),
    colors.green(heading("+", right)),
    ...(differences.length === 0 ? ["no field differs"] : []),
    ...differences.map((difference) => lineOf(difference, width, colors)),
  ]
}

const nameOf = (path: string): string => (path === "" ? "unclaimed" : path)

const lineOf = ({ path, left, right, bytes }: Difference, width: number, { red, green, dim }: Colors): string => {
  const name = nameOf(path).padEnd(width)
  const [before, after] = [left && red(left.text), right && green(right.text)]
  if (before === undefined || after === undefined)
    return before === undefined ? `${name}  ${after} only in the second` : `${name}  ${before} only in the first`
  const place = left === undefined || bytes === undefined ? "" : dim(placesText(left, bytes))
  return `${name}  ${before} -> ${after}${place}`
}

const placesText = ({ offset }: FieldRow, { count, first }: NonNullable<Difference["bytes"]>): string =>
  `, ${count} ${count === 1 ? "byte differs" : "bytes differ"}, the first at ${offset + first}`
