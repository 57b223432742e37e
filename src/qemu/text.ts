import * as t from "io-ts"
import { byteLength, notText } from "../data/json.js"
import { issue, ok, refined } from "../data/refinement.js"
import type { Rule } from "../violation/violation.js"
import { checks } from "./rules.js"

const printableAscii = /^[ -~]*$/

/** Whether a string can be handed to a C program and comes out as it went in. */
const isText = (text: string): boolean => printableAscii.test(text) || !(text.includes("\0") || notText.test(text))

/** A string of whatever characters. */
export const text = refined(t.string, (value) => (isText(value) ? ok : issue(checks.text)))

/** What a string has that may have from 1 to `limit` bytes of UTF-8. */
export const lengthFaults = (value: string, limit: number, empty: Rule, long: Rule) => {
  if (value === "") return issue(empty)
  const size = byteLength(value)
  return size > limit ? issue(long, size, limit) : ok
}
