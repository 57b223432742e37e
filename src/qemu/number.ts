import * as t from "io-ts"
import { broken, kept, refined } from "../schema/refined.js"
import type { Check } from "../schema/violation.js"
import { checks } from "./checks.js"

const isInteger = (input: unknown): input is number | bigint =>
  typeof input === "bigint" || (typeof input === "number" && Number.isSafeInteger(input))

const integer = new t.Type<number | bigint>(
  "integer",
  isInteger,
  (input, context) => (isInteger(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
)

const isNumber = (input: unknown): input is number => typeof input === "number" && Number.isSafeInteger(input)

const number = new t.Type<number>(
  "integer",
  isNumber,
  (input, context) => (isNumber(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
)

const within = (check: Check, least: number, most: number) =>
  refined(number, (value) =>
    value < least || value > most ? broken(check, value, value < least ? least : most) : kept,
  )

export const uint16 = within(checks.uint16, 0, 0xffff)

export const multifdCount = within(checks.multifdCount, 1, 255)

const maxOffset = 0x7fff_ffff_ffff_ffffn

/** A place in a file: of the uint64 that QMP takes, what off_t can hold. */
export const offset = refined(integer, (value) =>
  value < 0 || value > maxOffset ? broken(checks.offset, value, value < 0 ? 0 : maxOffset) : kept,
)

/** A number as QEMU's manual writes it: no sign, no space, no leading zero. */
export const isDecimal = (text: string): boolean => /^(?:0|[1-9][0-9]*)$/.test(text)

/** What `strtoul` reads, signs, spaces and leading zeros included. */
export const isLooselyDecimal = (text: string): boolean => /^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(text)

/** A decimal number for a report; one that no 64 bits hold is not shown. */
export const measured = (text: string): number | bigint | undefined =>
  text.length > 20 ? undefined : Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
