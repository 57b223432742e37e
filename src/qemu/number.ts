import { leaf } from "../data/leaf.js"
import { issue, ok, refined } from "../data/refinement.js"
import type { Rule } from "../violation/violation.js"
import { checks } from "./rules.js"

const isInteger = (input: unknown): input is number | bigint =>
  typeof input === "bigint" || (typeof input === "number" && Number.isSafeInteger(input))

const integer = leaf("integer", isInteger)

const number = leaf("integer", (input): input is number => typeof input === "number" && Number.isSafeInteger(input))

const within = (check: Rule, least: number, most: number) =>
  refined(number, (value) => (value < least || value > most ? issue(check, value, value < least ? least : most) : ok))

export const uint16 = within(checks.uint16, 0, 0xffff)

export const multifdCount = within(checks.multifdCount, 1, 255)

const maxOffset = 0x7fff_ffff_ffff_ffffn
const maxUint64 = 0xffff_ffff_ffff_ffffn

/** A place in a file: of the uint64 that QMP takes, what off_t can hold. */
export const offset = refined(integer, (value) => {
  if (value >= 0 && value <= maxOffset) return ok
  const isShown = value >= -maxUint64 && value <= maxUint64
  return issue(checks.offset, isShown ? value : undefined, value < 0 ? 0 : maxOffset)
})
