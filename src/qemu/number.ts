import { leaf } from "../schema/leaf.js"
import { broken, kept, refined } from "../schema/refined.js"
import type { Check } from "../schema/violation.js"
import { checks } from "./checks.js"

const isInteger = (input: unknown): input is number | bigint =>
  typeof input === "bigint" || (typeof input === "number" && Number.isSafeInteger(input))

const integer = leaf("integer", isInteger)

const number = leaf("integer", (input): input is number => typeof input === "number" && Number.isSafeInteger(input))

const within = (check: Check, least: number, most: number) =>
  refined(number, (value) =>
    value < least || value > most ? broken(check, value, value < least ? least : most) : kept,
  )

export const uint16 = within(checks.uint16, 0, 0xffff)

export const multifdCount = within(checks.multifdCount, 1, 255)

const maxOffset = 0x7fff_ffff_ffff_ffffn
const maxUint64 = 0xffff_ffff_ffff_ffffn

/** A place in a file: of the uint64 that QMP takes, what off_t can hold. */
export const offset = refined(integer, (value) => {
  if (value >= 0 && value <= maxOffset) return kept
  const isShown = value >= -maxUint64 && value <= maxUint64
  return broken(checks.offset, isShown ? value : undefined, value < 0 ? 0 : maxOffset)
})

const decimal = /^(?:0|[1-9][0-9]*)$/

/** A number as QEMU's manual writes it: no sign, no space, no leading zero. */
export const isDecimal = (text: string): boolean => decimal.test(text)

/** What `strtoul` reads, signs, spaces and leading zeros included. */
export const isLooselyDecimal = (text: string): boolean => /^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(text)

/** A decimal number for a report; one of more digits than any number here has is not shown. */
export const measured = (text: string): number | undefined => (text.length > 10 ? undefined : Number(text))
