import * as E from "fp-ts/lib/Either.js"
import { guarded } from "../data/guard.js"
import { byteLength, type JsonLimits, placingIn, readJson, textWithin } from "../data/json.js"
import { placed } from "../data/locate.js"
import { holdTo, type Issue } from "../data/refinement.js"
import { exact, type StrictRead } from "../data/strict.js"
import type { Checked } from "../violation/checked.js"
import { policyRule } from "./check-policy.js"
import type { Command } from "./commands.js"
import { type CodecOptions, type Context, contextOf, perContext } from "./context.js"
import { type ArgumentsOf, argumentsType } from "./entries.js"
import { guardFor } from "./guards.js"
import { defaultJsonLimits } from "./limits.js"
import { defaultPolicy, type Policy } from "./policy.js"
import { commandIn } from "./qmp-command.js"
import { qmpRules } from "./rules.js"
import { spellingHint } from "./spelling.js"

/** How to parse a text of arguments. */
export interface ParseOptions<C extends Command> extends CodecOptions {
  /** Default `migrate`. */
  readonly command?: C
  readonly limits?: JsonLimits
}

type ContextFor<C extends Command> = Context & { readonly command: C }

const readers = perContext((context) => {
  const read = exact(argumentsType(context), spellingHint(context))
  const guard = guardFor(context)
  return guard === undefined ? read : guarded(read, guard)
})

/** Reads a command's arguments as QEMU takes them, whatever a policy says. */
export const argumentsReader = <C extends Command>(context: ContextFor<C>) =>
  readers(context) as unknown as (input: unknown) => StrictRead<ArgumentsOf[C]>

type AllowedReader<C extends Command> = (input: unknown) => StrictRead<ArgumentsOf[C]>

const makeAllowedReader = <C extends Command>(context: ContextFor<C>, policy: Policy): AllowedReader<C> => {
  const read = argumentsReader(context)
  const hold = holdTo(policyRule(policy, context))
  return (input) => {
    const decoded = read(input)
    return E.isLeft(decoded) ? decoded : hold(decoded.right)
  }
}

const made = new WeakMap<Policy, ReturnType<typeof readersUnder>>()

const readersUnder = (policy: Policy) => perContext((context) => makeAllowedReader(context, policy))

/** Reads a command's arguments, and holds them against a policy; made once for each. */
export const allowedReader = <C extends Command>(context: ContextFor<C>, policy: Policy) => {
  const readers = made.get(policy) ?? readersUnder(policy)
  made.set(policy, readers)
  return readers(context) as AllowedReader<C>
}

const below = <A>(key: string, read: StrictRead<A>): StrictRead<A> => {
  if (E.isRight(read)) return read
  const [first, ...others] = read.left.map((each): Issue => ({ ...each, keys: [key, ...each.keys] }))
  return first === undefined ? read : E.left([first, ...others])
}

/** Reads arguments by themselves, or those of a whole command of that name. */
const unwrapped =
  <A>(command: Command, read: (input: unknown) => StrictRead<A>) =>
  (value: unknown): StrictRead<A> => {
    const whole = commandIn(value)
    if (whole === undefined) return read(value)
    if (E.isLeft(whole)) return whole
    if (whole.right.name !== command)
      return E.left([{ rule: qmpRules.otherCommand, keys: [whole.right.key], expected: command }])
    return below("arguments", read(whole.right.arguments))
  }

/**
 * Parses and checks the arguments of a command before they reach QEMU: JSON arguments by themselves, or a whole QMP
 * command `{"execute": ..., "arguments": ...}`; of `incoming`, the text of the option.
 *
 * The text is read strictly: within the limits, valid UTF-8, no duplicate names, no lone surrogates, no
 * noncharacters, integers exact. The arguments must be ones that QEMU takes and takes as they are meant, and the
 * policy must allow them. Takes time and memory linear in the text's size and never throws on account of it.
 *
 * @param text - one text, as a string or as UTF-8
 * @param options - the command, the QEMU, the policy and the limits
 * @returns the arguments, or all that is wrong with them, each with its place in the text in bytes
 * @throws TypeError for a command, a version or a policy that is none, and for limits that are no numbers
 * @example
 * const parsed = parseArguments('{"uri": "tcp:10.0.0.9:49152", "detatch": true}')
 * parsed._tag === "Left" && parsed.left.map(({ code, path, offset }) => [code, path, offset])
 * // [["unknown-member", "detatch", 41]]
 * @since 0.6.0
 */
export const parseArguments = <C extends Command = "migrate">(
  text: unknown,
  { limits = defaultJsonLimits, command = "migrate" as C, policy = defaultPolicy, ...forQemu }: ParseOptions<C> = {},
): Checked<ArgumentsOf[C]> => {
  const read = allowedReader({ ...contextOf({ ...forQemu, command }), command }, policy)
  if (command === "incoming") {
    const option = textWithin(text, limits)
    return E.isLeft(option)
      ? option
      : placed(read(option.right), () => ({ offset: 0, length: byteLength(option.right) }))
  }
  const json = readJson(text, limits)
  if (E.isLeft(json)) return json
  return placed(unwrapped(command, read)(json.right.value), placingIn(json.right.text))
}

/**
 * Parses arguments as {@link parseArguments} does, under the name of before.
 *
 * @deprecated since 0.6.0: use parseArguments
 * @example
 * parseMigrateArguments('{"uri": "tcp:10.0.0.9:49152"}')._tag
 * // "Right"
 * @since 0.2.0
 */
export const parseMigrateArguments = parseArguments
