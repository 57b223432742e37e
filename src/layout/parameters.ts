import type { Condition, NumberParameter, Parameter, WordParameter, WordsParameter } from "./types.js"

/** The value of each parameter by its name. */
export type Arguments = Readonly<Record<string, number | string | readonly string[]>>

/**
 * Declares a number that a layout has to be told, from 0 to 2^53 - 1 unless said otherwise.
 *
 * @example
 * L.numberParameter("maxItems", { default: 64, most: 1000, doc: "What the reader has room for." }).least
 * // 0
 * @since 0.6.0
 */
export const numberParameter = (
  name: string,
  { unit = "", least = 0, most = Number.MAX_SAFE_INTEGER, ...rest }: NumberOptions,
): NumberParameter => ({ op: "parameter", kind: "number", name, unit, least, most, ...rest })

export interface NumberOptions {
  readonly default: number
  readonly least?: number
  readonly most?: number
  readonly unit?: string
  readonly doc: string
}

/**
 * Declares one of some words that a layout has to be told.
 *
 * @example
 * L.wordParameter("mode", { words: ["strict", "lax"], default: "strict", doc: "How it is read." }).default
 * // "strict"
 * @since 0.6.0
 */
export const wordParameter = <const Word extends string>(
  name: string,
  options: { readonly words: readonly Word[]; readonly default: NoInfer<Word>; readonly doc: string },
): WordParameter<Word> => ({ op: "parameter", kind: "word", name, ...options })

/**
 * Declares some of some words that a layout has to be told.
 *
 * @example
 * L.wordsParameter("traits", { words: ["old", "new"], default: [], doc: "What the reader takes." }).words.length
 * // 2
 * @since 0.6.0
 */
export const wordsParameter = <const Word extends string>(
  name: string,
  options: { readonly words: readonly Word[]; readonly default: readonly NoInfer<Word>[]; readonly doc: string },
): WordsParameter<Word> => ({ op: "parameter", kind: "words", name, ...options })

/**
 * Makes the condition that a parameter's words have one among them.
 *
 * @example
 * L.listed(L.wordsParameter("traits", { words: ["old"], default: [], doc: "What it takes." }), "old").op
 * // "listed"
 * @since 0.6.0
 */
export const listed = <Word extends string>(parameter: WordsParameter<Word>, word: NoInfer<Word>): Condition => ({
  op: "listed",
  parameter,
  word,
})

/** Whether a value is one that a parameter may have. A NaN would bound nothing. */
export const accepts = (parameter: Parameter, value: unknown): boolean => {
  const isWord = (word: unknown) =>
    typeof word === "string" && (parameter.kind === "number" || parameter.words.includes(word))
  switch (parameter.kind) {
    case "number":
      return Number.isSafeInteger(value) && parameter.least <= Number(value) && Number(value) <= parameter.most
    case "word":
      return isWord(value)
    case "words":
      return Array.isArray(value) && value.every(isWord)
  }
}

/** The arguments that some parameters have by default, with what is given instead. */
export const argumentsOf = (parameters: readonly Parameter[], given: Arguments = {}): Arguments => ({
  ...Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default])),
  ...given,
})
