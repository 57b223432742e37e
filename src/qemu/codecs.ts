import * as E from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { type Checked, type Codec, codec } from "../schema/codec.js"
import { exact, type Hint, type Read } from "../schema/exact.js"
import { type JsonLimits, placingIn, readJson } from "../schema/json.js"
import { nowhere, violationsOf } from "../schema/placing.js"
import { heldAgainst } from "../schema/refined.js"
import { type MigrationAddress, migrationAddress, type SocketAddress, socketAddress } from "./addresses.js"
import {
  type ArgumentsOf,
  type MigrateArguments,
  type MigrateIncomingArguments,
  type MigrationChannel,
  migrate,
  migrateIncoming,
  migrationChannel,
} from "./arguments.js"
import { policyRule } from "./check-policy.js"
import { type Context, contextOf, type MigrateCommand, type MigrateOptions, perContext } from "./context.js"
import { defaultPolicy, type Policy } from "./policy.js"
import { partHint, spellingHint } from "./spelling.js"

const codecOf = <A>(name: string, type: t.Type<A, unknown>, hint: Hint): Codec<A, A> => {
  const read = exact(type, hint)
  const decode = (input: unknown): Checked<A> => {
    const checked = read(input)
    return E.isLeft(checked) ? E.left(violationsOf(checked.left, nowhere)) : checked
  }
  return codec(name, decode, decode)
}

const argumentsCodec = <A>(name: string, typeOf: (context: Context) => t.Type<A, unknown>, context: Context) =>
  codecOf(name, typeOf(context), spellingHint(context))

/** Which command and which QEMU an address or a channel is for; `migrate` and 10.0 by default. */
export interface CommandOptions extends MigrateOptions {
  readonly command?: MigrateCommand
}

const contextOfCommand = ({ command = "migrate", ...options }: CommandOptions): Context => contextOf(command, options)

/**
 * The io-ts type of a socket's address.
 *
 * @example
 * socketAddressCodec().is({ type: "unix", path: "/run/migration.sock" })
 * // true
 * @since 0.2.0
 */
export const socketAddressCodec = (options: CommandOptions = {}): Codec<SocketAddress, SocketAddress> =>
  codecOf("SocketAddress", socketAddress(contextOfCommand(options).command), partHint)

/**
 * The io-ts type of a migration's address.
 *
 * @example
 * migrationAddressCodec().is({ transport: "exec", args: ["nc", "10.0.0.9", "49152"] })
 * // false
 * @since 0.2.0
 */
export const migrationAddressCodec = (options: CommandOptions = {}): Codec<MigrationAddress, MigrationAddress> =>
  codecOf("MigrationAddress", migrationAddress(contextOfCommand(options).command), partHint)

/**
 * The io-ts type of a migration's channel.
 *
 * @example
 * const addr = { transport: "file", filename: "/var/tmp/vm.state", offset: 0 }
 * migrationChannelCodec().is({ "channel-type": "main", addr })
 * // true
 * @since 0.2.0
 */
export const migrationChannelCodec = (options: CommandOptions = {}): Codec<MigrationChannel, MigrationChannel> =>
  codecOf("MigrationChannel", migrationChannel(contextOfCommand(options)), partHint)

/**
 * The io-ts type of the arguments of QMP's `migrate`. Decoding tells all that is wrong, and gives a copy that holds
 * nothing but what was checked. Of the host it knows nothing: what its operator allows is for `checkPolicy` to say.
 *
 * @param options - which QEMU the arguments are for
 * @example
 * const decoded = migrateCodec().decode({ uri: "tcp:10.0.0.9:69982" })
 * decoded._tag === "Left" && decoded.left.map(({ message }) => message)
 * // ["uri.port: A port must be at most 65535. QEMU takes it modulo 65536, or fails to look it up. Found 69982 against 65535."]
 * @see qapi/migration.json of QEMU 10.0
 * @since 0.2.0
 */
export const migrateCodec = (options: MigrateOptions = {}): Codec<MigrateArguments, MigrateArguments> =>
  argumentsCodec("MigrateArguments", migrate, contextOf("migrate", options))

/**
 * The io-ts type of the arguments of QMP's `migrate-incoming`, as {@link migrateCodec} is of `migrate`.
 *
 * @param options - which QEMU the arguments are for
 * @example
 * migrateIncomingCodec({ version: "7.2" }).is({ uri: "tcp:[::]:49152" })
 * // true
 * @see qapi/migration.json of QEMU 10.0
 * @since 0.2.0
 */
export const migrateIncomingCodec = (
  options: MigrateOptions = {},
): Codec<MigrateIncomingArguments, MigrateIncomingArguments> =>
  argumentsCodec("MigrateIncomingArguments", migrateIncoming, contextOf("migrate-incoming", options))

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
  options: ParseOptions<C> = {},
): Checked<ArgumentsOf[C]> => {
  const { command = "migrate" as C, policy = defaultPolicy, limits = defaultJsonLimits, ...forQemu } = options
  const context = contextOf(command, forQemu)
  const read: Readers[C] = readers[command]
  const rule = policyRule(policy, context)
  const json = readJson(text, limits)
  if (E.isLeft(json)) return json
  const checked = read(context)(json.right.value)
  const held = E.isLeft(checked) ? checked : heldAgainst(rule)(checked.right)
  return E.isLeft(held) ? E.left(violationsOf(held.left, placingIn(json.right.text))) : held
}
