import type { Note } from "../violation/checked.js"
import type { Violation } from "../violation/violation.js"

/** What was found out about one input. */
export interface Finding {
  /** The name that the user gave it, or "-" for standard input. */
  readonly file: string
  /** The line of the file that the input is, from 1 on, where a file holds one per line. */
  readonly line?: number
  /** The channel that a blob was read as; undefined where neither the user nor the magic says. */
  readonly channel?: string | undefined
  /** The command whose arguments the input was read as. */
  readonly command?: string
  /** Empty for an input that is accepted. */
  readonly violations: readonly Violation[]
  readonly notes: readonly Note[]
  /** The receiver's setting that a refused blob is right for, such as `jpeg-wan-compression=always`. */
  readonly acceptedWith?: string
}

/** An input that could not be read, or names nothing to read. */
export interface Unreadable {
  readonly file: string
  readonly reason: string
}

export const verdictOf = ({ violations }: Pick<Finding, "violations">): "accept" | "reject" =>
  violations.length === 0 ? "accept" : "reject"
