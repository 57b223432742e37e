import * as E from "fp-ts/lib/Either.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/codec.js"
import { type Rule, Violation } from "../violation/violation.js"
import type { Placing } from "./locate.js"

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

/** The checks that a JSON text can fail. QEMU's own parser refuses what fails one, except where `without` says more. */
export const jsonChecks = {
  input: {
    id: "json/input",
    code: "wrong-type",
    requirement: "The input must be a string, or a Uint8Array over memory that no other thread can change.",
    consequence: "It is no text.",
  },
  bytes: {
    id: "json/max-bytes",
    code: "limit-exceeded",
    requirement: "The text must not be longer than the limit.",
    consequence: "QEMU holds up to 64 MiB of one command in memory.",
  },
  depth: {
    id: "json/max-depth",
    code: "limit-exceeded",
    requirement: "Objects and lists must not be nested deeper than the limit.",
    consequence: "QEMU nests up to 1,024 deep, and its parser and its visitors call themselves as often.",
  },
  members: {
    id: "json/max-members",
    code: "limit-exceeded",
    requirement: "The text must not hold more members and entries than the limit.",
    consequence: "QEMU takes up to 2,097,152 tokens, each an allocation.",
  },
  encoding: {
    id: "json/utf-8",
    code: "malformed-json",
    requirement: "The text must be UTF-8.",
    consequence: "QEMU refuses it, save for the bytes C0 80, which are U+0000 to it.",
  },
  syntax: {
    id: "json/syntax",
    code: "malformed-json",
    requirement: "The text must be one value in the syntax of RFC 8259, and nothing else.",
    consequence: "QEMU refuses it, save that it takes strings in single quotes.",
  },
  duplicate: {
    id: "json/duplicate-name",
    code: "malformed-json",
    requirement: "An object must not have two members of one name.",
    consequence: "QEMU refuses it; other parsers take the first or the last.",
  },
  unicode: {
    id: "json/unicode",
    code: "malformed-json",
    requirement: "A string must not hold lone surrogates or noncharacters.",
    consequence: "QEMU refuses it.",
  },
} as const satisfies Record<string, Rule>

/** Code points that no text is made of: half a pair, and the ones that Unicode keeps from interchange. */
export const notText = /[\p{Cs}\p{Noncharacter_Code_Point}]/u

/** What a walk through a text meets, in the text's order; what one of them returns ends the walk. */
interface Visitor {
  readonly open: (list: boolean, start: number) => Rule | undefined
  /** A member of the innermost object begins: `name` is its name in quotes; or an entry of the innermost list. */
  readonly member: (name: string) => Rule | undefined
  /** Anything but an object or a list, as it is written. */
  readonly scalar: (literal: string, start: number) => Rule | undefined
  readonly close: (end: number) => void
}

/** Where a walk ended too early, in code units of the text. */
interface Stop {
  readonly check: Rule
  readonly start: number
  readonly end: number
}

const whitespace = /[ \t\n\r]*/y
const literal = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y

/** The end of what a sticky pattern matches at `start`; `start` itself if it does not match. */
const endOf = (pattern: RegExp, text: string, start: number): number => {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : start
}

/** The end of the string that begins at `start`; `start` itself if there is none. */
const endOfString = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) return at + 1
    if (unit < 0x20) return start
    const next = unit === 0x5c ? endOf(escapeSequence, text, at) : at + 1
    if (next === at) return start
    at = next
  }
  return start
}

const endOfScalar = (text: string, start: number): number =>
  text[start] === '"' ? endOfString(text, start) : endOf(literal, text, start)

/**
 * Walks through a text once, without recursion and without building anything. Each function below goes from where a
 * value begins, or ends, to where the next one begins, and says whether there is one.
 */
