import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import * as t from "io-ts"
import type { Checked } from "./checked.js"
import { keysOf } from "./violation.js"

/**
 * The Standard Schema interface, version 1, as far as a schema has to offer it. Declared here so that the types of
 * the package need no other package; a type test holds it against the original.
 */
interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: "migration-guard"
    readonly validate: (value: unknown) => StandardResult<Output>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[] }

/**
 * An io-ts type from untrusted input to a state and back to what it is written as, a blob unless it says otherwise;
 * a Standard Schema as well.
 */
export type Codec<S, O = Uint8Array> = t.Type<S, O, unknown> & StandardSchema<S>

/**
 * Makes an io-ts type of a decoder and its encoder. `encode` throws a TypeError where it is called with what is no
 * state, which the type system forbids: nothing invalid is ever written.
 */
export const codec = <S, O = Uint8Array>(
  name: string,
  decode: (input: unknown) => Checked<S>,
  encode: (state: unknown) => Checked<O>,
  is: (state: unknown) => boolean = (state) => E.isRight(encode(state)),
): Codec<S, O> => {
  const type = new t.Type<S, O, unknown>(
    name,
    (state): state is S => is(state),
    (input, context) => {
      const decoded = decode(input)
      return E.isLeft(decoded) ? E.left(decoded.left.map((violation) => violation.within(context))) : decoded
    },
    (state) =>
      pipe(
        encode(state),
        E.getOrElse((violations): O => {
          throw new TypeError(`not a ${name}: ${violations[0].message}`)
        }),
      ),
  )
  // By itself a codec needs no context, and io-ts would keep the input in the one that it makes.
  type.decode = decode
  const standard: StandardSchema<S> = {
    "~standard": { version: 1, vendor: "migration-guard", validate: (value) => standardResult(decode(value)) },
  }
  return Object.assign(type, standard)
}

const standardResult = <S>(checked: Checked<S>) =>
  pipe(
    checked,
    E.matchW(
      (violations) => ({ issues: violations.map(({ message, path }) => ({ message, path: keysOf(path) })) }),
      (value) => ({ value }),
    ),
  )
