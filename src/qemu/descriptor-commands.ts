import * as t from "io-ts"
import { issue, ok, refined } from "../data/refinement.js"
import { natural } from "./number.js"
import { qemuRules } from "./rules.js"
import { text } from "./text.js"

/**
 * The arguments of QMP's `getfd`, which names a file descriptor that comes along.
 *
 * @since 0.6.0
 */
export interface GetfdArguments {
  readonly fdname: string
}

/**
 * The arguments of QMP's `add-fd`, which puts a file descriptor that comes along into a set.
 *
 * @since 0.6.0
 */
export interface AddFdArguments {
  readonly "fdset-id"?: number | bigint
  readonly opaque?: string
}

/** A name that getfd can give. */
export const fdName = refined(text, (value) => (/^(?:[0-9]|$)/.test(value) ? issue(qemuRules.fdName) : ok))

/** The arguments of `getfd` as an io-ts type. */
export const getfd = (): t.Type<GetfdArguments, unknown> => t.exact(t.type({ fdname: fdName }))

/** The arguments of `add-fd` as an io-ts type. */
export const addFd = (): t.Type<AddFdArguments, unknown> =>
  t.exact(t.partial({ "fdset-id": natural(qemuRules.fdsetId), opaque: text }))
