import * as E from "fp-ts/lib/Either.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { type Rule, Violation } from "../violation/violation.js"
import type { Placing } from "./locate.js"
import { jsonRules } from "./rules.js"

/** A JSON text as a value. Objects have no prototype; an integer that a number cannot hold exactly is a bigint. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [name: string]: Json }

/** What a JSON text may at most be. */
export interface JsonLimits {
  /** Bytes of the text in UTF-8. */
  readonly maxBytes: number
  /** Objects and lists around a value. */
  readonly maxDepth: number
  /** Members of all objects and entries of all lists together. */
  readonly maxMembers: number
}

/** Code points that no text is made of: half a pair, and the ones that Unicode keeps from interchange. */
export const notText = /[\p{Cs}\p{Noncharacter_Code_Point}]/u

/** Where a value stands in a text, in code units, and where what it is made of does. */
interface Located {
  readonly start: number
  end: number
  readonly parts: Map<string, Located>
}

/** Where reading a text ended too early, in code units of the text. */
interface Stop {
  readonly rule: Rule
  readonly start: number
  readonly end: number
}

const literal = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y

/** The end of what a sticky pattern matches at `start`; `start` itself if it does not match. */
const endOf = (pattern: RegExp, text: string, start: number): number => {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : start
}

/**
 * The value of a literal. An integer of 64 bits that a number does not hold exactly becomes a bigint. A number with a
 * fraction or an exponent becomes NaN: nothing that QEMU reads here is one, and 1.0 must not pass for 1.
 */
const literalValue = (literal: string): Json => {
  switch (literal) {
    case "true":
      return true
    case "false":
      return false
    case "null":
      return null
  }
  if (!/^-?[0-9]+$/.test(literal)) return Number.NaN
  const number = Number(literal)
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number
  return literal.length <= 20 ? BigInt(literal) : number
}

/** No limit may allow objects and lists to be nested deeper: reading them calls itself. QEMU's own limit is 1024. */
const deepest = 1024

const [quote, backslash, apostrophe] = [0x22, 0x5c, 0x27] as const
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d] as const
const [comma, colon] = [0x2c, 0x3a] as const

/** Gives a member to an object that inherits nothing, where no name means more than itself. */
const emptyObject = (): Record<string, Json> => Object.create(null)

/**
 * Reads one JSON text by recursive descent, no deeper than the limit. Every function begins where its part does, leaves
 * `at` behind it, and returns undefined once reading has stopped.
 */