const walk = (text: string, visitor: Visitor): Stop | undefined => {
  const lists: boolean[] = []
  let at = endOf(whitespace, text, 0)
  let stopped: Stop | undefined

  const stop = (check: Rule, length = 1): false => {
    stopped = { check, start: at, end: Math.min(at + length, text.length) }
    return false
  }

  const skip = (length: number): void => {
    at = endOf(whitespace, text, at + length)
  }

  const container = (list: boolean): boolean => {
    const wrong = visitor.open(list, at)
    if (wrong !== undefined) return stop(wrong)
    lists.push(list)
    skip(1)
    return text[at] === (list ? "]" : "}") ? behindValue() : member(list)
  }

  const scalar = (): boolean => {
    const length = endOfScalar(text, at) - at
    if (length === 0) return stop(jsonChecks.syntax)
    const wrong = visitor.scalar(text.slice(at, at + length), at)
    if (wrong !== undefined) return stop(wrong, length)
    skip(length)
    return behindValue()
  }

  const member = (list: boolean): boolean => {
    const name = list || text[at] !== '"' ? "" : text.slice(at, endOfString(text, at))
    if (!list && name === "") return stop(jsonChecks.syntax)
    const wrong = visitor.member(name)
    if (wrong !== undefined) return stop(wrong, name.length)
    if (list) return true
    skip(name.length)
    if (text[at] !== ":") return stop(jsonChecks.syntax)
    skip(1)
    return true
  }

  const behindValue = (): boolean => {
    for (;;) {
      const list = lists.at(-1)
      if (list === undefined) return at < text.length && stop(jsonChecks.syntax)
      if (text[at] === ",") {
        skip(1)
        return member(list)
      }
      if (text[at] !== (list ? "]" : "}")) return stop(jsonChecks.syntax)
      lists.pop()
      visitor.close(at + 1)
      skip(1)
    }
  }

  let more = true
  while (more) more = text[at] === "{" || text[at] === "[" ? container(text[at] === "[") : scalar()
  return stopped
}

/** What a string in quotes says. */
const unquoted = (quoted: string): string => (quoted.includes("\\") ? JSON.parse(quoted) : quoted.slice(1, -1))

/** Holds a text against its limits, and what the syntax does not say. */
const checker = ({ maxDepth, maxMembers }: JsonLimits): Visitor => {
  const names: Set<string>[] = []
  let members = 0
  // Half a pair that an escape completes is a half in the text nevertheless, which has no UTF-8 then.
  const wrongText = (quoted: string) =>
    notText.test(quoted) || notText.test(unquoted(quoted)) ? jsonChecks.unicode : undefined
  return {
    open: () => {
      names.push(new Set())
      return names.length > maxDepth ? jsonChecks.depth : undefined
    },
    member: (quoted) => {
      members += 1
      if (members > maxMembers) return jsonChecks.members
      if (quoted === "") return undefined
      const known = names.at(-1)
      const name = unquoted(quoted)
      if (known?.has(name)) return jsonChecks.duplicate
      known?.add(name)
      return wrongText(quoted)
    },
    scalar: (text) => (text.startsWith('"') ? wrongText(text) : undefined),
    close: () => {
      names.pop()
    },
  }
}

/**
 * The value of a literal. An integer of 64 bits that a number does not hold exactly becomes a bigint. A number with a
 * fraction or an exponent becomes NaN: nothing that QEMU reads here is one, and 1.0 must not pass for 1.
 */
const literalValue = (literal: string): Json => {
  switch (literal[0]) {
    case '"':
      return unquoted(literal)
    case "t":
      return true
    case "f":
      return false
    case "n":
      return null
  }
  if (!/^-?[0-9]+$/.test(literal)) return Number.NaN
  const number = Number(literal)
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number
  return literal.length <= 20 ? BigInt(literal) : number
}

/** An object or a list that is being built; a list's entries have no names. */
interface Container {
  readonly value: Json[] | Record<string, Json>
  readonly parent: Container | undefined
}

