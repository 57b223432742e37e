import { memberCount } from "./guard.js"
import type { Json, JsonLimits } from "./json.js"

/**
 * Texts of which JSON.parse makes what the strict reader makes, or nothing at all: their strings have no escapes and
 * nothing but ASCII in them, and their numbers neither sign, fraction nor exponent.
 */
const plain = /^(?:"[ !#-[\]-~]*"|[\t\n\r [\]{}:,0-9]|true|false|null)*$/

const quote = 0x22

const quotesIn = (text: string): number => {
  let quotes = 0
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === quote) quotes++
  return quotes
}

/** Counts the strings of a value, names among them; NaN where it is nested too deep, or a number is not exact. */
const stringsIn = (value: Json, maxDepth: number): number => {
  if (typeof value === "string") return 1
  if (typeof value === "number") return Number.isSafeInteger(value) ? 0 : Number.NaN
  if (typeof value !== "object" || value === null) return 0
  if (maxDepth === 0) return Number.NaN
  let strings = 0
  if (Array.isArray(value)) for (const entry of value) strings += stringsIn(entry, maxDepth - 1)
  else for (const name in value) strings += 1 + stringsIn((value as Record<string, Json>)[name] as Json, maxDepth - 1)
  return strings
}

/** Whether JSON.parse has taken all that a text says: it drops a member whose name comes again, and with it that name. */
const isWhole = (value: Json, text: string, maxDepth: number): boolean =>
  2 * stringsIn(value, maxDepth) === quotesIn(text)

/**
 * Reads a plain text by JSON.parse, in a fraction of the strict reader's time. Undefined for one that is not plain, may
 * be wrong or may reach a limit: of that the strict reader says what it is.
 */
export const readPlain = (text: string, { maxDepth, maxMembers }: JsonLimits): Json | undefined => {
  // A member or an entry takes two characters at least. Where an object inherits members, none can be counted.
  if (text.length > 2 * maxMembers || memberCount({}) > 0) return undefined
  try {
    if (!plain.test(text)) return undefined
    const value: Json = JSON.parse(text)
    return isWhole(value, text, maxDepth) ? value : undefined
  } catch {
    return undefined
  }
}
