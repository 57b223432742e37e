import * as t from "io-ts"
import { byteLength, notText } from "../data/json.js"
import { issue, ok, refined } from "../data/refinement.js"
import type { Rule } from "../violation/violation.js"
import { qemuRules } from "./rules.js"

const printableAscii = /^[ -~]*$/

/** Whether a string can be handed to a C program and comes out as it went in. */
const isText = (text: string): boolean => printableAscii.test(text) || !(text.includes("\0") || notText.test(text))

/** A string of whatever characters. */
export const text = refined(t.string, (value) => (isText(value) ? ok : issue(qemuRules.text)))

/** A string that names something, and is not empty. */
export const name = refined(text, (value) => (value === "" ? issue(qemuRules.empty) : ok))

/** Whether a string is an id, as id_wellformed() has it (util/id.c). */
export const isIdentifier = (value: string): boolean => /^[A-Za-z][A-Za-z0-9._-]*$/.test(value)

/** An id. */
export const identifier = refined(t.string, (value) =>
  isIdentifier(value) && value.length <= 255 ? ok : issue(qemuRules.identifier),
)

/** Judges a string of 1 to `limit` bytes of UTF-8. */
export const lengthIssues = (value: string, limit: number, empty: Rule, long: Rule) => {
  if (value === "") return issue(empty)
  const size = byteLength(value)
  return size > limit ? issue(long, size, limit) : ok
}
