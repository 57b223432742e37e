import * as t from "io-ts"

/** An io-ts type without parts, of what a guard lets through as it is. */
export const leaf = <A>(name: string, is: (input: unknown) => input is A): t.Type<A> =>
  new t.Type(name, is, (input, context) => (is(input) ? t.success(input) : t.failure(input, context)), t.identity)
