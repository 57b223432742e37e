import * as E from "fp-ts/lib/Either.js"
import { map } from "fp-ts/lib/NonEmptyArray.js"
import { guarded, guardedFresh } from "../data/guard.js"
import { byteLength, type JsonLimits, placingIn, readJson, textWithin } from "../data/json.js"
import { placed } from "../data/locate.js"
import { readPlain } from "../data/plain-json.js"
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

type ArgumentsReader<C extends Command> = (input: unknown) => StrictRead<ArgumentsOf[C]>

/** Two readers of the same: what is `fresh` was made of a text just now, so that nobody else can change it and it need not be copied. */
interface Readers<C extends Command> {
  readonly read: ArgumentsReader<C>
  readonly readFresh: ArgumentsReader<C>
}

const readers = perContext((context): Readers<Command> => {
  const read = exact(argumentsType(context), spellingHint(context))
  const guard = guardFor(context)
  if (guard === undefined) return { read, readFresh: read }
  return { read: guarded(read, guard), readFresh: guardedFresh(read, guard) }
})

const readersFor = <C extends Command>(context: ContextFor<C>) => readers(context) as unknown as Readers<C>

/** Reads a command's arguments as QEMU takes them, whatever a policy says. */
export const argumentsReader = <C extends Command>(context: ContextFor<C>): ArgumentsReader<C> =>
  readersFor(context).read

const makeAllowedReaders = <C extends Command>(context: ContextFor<C>, policy: Policy): Readers<C> => {
  const { read, readFresh } = readersFor(context)
  const hold = holdTo(policyRule(policy, context))
  const held =
    (reader: ArgumentsReader<C>): ArgumentsReader<C> =>
    (input) => {
      const decoded = reader(input)
      return E.isLeft(decoded) ? decoded : hold(decoded.right)
    }
  return { read: held(read), readFresh: held(readFresh) }
}

const made = new WeakMap<Policy, ReturnType<typeof makeReadersUnder>>()

const makeReadersUnder = (policy: Policy) => perContext((context) => makeAllowedReaders(context, policy))

const readersUnder = (policy: Policy) => {
  const known = made.get(policy)
  if (known !== undefined) return known
  const readers = makeReadersUnder(policy)
  made.set(policy, readers)
  return readers
}

/** Reads a command's arguments, and holds them against a policy; made once for each. */
export const allowedReaders = <C extends Command>(context: ContextFor<C>, policy: Policy) =>
  readersUnder(policy)(context) as unknown as Readers<C>

const below = <A>(key: string, read: StrictRead<A>): StrictRead<A> =>
  E.mapLeft(map((each: Issue): Issue => ({ ...each, keys: [key, ...each.keys] })))(read)

/** Reads arguments by themselves, or those of a whole command of that name. */
const unwrapped = <A>(value: unknown, command: Command, read: (input: unknown) => StrictRead<A>): StrictRead<A> => {
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
  options: ParseOptions<C> = {},
): Checked<ArgumentsOf[C]> => {
  const { limits = defaultJsonLimits, policy = defaultPolicy } = options
  const context = contextOf(options)
  const { command } = context
  const { read, readFresh } = allowedReaders<C>(context as ContextFor<C>, policy)
  const within = textWithin(text, limits)
  if (E.isLeft(within)) return within
  const written = within.right
  if (command === "incoming") return placed(read(written), () => ({ offset: 0, length: byteLength(written) }))
  const plain = readPlain(written, limits)
  const accepted = plain === undefined ? undefined : unwrapped(plain, command, readFresh)
  if (accepted !== undefined && E.isRight(accepted)) return accepted
  const json = readJson(written, limits)
  return E.isLeft(json) ? json : placed(unwrapped(json.right.value, command, read), placingIn(written))
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