const reader = (text: string, { maxDepth, maxMembers }: JsonLimits) => {
  let at = 0
  let members = 0
  let stopped: Stop | undefined

  const stop = (rule: Rule, start = at, end = Math.min(start + 1, text.length)): undefined => {
    stopped = { rule, start, end }
  }

  /** Passes over white space; returns the code unit behind it, NaN at the end. */
  const next = (): number => {
    for (;;) {
      const unit = text.charCodeAt(at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit
      at++
    }
  }

  const unexpected = (unit: number): undefined => stop(unit === apostrophe ? jsonRules.singleQuotes : jsonRules.syntax)

  const string = (): string | undefined => {
    const start = at
    let isPlain = true
    for (at++; ; ) {
      const unit = text.charCodeAt(at)
      if (unit === quote) break
      if (unit < 0x20) return stop(jsonRules.controlCharacter)
      const end = unit === backslash ? endOf(escapeSequence, text, at) : at + 1
      if (end === at || end > text.length) return stop(jsonRules.syntax, start)
      isPlain &&= unit !== backslash && unit < 0x80
      at = end
    }
    const written = text.slice(start + 1, at++)
    if (isPlain) return written
    const said = written.includes("\\") ? JSON.parse(`"${written}"`) : written
    // Half a pair that an escape completes is a half in the text nevertheless, which has no UTF-8 then.
    return notText.test(written) || notText.test(said) ? stop(jsonRules.unicode, start, at) : said
  }

  const counted = (start: number, end: number): boolean => {
    members++
    if (members > maxMembers) stop(jsonRules.members, start, end)
    return members <= maxMembers
  }

  /** What stands behind a value in an object or a list: true where there is more, undefined for neither. */
  const more = (close: number): boolean | undefined => {
    const unit = next()
    if (unit !== comma && unit !== close) return unexpected(unit)
    at++
    return unit === comma
  }

  const object = (depth: number, located?: Located): Json | undefined => {
    const value = emptyObject()
    at++
    if (next() === closeBrace) {
      at++
      return value
    }
    for (;;) {
      const unit = next()
      const start = at
      if (unit !== quote) return unexpected(unit)
      const name = string()
      if (name === undefined || !counted(start, at)) return undefined
      if (name in value) return stop(jsonRules.duplicate, start, at)
      if (next() !== colon) return stop(jsonRules.syntax)
      at++
      const part = valueAt(depth, name, located)
      if (part === undefined) return undefined
      value[name] = part
      const goesOn = more(closeBrace)
      if (goesOn !== true) return goesOn === false ? value : undefined
    }
  }

  const list = (depth: number, located?: Located): Json | undefined => {
    const entries: Json[] = []
    at++
    if (next() === closeBracket) {
      at++
      return entries
    }
    for (;;) {
      next()
      if (!counted(at, at)) return undefined
      const part = valueAt(depth, String(entries.length), located)
      if (part === undefined) return undefined
      entries.push(part)
      const goesOn = more(closeBracket)
      if (goesOn !== true) return goesOn === false ? entries : undefined
    }
  }

  const scalar = (unit: number): Json | undefined => {
    if (unit === quote) return string()
    const end = endOf(literal, text, at)
    if (end === at) return unexpected(unit)
    const value = literalValue(text.slice(at, end))
    at = end
    return value
  }

  /** Reads a value under a name; notes where it stands if its surroundings are located. */
  const valueAt = (depth: number, name: string, around?: Located): Json | undefined => {
    const unit = next()
    const located = around === undefined ? undefined : { start: at, end: at, parts: new Map<string, Located>() }
    const isList = unit === openBracket
    const isContainer = isList || unit === openBrace
    if (isContainer && depth >= maxDepth) return stop(jsonRules.depth)
    const value = isContainer ? (isList ? list : object)(depth + 1, located) : scalar(unit)
    if (around !== undefined && located !== undefined) {
      located.end = at
      around.parts.set(name, located)
    }
    return value
  }

  /** Reads the whole text; `around` gets to know where its parts stand. */
  return (around?: Located): E.Either<Stop, Json> => {
    const value = text.charCodeAt(0) === 0xfeff ? stop(jsonRules.byteOrderMark) : valueAt(0, "", around)
    if (value !== undefined && Number.isNaN(next())) return E.right(value)
    return E.left(stopped ?? { rule: jsonRules.syntax, start: at, end: Math.min(at + 1, text.length) })
  }
}

const encoder = new TextEncoder()

/** UTF-8 bytes of a text. */
export const byteLength = (text: string): number => encoder.encode(text).length

const bytePlace = (text: string, start: number, end: number) => {
  const offset = byteLength(text.slice(0, start))
  return { offset, length: byteLength(text.slice(start, end)) }
}

/** For a text that was read within its limits before. */
const unlimited: JsonLimits = { maxBytes: Infinity, maxDepth: Infinity, maxMembers: Infinity }

/** Where a value stands in a well-formed text; if there is none, the innermost object or list that it lacks in. */
export const placingIn = (text: string): Placing => {
  const whole: Located = { start: 0, end: text.length, parts: new Map() }
  return (keys) => {
    if (whole.parts.size === 0) reader(text, unlimited)(whole)
    let found = whole
    for (const key of ["", ...keys]) {
      const part = found.parts.get(key)
      if (part === undefined) break
      found = part
    }
    return bytePlace(text, found.start, found.end)
  }
}

const refuse = (check: Rule, place: { offset: number; length: number }, actual?: number, expected?: number) =>
  E.left<[Violation]>([new Violation(check, { path: "", ...place }, actual, expected)])

const isLimit = (limit: number): boolean => Number.isSafeInteger(limit) && limit >= 0

const areLimits = ({ maxBytes, maxDepth, maxMembers }: JsonLimits): boolean =>
  isLimit(maxBytes) && isLimit(maxDepth) && isLimit(maxMembers) && maxDepth <= deepest

/** The text of an input that is no longer than the limit, and is text. */
export const textWithin = (input: unknown, limits: JsonLimits): Checked<string> => {
  if (!areLimits(limits))
    throw new TypeError(`the limits of a JSON text must be whole numbers, the depth at most ${deepest}`)
  const { maxBytes } = limits
  const none = { offset: 0, length: 0 }
  if (typeof input !== "string" && !isBytes(input)) return refuse(jsonRules.input, none)
  // A text that is short whatever its characters need not be counted: a code unit has at most three bytes.
  if (typeof input === "string" && input.length * 3 <= maxBytes) return E.right(input)
  const size = typeof input === "string" && input.length <= maxBytes ? byteLength(input) : input.length
  const whole = { offset: 0, length: size }
  if (size > maxBytes) return refuse(jsonRules.bytes, whole, size, maxBytes)
  if (typeof input === "string") return E.right(input)
  try {
    return E.right(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input))
  } catch {
    return refuse(jsonRules.encoding, whole)
  }
}

export interface JsonText {
  readonly text: string
  readonly value: Json
}

/** Reads one JSON text strictly, in one walk: its syntax, its strings, its names and the limits. */
export const readJson = (input: unknown, limits: JsonLimits): Checked<JsonText> => {
  const decoded = textWithin(input, limits)
  if (E.isLeft(decoded)) return decoded
  const text = decoded.right
  const read = reader(text, limits)()
  if (E.isRight(read)) return E.right({ text, value: read.right })
  const { rule, start, end } = read.left
  return refuse(rule, bytePlace(text, start, end))
}
