import * as fc from "fast-check"
import { type Choices, choicesOf, type Notes } from "./choices.js"

/** Makes values by decisions, and finds the decisions that make a value. */
export interface Procedure<T> {
  readonly make: (choices: Choices) => T
  /** Notes the decisions in the order in which `make` asks for them; returns false for what it never makes. */
  readonly follow: (value: T, notes: Notes) => boolean
  /** Strictly simpler values; the relation must be well-founded so that shrinking terminates. Without it nothing shrinks. */
  readonly simpler?: (value: T) => Iterable<T>
}

/** The values that a procedure makes. */
export const chosen = <T>(procedure: Procedure<T>): fc.Arbitrary<T> => new Chosen(procedure)

/** The procedure of an arbitrary, if it has one. */
export const procedureOf = <T>(arbitrary: fc.Arbitrary<T>): Procedure<T> | undefined =>
  arbitrary instanceof Chosen ? arbitrary.procedure : undefined

const unnoted: Notes = { number: () => undefined, bytes: () => undefined }

/** fast-check's arbitraries are made by deriving from its class. */
class Chosen<T> extends fc.Arbitrary<T> {
  readonly procedure: Procedure<T>

  constructor(procedure: Procedure<T>) {
    super()
    this.procedure = procedure
  }

  override generate(random: fc.Random): fc.Value<T> {
    return new fc.Value(this.procedure.make(choicesOf(random)), undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.procedure.follow(value as T, unnoted)
  }

  override shrink(value: T): fc.Stream<fc.Value<T>> {
    const { simpler } = this.procedure
    return simpler === undefined ? fc.Stream.nil() : fc.stream(values(simpler(value)))
  }
}

function* values<T>(all: Iterable<T>): IterableIterator<fc.Value<T>> {
  for (const value of all) yield new fc.Value(value, undefined)
}
