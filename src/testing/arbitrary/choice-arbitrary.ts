import * as fc from "fast-check"
import { type Choices, choicesOf, isSimpler, noting, replaying, simplified, type Tape } from "./choices.js"

/** Writes decisions down: a number below `count`, or bytes. */
export interface Notes {
  readonly number: (count: bigint, choice: bigint) => void
  readonly bytes: (bytes: Uint8Array) => void
}

/** Makes values by decisions, and finds the decisions that make a value. */
export interface Procedure<T> {
  readonly make: (choices: Choices) => T
  /** Notes the decisions in the order in which `make` asks for them; returns false for what it never makes. */
  readonly follow: (value: T, notes: Notes) => boolean
  /** Values that are simpler than one; to ask on of each of them comes to an end. Without it decisions are made simpler. */
  readonly simpler?: (value: T) => Iterable<T>
}

/** The values that a procedure makes, shrunk by its decisions: whatever is made simpler, a value comes out. */
export const chosen = <T>(procedure: Procedure<T>): fc.Arbitrary<T> => new Chosen(procedure)

/** The procedure of an arbitrary, if it has one. */
export const procedureOf = <T>(arbitrary: fc.Arbitrary<T>): Procedure<T> | undefined =>
  arbitrary instanceof Chosen ? arbitrary.procedure : undefined

/** fast-check's arbitraries are made by deriving from its class. */
class Chosen<T> extends fc.Arbitrary<T> {
  readonly procedure: Procedure<T>

  constructor(procedure: Procedure<T>) {
    super()
    this.procedure = procedure
  }

  override generate(random: fc.Random): fc.Value<T> {
    return this.#made(choicesOf(random))
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return this.#tapeOf(value as T) !== undefined
  }

  override shrink(value: T, context?: unknown): fc.Stream<fc.Value<T>> {
    const { simpler } = this.procedure
    if (simpler !== undefined) return fc.stream(values(simpler(value)))
    const tape = this.#tapeOf(value) ?? (context as Tape | undefined)
    return tape === undefined ? fc.Stream.nil() : fc.stream(this.#simpler(tape))
  }

  /** Of two ways to the same value only the one that `follow` knows counts: its numbers grow with what they stand for. */
  *#simpler(tape: Tape): Generator<fc.Value<T>> {
    for (const candidate of simplified(tape)) {
      const made = this.#made(replaying(candidate))
      if (isSimpler(this.#tapeOf(made.value) ?? (made.context as Tape), tape)) yield made
    }
  }

  #made(decisions: Choices): fc.Value<T> {
    const { choices, tape } = noting(decisions)
    return new fc.Value(this.procedure.make(choices), tape)
  }

  #tapeOf(value: T): Tape | undefined {
    return tapeOf((notes) => this.procedure.follow(value, notes))
  }
}

function* values<T>(all: Iterable<T>): IterableIterator<fc.Value<T>> {
  for (const value of all) yield new fc.Value(value, undefined)
}

/** What is noted, if it leads to a value. */
export const tapeOf = (follow: (notes: Notes) => boolean): Tape | undefined => {
  const numbers: bigint[] = []
  const bytes: Uint8Array[] = []
  const followed = follow({
    number: (_, choice) => numbers.push(choice),
    bytes: (run) => bytes.push(run),
  })
  return followed ? { numbers, bytes } : undefined
}
