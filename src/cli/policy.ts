import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { readJson } from "../data/json.js"
import { defaultPolicy, type Policy, policyCodec } from "../qemu/policy.js"
import { reasonOf } from "../report/reason.js"
import { fromToml, mostConfigBytes, readConfig } from "./config-file.js"
import type { Unreadable } from "./input.js"

const limits = { maxBytes: mostConfigBytes, maxDepth: 8, maxMembers: 0x10000 }

/** The policy of a file in TOML, or in JSON if its name says so; the default one if there is no file. */
export const readPolicy = async (file: string | undefined): Promise<Policy | Unreadable> => {
  if (file === undefined) return defaultPolicy
  try {
    const text = await readConfig(file, "a policy")
    const value = file.endsWith(".json") ? fromJson(text) : E.right(fromToml(text))
    return pipe(
      value,
      E.chain((data) => E.mapLeft(messageOf)(policyCodec.decode(data))),
      E.getOrElseW((reason) => ({ file, reason })),
    )
  } catch (error) {
    return { file, reason: reasonOf(error) }
  }
}

const messageOf = (errors: readonly { readonly message?: string }[]): string =>
  errors.map(({ message }) => message).join("; ")

const fromJson = (text: Uint8Array): E.Either<string, unknown> =>
  pipe(
    readJson(text, limits),
    E.bimap(messageOf, ({ value }) => value),
  )
