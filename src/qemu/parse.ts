import * as E from "fp-ts/lib/Either.js"
import { type JsonLimits, type JsonText, placingIn, readJson } from "../data/json.js"
import { placed } from "../data/locate.js"
import { check } from "../data/refinement.js"
import { exact, type Read } from "../data/strict.js"
import type { Checked } from "../violation/codec.js"
import { type ArgumentsOf, migrate, migrateIncoming } from "./arguments.js"
import { policyRule } from "./check-policy.js"
import { type Context, contextOf, type MigrateCommand, type MigrateOptions, perContext } from "./context.js"
import { defaultPolicy, type Policy } from "./policy.js"
import { spellingHint } from "./spelling.js"

/**
 * What a text of arguments may be unless told otherwise: 65536 bytes, 16 objects and lists around a value, 1024
 * members and entries. The deepest arguments that QEMU knows are nested 5 deep.
 *
 * @since 0.2.0
 */
export const defaultJsonLimits: JsonLimits = Object.freeze({ maxBytes: 65536, maxDepth: 16, maxMembers: 1024 })

/** How to parse a text of arguments. */
export interface ParseOptions<C extends MigrateCommand> extends MigrateOptions {
  /** Default `migrate`. */
  readonly command?: C
  /** What the host's operator allows. Default {@link defaultPolicy}, which refuses exec. */
  readonly policy?: Policy
  readonly limits?: JsonLimits
}

type Readers = { readonly [C in MigrateCommand]: (context: Context) => (input: unknown) => Read<ArgumentsOf[C]> }

const readers: Readers = {
  migrate: perContext((context) => exact(migrate(context), spellingHint(context))),
  "migrate-incoming": perContext((context) => exact(migrateIncoming(context), spellingHint(context))),
}

/** What checks the arguments that texts say, made once for many of them. */
export const argumentsChecker = <C extends MigrateCommand = "migrate">({
  command = "migrate" as C,
  policy = defaultPolicy,
  ...forQemu
}: Omit<ParseOptions<C>, "limits">): ((json: JsonText) => Checked<ArgumentsOf[C]>) => {
  const context = contextOf({ ...forQemu, command })
  const reader: Readers[C] = readers[command]
  const read = reader(context)
  const hold = check(policyRule(policy, context))
  return ({ text, value }) => {
    const checked = read(value)
    return placed(E.isLeft(checked) ? checked : hold(checked.right), placingIn(text))
  }
}

/**
 * Parses and checks the JSON arguments of `migrate` or `migrate-incoming`, before they reach QMP.
 *
 * The text is read strictly: within the limits, valid UTF-8, no duplicate names, no lone surrogates, no
 * noncharacters, integers exact. The arguments must be ones that QEMU takes and takes as they are meant, and the
 * policy must allow them. Takes time and memory linear in the text's size and never throws on account of it.
 *
 * @param text - one JSON text, as a string or as UTF-8
 * @param options - the command, the QEMU, the policy and the limits
 * @returns the arguments, or all that is wrong with them, each with its place in the text in bytes
 * @throws TypeError for a command, a version or a policy that is none, and for limits that are no numbers
 * @example
 * const parsed = parseMigrateArguments('{"uri": "tcp:10.0.0.9:49152", "detatch": true}')
 * parsed._tag === "Left" && parsed.left.map(({ code, path, offset }) => [code, path, offset])
 * // [["unknown-member", "detatch", 41]]
 * @since 0.2.0
 */
export const parseMigrateArguments = <C extends MigrateCommand = "migrate">(
  text: unknown,
  { limits = defaultJsonLimits, ...options }: ParseOptions<C> = {},
): Checked<ArgumentsOf[C]> => {
  const check = argumentsChecker(options)
  const json = readJson(text, limits)
  return E.isLeft(json) ? json : check(json.right)
}
