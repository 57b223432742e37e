import type { JsonLimits } from "../src/data/json.js"

/** What a strict reader has to say of a text, found in another way: by JSON.parse, and a list of the text's tokens. */
export type Expectation =
  | { readonly kind: "malformed" }
  | { readonly kind: "refused"; readonly rule: string; readonly offset: number }
  /** The value, its numbers written as `n` and their literals, its strings behind an `s`. */
  | { readonly kind: "accepted"; readonly marked: unknown }

interface Token {
  readonly text: string
  readonly offset: number
}

const tokensOf = (text: string): readonly Token[] =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gsu)].map((match) => ({
    text: match[0],
    offset: match.index,
  }))

const isOutsideUnicode = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.codePointAt(0) ?? 0
    return (code >= 0xd800 && code <= 0xdfff) || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe
  })

const isPlain = (token: string): boolean => /^"[ !#-[\]-~]*"$/.test(token)

const isWrongString = (token: string): boolean =>
  token.startsWith('"') && !isPlain(token) && (isOutsideUnicode(token) || isOutsideUnicode(JSON.parse(token)))

interface Container {
  readonly isList: boolean
  readonly names: Set<string>
  isNameNext: boolean
}

/** The first token of a text that is JSON at which it is not what a strict reader takes, and why. */
const firstFault = (tokens: readonly Token[], { maxDepth, maxMembers }: JsonLimits) => {
  const containers: Container[] = []
  let members = 0
  for (const { text, offset } of tokens) {
    const inner = containers.at(-1)
    const isName = inner?.isNameNext === true && text.startsWith('"')
    if (text === "}" || text === "]") containers.pop()
    else if (text === ",") {
      if (inner !== undefined) inner.isNameNext = !inner.isList
    } else if (text !== ":") {
      if (inner !== undefined && (isName || inner.isList) && ++members > maxMembers)
        return { rule: "json/max-members", offset }
      if (isName && inner.names.has(JSON.parse(text))) return { rule: "json/duplicate-name", offset }
      if (isWrongString(text)) return { rule: "json/unicode", offset }
      if (isName) {
        inner.names.add(JSON.parse(text))
        inner.isNameNext = false
      }
      if (text === "{" || text === "[") {
        containers.push({ isList: text === "[", names: new Set(), isNameNext: text === "{" })
        if (containers.length > maxDepth) return { rule: "json/max-depth", offset }
      }
    }
  }
  return undefined
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const isNumber = (token: string): boolean => /^[-0-9]/.test(token)

const marked = (tokens: readonly Token[]): unknown =>
  JSON.parse(
    tokens
      .map(({ text }, index) => {
        if (isNumber(text)) return `"n${text}"`
        return text.startsWith('"') && tokens[index + 1]?.text !== ":" ? `"s${text.slice(1)}` : text
      })
      .join(""),
  )

export const expectationOf = (text: string, limits: JsonLimits): Expectation => {
  if (!isJson(text)) return { kind: "malformed" }
  const tokens = tokensOf(text)
  const fault = firstFault(tokens, limits)
  return fault === undefined ? { kind: "accepted", marked: marked(tokens) } : { kind: "refused", ...fault }
}

/** What the documentation of readJson says of a number: exact where it is one of 64 bits, NaN where it is no integer. */
const numberOf = (literal: string): number | bigint => {
  if (!/^-?[0-9]+$/.test(literal)) return Number.NaN
  const exact = BigInt(literal)
  if (exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER) return Number(exact)
  return literal.length <= 20 ? exact : Number(literal)
}

const isSameScalar = (mark: unknown, value: unknown): boolean => {
  if (typeof mark !== "string") return mark === value
  return Object.is(mark.startsWith("n") ? numberOf(mark.slice(1)) : mark.slice(1), value)
}

/** Whether a value is the one that was marked: the same members in the same order, objects that inherit nothing. */
export const isSame = (mark: unknown, value: unknown): boolean => {
  if (typeof mark !== "object" || mark === null) return isSameScalar(mark, value)
  if (typeof value !== "object" || value === null || Array.isArray(mark) !== Array.isArray(value)) return false
  if (Object.getPrototypeOf(value) !== (Array.isArray(value) ? Array.prototype : null)) return false
  const [marks, values] = [Object.entries(mark), Object.entries(value)]
  return (
    marks.length === values.length &&
    marks.every(([name, part], index) => values[index]?.[0] === name && isSame(part, values[index]?.[1]))
  )
}
