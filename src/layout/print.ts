import type { Comparison, Condition, Expression } from "./expression.js"

/** How the operands of an expression are called in the text that it is printed to. */
export interface Names {
  readonly field: (path: string) => string
  readonly previous: (path: string) => string
  readonly receiver: (member: string, perChannel: boolean) => string
  readonly scan: (part: string, test: string) => string
}

const symbols = { equal: "===", atMost: "<=", below: "<" } as const
const opposites = { equal: "!==", atMost: ">", below: ">=" } as const

/** An expression as TypeScript. */
export const printExpression = (expression: Expression, names: Names): string => {
  const print = (inner: Expression): string => printExpression(inner, names)
  switch (expression.op) {
    case "literal":
      return typeof expression.value === "bigint" ? `${expression.value}n` : JSON.stringify(expression.value)
    case "field":
      return names.field(expression.path)
    case "previous":
      return names.previous(expression.path)
    case "receiver":
      return names.receiver(expression.member, expression.perChannel)
    case "channel":
      return "channel"
    case "sum":
      return `(${print(expression.left)} + ${print(expression.right)})`
    case "larger":
      return `Math.max(${print(expression.left)}, ${print(expression.right)})`
    case "choose":
      return `(${printCondition(expression.when, names)} ? ${print(expression.yes)} : ${print(expression.no)})`
  }
}

const printComparison = (comparison: Comparison, names: Names, negated: boolean): string =>
  `${printExpression(comparison.left, names)} ${(negated ? opposites : symbols)[comparison.op]} ${printExpression(comparison.right, names)}`

/** A condition as TypeScript; `negated` prints its opposite, with the negation carried down to the comparisons. */
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
      return `${negated ? "!" : ""}${names.receiver(condition.member, false)}.includes(${JSON.stringify(condition.word)})`
    default:
      return printComparison(condition, names, negated)
  }
}
