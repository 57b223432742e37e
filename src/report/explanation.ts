import type { FieldRow, FieldRows } from "./field-rows.js"
import { type Finding, verdictOf } from "./finding.js"
import { jsonLine, jsonLines } from "./printable.js"
import type { StateJson } from "./state-json.js"
import { shownVerdict } from "./text.js"

/** One blob with all that is known of it: what an explanation shows, in whatever form. */
export interface Explanation extends FieldRows {
  readonly finding: Finding
  /** The bytes that were read: all of the blob, unless it was refused unread. */
  readonly bytes: Uint8Array
  readonly whole: boolean
  /** The state of an accepted blob; null for a refused one. */
  readonly state: StateJson
}

/** What an explanation begins with: the verdict, the channel and the size. */
export const headingOf = ({ finding, bytes, whole }: Explanation): string =>
  `${shownVerdict(finding)}  ${finding.channel ?? "unknown"}  ${whole ? "" : "first "}${bytes.length} bytes`

/** The members that an explanation may have as JSON. */
export const explanationMembers: readonly string[] = [
  ...["file", "channel", "verdict", "acceptedWith", "size", "violations", "notes", "state", "fields"],
]

/** Numbers that JSON's readers would round are text. */
const jsonValue = (value: number | bigint | undefined): number | string | undefined => {
  const number = Number(value)
  return typeof value === "bigint" ? (Number.isSafeInteger(number) ? number : String(value)) : value
}

/** A row as JSON. */
export const rowJson = ({ path, offset, length, value, text, unit, meaning, pointsTo, violations }: FieldRow) => ({
  path,
  offset,
  length,
  value: jsonValue(value),
  text,
  unit,
  meaning,
  pointsTo,
  violations: violations.map(({ rule }) => rule),
})

/**
 * An explanation as JSON; its keys are part of the command line's contract. Fields and violations stand one a line.
 * `migration-guard encode` takes it back.
 */
export const explanationJson = ({ finding, bytes, state, rows }: Explanation): string => {
  const { file, channel = null, acceptedWith, violations, notes } = finding
  const members = {
    file,
    channel,
    verdict: verdictOf(finding),
    ...(acceptedWith && { acceptedWith }),
    size: bytes.length,
    violations: violations.map((violation) => ({
      ...violation.toJSON(),
      requirement: violation.requirement,
      consequence: violation.consequence,
    })),
    notes,
    state,
    fields: rows.map(rowJson),
  }
  const text = (value: unknown): string =>
    Array.isArray(value) && value.length > 0
      ? `[\n    ${value.map(jsonLine).join(",\n    ")}\n  ]`
      : jsonLines(value).replaceAll("\n", "\n  ")
  const lines = Object.entries(members).map(([key, value]) => `  ${JSON.stringify(key)}: ${text(value)}`)
  return `{\n${lines.join(",\n")}\n}`
}
