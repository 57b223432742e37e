import type { Rule } from "../violation/violation.js"
import type { Local, Offset, PlaceTerm, Program, Require, Step, Term, Test } from "./steps.js"
import type { Chain } from "./types.js"

/** What the steps of a program make use of. */

/** Every step, those inside others included. */
function* stepsIn(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step
    if (step.op === "when") yield* stepsIn([...step.then, ...step.otherwise])
    if (step.op === "choose") for (const each of step.cases) yield* stepsIn(each.steps)
    if (step.op === "each") yield* stepsIn(step.steps)
  }
}

type Node = Term | Test

const isThere = <T>(value: T | undefined): value is T => value !== undefined

/** A term or a test, and all that is inside it. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node
  for (const child of childrenOf(node)) yield* nodesIn(child)
}

const childrenOf = (node: Node): readonly Node[] => {
  switch (node.op) {
    case "all":
    case "any":
      return node.tests
    case "not":
      return [node.test]
    case "choose":
      return [node.when, node.yes, node.no]
    case "quotient":
    case "remainder":
    case "product":
    case "widen":
    case "narrow":
      return [node.of]
    case "scan":
      return [node.length]
    case "literal":
    case "local":
    case "parameter":
    case "is":
    case "listed":
      return []
    default:
      return [node.left, node.right]
  }
}

/** The numbers that a term or a test reads, and where the runs lie that it looks at. */
export const localsIn = (node: Node): readonly Local[] =>
  [...nodesIn(node)].flatMap((each) => {
    if (each.op === "local") return [each.local]
    return each.op === "scan" ? [each.at.base, each.end.base].filter(isThere) : []
  })

/** Every step of a program, those inside others included. */
export const allSteps = ({ opening, reading, judging }: Program): readonly Step[] => [
  ...stepsIn([...opening, ...reading, ...judging]),
]

/** The terms and tests right in a step. */
const termsOf = (step: Step): readonly Node[] => {
  const inPlace = ({ length }: PlaceTerm) => length
  switch (step.op) {
    case "let":
      return [step.term]
    case "require":
      return [step.holds, inPlace(step.place), step.actual, step.expected].filter(isThere)
    case "point":
      return [inPlace(step.place), step.empty].filter(isThere)
    case "when":
      return [step.test]
    case "choose":
      return step.cases.map(({ test }) => test).filter(isThere)
    case "each":
      return [step.count].filter(isThere)
    default:
      return []
  }
}

const offsetsOf = (step: Step): readonly (Offset | undefined)[] => {
  switch (step.op) {
    case "require":
    case "point":
      return [step.place.at]
    case "each":
      return [step.start, step.until, step.next]
    case "read":
      return [step.at]
    case "choose":
      return step.cases.map(({ next }) => next)
    default:
      return []
  }
}

/** The names of the numbers that some test, term or place reads; all others matter to the decoded value alone. */
export const judgedBy = (program: Program): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const step of allSteps(program)) {
    for (const node of termsOf(step).flatMap((term) => [...nodesIn(term)]))
      if (node.op === "local") names.add(node.local.name)
    for (const offset of offsetsOf(step)) if (offset?.base !== undefined) names.add(offset.base.name)
    if (step.op === "point") names.add(step.pointer.name)
    if (step.op === "extract") for (const { name } of [step.from, step.into]) names.add(name)
    if (step.op === "each") for (const { of } of step.previous) names.add(of.name)
  }
  return names
}

/** The numbers that are forgotten where they are refused, and those of an entry before that can be missing for it. */
export const forgottenBy = (program: Program): ReadonlySet<string> => {
  const steps = allSteps(program)
  const names = steps.flatMap((step) =>
    step.op === "require" && step.failure === "forget" && step.about !== undefined ? [step.about.name] : [],
  )
  const before = steps.flatMap((step) => (step.op === "each" ? step.previous : []))
  return new Set([...names, ...before.filter(({ of }) => names.includes(of.name)).map(({ into }) => into.name)])
}

/** The numbers that a rule reads, those of its measures and its place included. */
export const localsOf = ({ holds, place, actual, expected }: Require): readonly Local[] =>
  [...[holds, place.length, actual, expected].filter(isThere).flatMap(localsIn), place.at.base].filter(isThere)

/** The scans of a program, each once. */
export const scansIn = (program: Program): readonly Chain[] => {
  const nodes = allSteps(program)
    .flatMap(termsOf)
    .flatMap((node) => [...nodesIn(node)])
  return [...new Set(nodes.flatMap((node) => (node.op === "scan" ? [node.scan] : [])))]
}

/** The rules that inputs of a program can break, in the order of its table. */
export const rulesIn = (program: Program): readonly Rule[] => {
  const indexes = new Set(
    allSteps(program).flatMap((step) => {
      if (step.op === "require") return [step.check]
      return step.op === "point" ? pointChecks(step) : []
    }),
  )
  return program.checks.filter((_, index) => indexes.has(index))
}

/** A pointer to what may be empty can point elsewhere for an empty part; the first part can overlap with none. */
const pointChecks = ({ checks, empty, start, fixed }: Extract<Step, { op: "point" }>): readonly number[] => [
  ...(empty === undefined ? [] : [checks.empty]),
  checks.range,
  ...(start.base === undefined && start.plus <= fixed ? [] : [checks.overlap]),
  checks.gap,
]
