import type { Parameter, WordParameter } from "../types.js"
import type { Told } from "./c99-expression.js"
import { comment, constantNamed, snake } from "./c99-text.js"

/** How parameters are declared in C: numbers are 64 bits, words enumerations, sets of words a bool for each. */

/** The constant of a word: `MG_SOURCE_0_15`. */
export const wordConstant = (prefix: string, parameter: WordParameter, word: string): string =>
  [prefix, parameter.name, word].map(constantNamed).join("_")

/** The enumeration of a parameter that is a word; nothing for others. */
export const enumerationOf = (prefix: string, parameter: Parameter): readonly string[] => {
  if (parameter.kind !== "word") return []
  const type = `${prefix}_${snake(parameter.name)}`
  const words = parameter.words.map((word) => `    ${wordConstant(prefix, parameter, word)}`)
  return [`typedef enum ${type} {\n${words.join(",\n")}\n} ${type};\n`]
}

/** The member of a struct that holds a parameter, below its documentation. */
export const memberOf = (prefix: string, parameter: Parameter): string => {
  const name = snake(parameter.name)
  const declared = {
    number: [`${parameter.kind === "number" && parameter.least < 0 ? "int64_t" : "uint64_t"} ${name};`],
    word: [`${prefix}_${name} ${name};`],
    words: parameter.kind === "words" ? parameter.words.map((word) => `bool ${name}_${snake(word)};`) : [],
  }
  return [comment(parameter.doc), ...declared[parameter.kind]].join("\n")
}

/** The values of a parameter's members, as an initialiser of C lists them. */
export const defaultOf = (prefix: string, parameter: Parameter): string => {
  switch (parameter.kind) {
    case "number":
      return String(parameter.default)
    case "word":
      return wordConstant(prefix, parameter, parameter.default)
    case "words":
      return parameter.words.map((word) => String(parameter.default.includes(word))).join(", ")
  }
}

/** How checks read parameters that are members of what `pointer` points to. */
export const toldBy = (prefix: string, pointer: string): Told => ({
  number: ({ name }) => `${pointer}->${snake(name)}`,
  word: ({ name }) => `${pointer}->${snake(name)}`,
  constant: (parameter, word) => wordConstant(prefix, parameter, word),
  listed: ({ name }, word) => `${pointer}->${snake(name)}_${snake(word)}`,
})
