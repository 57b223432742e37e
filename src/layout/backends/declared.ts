import { nodesOf } from "../expression.js"
import { type Names, printCondition } from "../print.js"
import { rulesOf } from "../rules.js"
import type { Condition, Derived, Expression, Field, Fields, Layout, Parameter, Struct } from "../types.js"

/** What backends that write declarations, not steps, ask of a layout's. */

/** The field of a struct that says something of one of its parts. */
export const derivedOf = (fields: Fields, kind: Derived["kind"], part: string): string | undefined =>
  Object.entries(fields).find(([, field]) => field.kind === kind && field.of === part)?.[0]

/** The field at a dotted path of a struct. */
const fieldAt = (struct: Struct, path: string): Field => {
  const [name = "", ...rest] = path.split(".")
  const field = struct.fields[name]
  if (field === undefined) throw new TypeError(`there is no field ${path}`)
  return field.kind === "struct" ? fieldAt(field, rest.join(".")) : field
}

const numbered = (expression: Expression, struct: Struct, beside: Expression): Expression => {
  if (expression.op !== "literal" || typeof expression.value !== "string" || beside.op !== "field") return expression
  const field = fieldAt(struct, beside.path)
  const value = field.kind === "enumeration" ? field.names[expression.value] : undefined
  return value === undefined ? expression : { op: "literal", value }
}

/** A condition in which names of an enumeration are the numbers that they stand for. */
const withNumbers = (condition: Condition, struct: Struct): Condition => {
  switch (condition.op) {
    case "all":
    case "any":
      return { ...condition, conditions: condition.conditions.map((each) => withNumbers(each, struct)) }
    case "not":
      return { ...condition, condition: withNumbers(condition.condition, struct) }
    case "equal":
      return { ...condition, right: numbered(condition.right, struct, condition.left) }
    default:
      return condition
  }
}

/**
 * Prints a condition for a language that cannot look at the bytes of a run, `where` says of which field; the parameters that
 * it asks are added to `parameters`.
 *
 * @throws TypeError where it depends on such a look
 */
export const printDeclared = (
  condition: Condition,
  struct: Struct,
  names: Omit<Names, "scan">,
  parameters: Map<string, Parameter>,
  where: { readonly path: string; readonly language: string },
): string => {
  for (const node of nodesOf(condition)) {
    if (node.op === "scan") throw new TypeError(`${where.path}: a look at bytes cannot be said in ${where.language}`)
    const parameter = node.op === "parameter" ? node : node.op === "listed" ? node.parameter : undefined
    if (parameter !== undefined) parameters.set(parameter.name, parameter)
  }
  return printCondition(withNumbers(condition, struct), { ...names, scan: () => "" })
}

/** Bytes of a struct of fixed size. */
export const structSize = ({ fields }: Struct): number =>
  Object.values(fields).reduce((sum, field) => sum + sizeOf(field), 0)

const sizeOf = (field: Field): number => {
  if (field.kind === "struct") return structSize(field)
  if (field.kind === "array") return field.length * sizeOf(field.element)
  if (field.kind === "bytes") return field.length
  return "bits" in field ? field.bits / 8 : 0
}

/** What a reader has to know that only follows a declaration's structure, one line each. */
export const unsaid = (layout: Layout): readonly string[] => [
  "Not checked here, because the language cannot say it:",
  "- that every byte belongs to exactly one field: parts lie behind one another in the order of the fields and of the pointers, and nothing follows;",
  "- that the pointer to an empty part is 0.",
  ...rulesOf(layout).map(({ id, requirement }) => `- ${id}: ${requirement}`),
]
