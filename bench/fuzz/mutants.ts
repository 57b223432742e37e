import ts from "typescript"

/** A decoder with one defect. */
export interface Mutant {
  readonly name: string
  readonly source: string
}

const parsed = (source: string): ts.SourceFile =>
  ts.createSourceFile("decoder.ts", source, ts.ScriptTarget.ES2022, true)

/** The `new Violation(...)` that a statement does nothing but return. */
const refusalOf = (statement: ts.Statement): ts.NewExpression | undefined => {
  const [only] = ts.isBlock(statement) ? statement.statements : [statement]
  if (only === undefined || !ts.isReturnStatement(only) || only.expression === undefined) return undefined
  return ts.isNewExpression(only.expression) ? only.expression : undefined
}

/** What a refusal is called: its check, and the field that it is made for. */
const nameOf = (refusal: ts.NewExpression): string => {
  const [check = "", place = ""] = Array.from(refusal.arguments ?? [], (argument) => argument.getText())
  const entry = place.match(/"(\w+)", index, "(\w+)"/)
  const path = entry === null ? place.match(/path: "([^"]*)"/)?.[1] : `${entry[1]}[].${entry[2]}`
  return `${check.replace(/\(.*$/s, "").replace(/^structure\.|Rule$/g, "")} ${path ?? ""}`.trim()
}

/**
 * The decoders that an emitted one becomes when it does not make one of its checks: one for each place where it
 * refuses a blob. A name that is taken already has a number behind it.
 */
export const mutantsOf = (source: string): readonly Mutant[] => {
  const mutants: Mutant[] = []
  const names = new Map<string, number>()
  const visit = (node: ts.Node): void => {
    const refusal = ts.isIfStatement(node) ? refusalOf(node.thenStatement) : undefined
    if (refusal !== undefined) {
      const name = nameOf(refusal)
      const count = (names.get(name) ?? 0) + 1
      names.set(name, count)
      mutants.push({
        name: count === 1 ? name : `${name} ${count}`,
        source: `${source.slice(0, node.getStart())}{}${source.slice(node.getEnd())}`,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(parsed(source))
  return mutants
}