/** Builds the value of a text that was checked. */
const builder = (): { readonly visitor: Visitor; readonly value: () => Json } => {
  let whole: Json = null
  let container: Container | undefined
  let name = ""
  const put = (value: Json): undefined => {
    if (container === undefined) whole = value
    else if (Array.isArray(container.value)) container.value.push(value)
    else container.value[name] = value
  }
  return {
    visitor: {
      open: (list) => {
        const value: Container["value"] = list ? [] : Object.create(null)
        put(value)
        container = { value, parent: container }
        return undefined
      },
      member: (quoted) => {
        name = unquoted(quoted)
        return undefined
      },
      scalar: (text) => put(literalValue(text)),
      close: () => {
        container = container?.parent
      },
    },
    value: () => whole,
  }
}

/** Where a value stands in a text, in code units, and where what it is made of does. */
interface Located {
  readonly start: number
  end: number
  readonly parts: Map<string, Located>
}

const noParts: Located["parts"] = new Map()

/** Notes where every value of a text stands: however many places are asked for, the text is walked through once. */
const locator = (whole: Located): Visitor => {
  const around: Located[] = []
  let container = whole
  let name = ""
  return {
    open: (_, start) => {
      const opened: Located = { start, end: start, parts: new Map() }
      container.parts.set(name, opened)
      around.push(container)
      container = opened
      return undefined
    },
    member: (quoted) => {
      name = quoted === "" ? String(container.parts.size) : unquoted(quoted)
      return undefined
    },
    scalar: (text, start) => {
      container.parts.set(name, { start, end: start + text.length, parts: noParts })
      return undefined
    },
    close: (end) => {
      container.end = end
      container = around.pop() as Located
    },
  }
}

const encoder = new TextEncoder()

/** UTF-8 bytes of a text. */
export const byteLength = (text: string): number => encoder.encode(text).length

const bytePlace = (text: string, start: number, end: number) => {
  const offset = byteLength(text.slice(0, start))
  return { offset, length: byteLength(text.slice(start, end)) }
}

/** Where a value stands in a well-formed text; if there is none, the innermost object or list that it lacks in. */
export const placingIn = (text: string): Placing => {
  const whole: Located = { start: 0, end: text.length, parts: new Map() }
  return (keys) => {
    if (whole.parts.size === 0) walk(text, locator(whole))
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

/** The text of an input that is not too long and is text. */
const textOf = (input: unknown, maxBytes: number): Checked<string> => {
  const none = { offset: 0, length: 0 }
  if (typeof input !== "string" && !isBytes(input)) return refuse(jsonChecks.input, none)
  const size = typeof input === "string" && input.length <= maxBytes ? byteLength(input) : input.length
  const whole = { offset: 0, length: size }
  if (size > maxBytes) return refuse(jsonChecks.bytes, whole, size, maxBytes)
  if (typeof input === "string") return E.right(input)
  try {
    return E.right(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input))
  } catch {
    return refuse(jsonChecks.encoding, whole)
  }
}

export interface JsonText {
  readonly text: string
  readonly value: Json
}

const areLimits = ({ maxBytes, maxDepth, maxMembers }: JsonLimits): boolean =>
  [maxBytes, maxDepth, maxMembers].every((limit) => Number.isSafeInteger(limit) && limit >= 0)

/**
 * Reads one JSON text strictly. The text is walked through twice: nothing is built before its syntax, its strings,
 * its names and the limits are known to hold.
 */
export const readJson = (input: unknown, limits: JsonLimits): Checked<JsonText> => {
  if (!areLimits(limits)) throw new TypeError("the limits of a JSON text must be whole numbers")
  const decoded = textOf(input, limits.maxBytes)
  if (E.isLeft(decoded)) return decoded
  const text = decoded.right
  const stopped = walk(text, checker(limits))
  if (stopped !== undefined) return refuse(stopped.check, bytePlace(text, stopped.start, stopped.end))
  const built = builder()
  walk(text, built.visitor)
  return E.right({ text, value: built.value() })
}
