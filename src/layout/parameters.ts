import type { Condition, NumberParameter, Parameter, WordParameter, WordsParameter } from "./types.js"

/** The value of each parameter by its name. */
export type Arguments = Readonly<Record<string, number | string | readonly string[]>>

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

export const wordParameter = <const Word extends string>(
  name: string,
  options: { readonly words: readonly Word[]; readonly default: NoInfer<Word>; readonly doc: string },
): WordParameter<Word> => ({ op: "parameter", kind: "word", name, ...options })

export const wordsParameter = <const Word extends string>(
  name: string,
  options: { readonly words: readonly Word[]; readonly default: readonly NoInfer<Word>[]; readonly doc: string },
): WordsParameter<Word> => ({ op: "parameter", kind: "words", name, ...options })

/** Whether a set of words has one. */
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
