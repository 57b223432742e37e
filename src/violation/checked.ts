import type { Either } from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import type { Violation } from "./violation.js"

/** What decoding and encoding come to: never an exception, never an empty list of violations. */
export type Checked<A> = Either<NonEmptyArray<Violation>, A>

/** An fp-ts Right as the plain object that it is: decoders alone do without the package. */
export const acceptance = <A>(right: A): Checked<A> => ({ _tag: "Right", right })

/** An fp-ts Left, likewise. */
export const refusal = (first: Violation, ...others: readonly Violation[]): Checked<never> => ({
  _tag: "Left",
  left: [first, ...others],
})

/** Something worth knowing of an input that is no violation. */
export interface Note {
  readonly path: string
  readonly message: string
}
