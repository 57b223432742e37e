import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"

/**
 * What a relay could not do, and why.
 *
 * @since 0.4.0
 */
export interface Failure {
  /** The listener's name, or `metrics`. */
  readonly name: string
  readonly reason: string
}

/** Why something failed, in a text that is safe to print. */
export const printableReasonOf = (error: unknown): string => printable(reasonOf(error))

/** The name of a system's or TLS's error. It holds nothing of what the other side sent, as messages may. */
export const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined
  return typeof code === "string" && /^[A-Z0-9_]{1,64}$/.test(code) ? code : "unknown"
}
