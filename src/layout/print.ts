import type { Comparison, Condition, Expression } from "./types.js"

/** How the operands of an expression are called in the text that it is printed to. */
export interface Names {
  readonly field: (path: string) => string
  readonly parameter: (name: string) => string
  readonly scan: (part: string, test: string) => string
}

const symbols = { equal: "===", atMost: "<=", below: "<" } as const
const opposites = { equal: "!==", atMost: ">", below: ">=" } as const

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
      return `Math.max(${print(expression.left)}, ${print(expression.right)})`
    case "choose":
      return `(${printCondition(expression.when, names)} ? ${print(expression.yes)} : ${print(expression.no)})`
  }
}

const printComparison = ({ left, right, op }: Comparison, names: Names, negated: boolean): string =>
  `${printExpression(left, names)} ${(negated ? opposites : symbols)[op]} ${printExpression(right, names)}`

/** A condition for a reader; `negated` prints its opposite, with the negation carried down to the comparisons. */
export const printCondition = (condition: Condition, names: Names, negated = false): string => {
  switch (condition.op) {
    case "all":
    case "any": {
      const conjunction = (condition.op === "all") !== negated
      const printed = condition.conditions.map((each) => `(${printCondition(each, names, negated)})`)
      return printed.join(conjunction ? " && " : " || ")
    }
    case "not":
      return printCondition(condition.condition, names, !negated)
    case "scan":
      return `${negated ? "!" : ""}${names.scan(condition.part, condition.scan.name)}`
    case "listed":
      return `${negated ? "!" : ""}${names.parameter(condition.parameter.name)}.includes(${JSON.stringify(condition.word)})`
    default:
      return printComparison(condition, names, negated)
  }
}
