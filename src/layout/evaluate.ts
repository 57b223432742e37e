import type { Arguments } from "./parameters.js"
import type { Condition, Expression } from "./types.js"

/** Where an expression finds its numbers before there are steps: in a state that is encoded or generated. */
export interface Environment {
  readonly arguments: Arguments
  readonly field: (path: string) => number | bigint
  /** The numbers of an enumeration by name, where a field is one. */
  readonly names?: (path: string) => Readonly<Record<string, number>> | undefined
  readonly previous?: (path: string, first: number) => number | bigint
  readonly scan?: (condition: Extract<Condition, { op: "scan" }>) => boolean
}

/** An expression's exact number, or the word that it is. */
export const evaluate = (expression: Expression, environment: Environment): bigint | string => {
  switch (expression.op) {
    case "literal":
      return typeof expression.value === "string" ? expression.value : BigInt(expression.value)
    case "field":
      return BigInt(environment.field(expression.path))
    case "previous":
      return BigInt(environment.previous?.(expression.path, expression.first) ?? expression.first)
    case "parameter": {
      const value = environment.arguments[expression.name] ?? expression.default
      return typeof value === "number" ? BigInt(value) : String(value)
    }
    case "sum":
      return number(expression.left, environment) + number(expression.right, environment)
    case "larger": {
      const [left, right] = [number(expression.left, environment), number(expression.right, environment)]
      return left > right ? left : right
    }
    case "choose":
      return evaluate(satisfied(expression.when, environment) ? expression.yes : expression.no, environment)
  }
}

const number = (expression: Expression, environment: Environment): bigint => BigInt(evaluate(expression, environment))

/** Whether a condition holds. */
export const satisfied = (condition: Condition, environment: Environment): boolean => {
  switch (condition.op) {
    case "equal": {
      const { left, right } = condition
      const value = evaluate(right, environment)
      const named =
        left.op === "field" && typeof value === "string" ? environment.names?.(left.path)?.[value] : undefined
      return evaluate(left, environment) === (named === undefined ? value : BigInt(named))
    }
    case "atMost":
      return number(condition.left, environment) <= number(condition.right, environment)
    case "below":
      return number(condition.left, environment) < number(condition.right, environment)
    case "all":
      return condition.conditions.every((each) => satisfied(each, environment))
    case "any":
      return condition.conditions.some((each) => satisfied(each, environment))
    case "not":
      return !satisfied(condition.condition, environment)
    case "scan":
      return environment.scan?.(condition) ?? true
    case "listed": {
      const words = environment.arguments[condition.parameter.name] ?? condition.parameter.default
      return Array.isArray(words) && words.includes(condition.word)
    }
  }
}
