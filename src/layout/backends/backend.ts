import type { Choose, Each, Extract, Point, Read, Require, Step, When } from "../steps.js"

/**
 * How the steps of a program are said in one language: an operation for each kind of step. Those that hold steps get
 * what theirs come to. `T` is whatever the steps come to: the lines of a source text, or a number of instructions.
 */
export interface Backend<T> {
  readonly read: (step: Read) => T
  readonly extract: (step: Extract) => T
  readonly let: (step: StepOf<"let">) => T
  readonly require: (step: Require) => T
  readonly point: (step: Point) => T
  readonly claim: (step: StepOf<"claim">) => T
  readonly when: (step: When, then: readonly T[], otherwise: readonly T[]) => T
  /** What each case's steps come to, in the order of the cases. */
  readonly choose: (step: Choose, cases: readonly (readonly T[])[]) => T
  readonly each: (step: Each, steps: readonly T[]) => T
}

type StepOf<Op extends Step["op"]> = Only<Step, { readonly op: Op }>
type Only<T, U> = T extends U ? T : never

/** Steps in the language of a backend, in their order. */
export const written = <T>(steps: readonly Step[], backend: Backend<T>): readonly T[] =>
  steps.map((step) => writtenStep(step, backend))

const writtenStep = <T>(step: Step, backend: Backend<T>): T => {
  switch (step.op) {
    case "read":
      return backend.read(step)
    case "extract":
      return backend.extract(step)
    case "let":
      return backend.let(step)
    case "require":
      return backend.require(step)
    case "point":
      return backend.point(step)
    case "claim":
      return backend.claim(step)
    case "when":
      return backend.when(step, written(step.then, backend), written(step.otherwise, backend))
    case "choose":
      return backend.choose(
        step,
        step.cases.map(({ steps }) => written(steps, backend)),
      )
    case "each":
      return backend.each(step, written(step.steps, backend))
  }
}
