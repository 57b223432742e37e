import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import * as t from "io-ts"
import type { Checked } from "./checked.js"
import type { StandardSchema } from "./standard.js"
import { keysOf } from "./violation.js"

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
