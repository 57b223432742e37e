import * as t from "io-ts"
import { byteLength, notText } from "../data/json.js"
import { broken, kept, refined } from "../data/refinement.js"
import type { Check } from "../violation/violation.js"
import { checks } from "./rules.js"

const printableAscii = /^[ -~]*$/

/** Whether a string can be handed to a C program and comes out as it went in. */
const isText = (text: string): boolean => printableAscii.test(text) || !(text.includes("\0") || notText.test(text))

/** A string of whatever characters. */
export const text = refined(t.string, (value) => (isText(value) ? kept : broken(checks.text)))

/** What a string has that may have from 1 to `limit` bytes of UTF-8. */
export const lengthFaults = (value: string, limit: number, empty: Check, long: Check) => {
  if (value === "") return broken(empty)
  const size = byteLength(value)
  return size > limit ? broken(long, size, limit) : kept
}
