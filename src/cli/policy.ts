import { createReadStream } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { parse, TomlError } from "smol-toml"
import { defaultPolicy, type Policy, policyCodec } from "../qemu/policy.js"
import { readJson } from "../schema/json.js"
import { reasonOf, type Unreadable } from "./input.js"

/** A policy is its operator's own file; the limits only keep a wrong file from being read for long. */
const limits = { maxBytes: 0x100000, maxDepth: 8, maxMembers: 0x10000 }

/** The bytes of a file, one more than the limit at most. */
const bytesOf = async (file: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of createReadStream(file, { end: limits.maxBytes })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The policy of a file in TOML, or in JSON if its name says so; the default one if there is no file. */
export const readPolicy = async (file: string | undefined): Promise<Policy | Unreadable> => {
  if (file === undefined) return defaultPolicy
  try {
    const text = await bytesOf(file)
    if (text.length > limits.maxBytes) return { file, reason: `a policy has at most ${limits.maxBytes} bytes` }
    const value = file.endsWith(".json") ? fromJson(text) : fromToml(text)
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

const fromToml = (text: Uint8Array): E.Either<string, unknown> => {
  try {
    return E.right(parse(new TextDecoder("utf-8", { fatal: true }).decode(text)))
  } catch (error) {
    if (error instanceof TomlError)
      return E.left(`line ${error.line}, column ${error.column}: ${error.message.split("\n", 1)[0]}`)
    throw error
  }
}
