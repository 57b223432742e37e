import type { Note } from "../schema/note.js"
import type { Violation } from "../schema/violation.js"

/** What was found out about one input. */
export interface Finding {
  /** The name that the user gave it, or "-" for standard input. */
  readonly file: string
  /** What it was read as; undefined where neither the user nor the magic says. */
  readonly channel: string | undefined
  /** Empty for an input that is accepted. */
  readonly violations: readonly Violation[]
  readonly notes: readonly Note[]
}

export const verdictOf = ({ violations }: Pick<Finding, "violations">): "accept" | "reject" =>
  violations.length === 0 ? "accept" : "reject"
