import type { Comparison, Condition, Expression } from "./types.js"

/** How the operands of an expression are called in the text that it is printed to. */
export interface Names {
  readonly field: (path: string) => string
  readonly parameter: (name: string) => string
  readonly scan: (part: string, test: string) => string
  /** What connects them; as in TypeScript if not given. */
  readonly syntax?: Syntax
}

/** The operators of a language, as far as languages differ in them. */
export interface Syntax {
  readonly equal: string
  readonly unequal: string
  readonly and: string
  readonly or: string
  readonly larger: (left: string, right: string) => string
  /** Whether a set of words has one; the set is a parameter. */
  readonly listed: (parameter: string, word: string) => string
  readonly not: (condition: string) => string
}

const typescript: Syntax = {
  equal: "===",
  unequal: "!==",
  and: "&&",
  or: "||",
  larger: (left, right) => `Math.max(${left}, ${right})`,
  listed: (parameter, word) => `${parameter}.includes(${JSON.stringify(word)})`,
  not: (condition) => `!${condition}`,
}

const symbols = { atMost: "<=", below: "<" } as const
const opposites = { atMost: ">", below: ">=" } as const

/** An expression for a reader. */
export const printExpression = (expression: Expression, names: Names): string => {
  const print = (inner: Expression): string => printExpression(inner, names)
  switch (expression.op) {
    case "literal":
      return typeof expression.value === "string" ? JSON.stringify(expression.value) : String(expression.value)
    case "field":
      return names.field(expression.path)
    case "previous":
      return `previous ${names.field(expression.path)}`
    case "parameter":
      return names.parameter(expression.name)
    case "sum":
      return `(${print(expression.left)} + ${print(expression.right)})`
    case "larger":
      return (names.syntax ?? typescript).larger(print(expression.left), print(expression.right))
    case "choose":
      return `(${printCondition(expression.when, names)} ? ${print(expression.yes)} : ${print(expression.no)})`
  }
}

const printComparison = ({ left, right, op }: Comparison, names: Names, negated: boolean): string => {
  const { equal, unequal } = names.syntax ?? typescript
  const symbol = op === "equal" ? (negated ? unequal : equal) : (negated ? opposites : symbols)[op]
  return `${printExpression(left, names)} ${symbol} ${printExpression(right, names)}`
}

/** A condition for a reader; `negated` prints its opposite, with the negation carried down to the comparisons. */
export const printCondition = (condition: Condition, names: Names, negated = false): string => {
  const { and, or, listed, not } = names.syntax ?? typescript
  const denied = (text: string) => (negated ? not(text) : text)
  switch (condition.op) {
    case "all":
    case "any": {
      const conjunction = (condition.op === "all") !== negated
      const printed = condition.conditions.map((each) => `(${printCondition(each, names, negated)})`)
      return printed.join(` ${conjunction ? and : or} `)
    }
    case "not":
      return printCondition(condition.condition, names, !negated)
    case "scan":
      return denied(names.scan(condition.part, condition.scan.name))
    case "listed":
      return denied(listed(names.parameter(condition.parameter.name), condition.word))
    default:
      return printComparison(condition, names, negated)
  }
}
