import * as fc from "fast-check"
import type { MigrationAddress } from "../../qemu/addresses.js"
import type { MigrateIncomingArguments, MigrationChannel } from "../../qemu/arguments.js"
import type { Command } from "../../qemu/commands.js"
import { type Context, contextOf, type MigrateOptions } from "../../qemu/context.js"
import type { ArgumentsOf } from "../../qemu/entries.js"
import { isIn, isKnown, members, names } from "../../qemu/versions.js"
import { addressArbitraryOf, plain, unixChannels } from "./addresses.js"
import { neighbours } from "./neighbours.js"
import { uriArbitraryOf } from "./uris.js"

/**
 * Which command's arguments, and for which QEMU.
 *
 * @since 0.3.0
 */
export interface ArgumentsOptions<C extends Command> extends MigrateOptions {
  /** Default `migrate`. */
  readonly command?: C
}

type Channels = readonly MigrationChannel[]

/** A channel with a number that says where it stands among the others. */
type Placed = readonly [place: number, MigrationChannel]

const placed = (channel: fc.Arbitrary<MigrationChannel>): fc.Arbitrary<Placed> => fc.tuple(fc.nat({ max: 7 }), channel)

const upTo = (maxLength: number, channel: fc.Arbitrary<MigrationChannel>): fc.Arbitrary<readonly Placed[]> =>
  fc.array(placed(channel), { maxLength })

const inOrder = (channels: readonly Placed[]): Channels =>
  [...channels].sort(([one], [other]) => one - other).map(([, channel]) => channel)

const typed =
  (type: "main" | "cpr" | "post-copy") =>
  (addr: MigrationAddress): MigrationChannel => ({ "channel-type": type, addr })

/** One main channel, and beside it what the version and the draft know, as often as each may be given. */
const channelsOf = (context: Context): fc.Arbitrary<Channels> => {
  const { command, version, draft } = context
  const addr = addressArbitraryOf(context)
  const data = fc
    .record({ addr, "multifd-count": fc.integer({ min: 1, max: 255 }) })
    .map((members): MigrationChannel => ({ "channel-type": "data", ...members }))
  return fc
    .tuple(
      placed(addr.map(typed("main"))),
      upTo(isIn(version, names.MigrationChannelType.cpr) ? 1 : 0, unixChannels.map(typed("cpr"))),
      upTo(draft ? 3 : 0, data),
      upTo(draft ? 1 : 0, addr.map(typed("post-copy"))),
    )
    .map(([main, cprs, ...drafts]) => {
      const others = drafts.flat()
      // migrate-incoming is told of cpr on QEMU's command line; only the draft gives it several channels.
      const isAlone = command === "migrate-incoming" && others.length === 0
      return inOrder([main, ...(isAlone ? [] : cprs), ...others])
    })
}

type Destination = Pick<MigrateIncomingArguments, "uri" | "channels">

const destinations = (context: Context): fc.Arbitrary<Destination> => {
  const uri = uriArbitraryOf(context).map((written) => ({ uri: written.uri }))
  if (!isIn(context.version, members.migrate.channels)) return uri
  return fc.oneof(
    { weight: 1, arbitrary: uri },
    { weight: 2, arbitrary: channelsOf(context).map((channels) => ({ channels })) },
  )
}

/** The members beside the destination. */
const flagNames = ({ command, version }: Context): readonly string[] =>
  command === "migrate"
    ? ["detach", "resume", "blk", "inc"].filter((name) => isKnown(version, members.migrate, name))
    : ["exit-on-error"].filter((name) => isKnown(version, members["migrate-incoming"], name))

const flagsOf = (context: Context): fc.Arbitrary<object> =>
  fc.record(Object.fromEntries(flagNames(context).map((name) => [name, fc.boolean()])), { ...plain, requiredKeys: [] })

const destined = (context: Context): fc.Arbitrary<object> =>
  fc.tuple(destinations(context), flagsOf(context)).map(([destination, flags]) => ({ ...destination, ...flags }))

const arbitraries: { readonly [C in Command]: (context: Context) => fc.Arbitrary<unknown> } = {
  migrate: destined,
  "migrate-incoming": destined,
  "migrate-recover": (context) => uriArbitraryOf(context).map(({ uri }) => ({ uri })),
  incoming: (context) =>
    fc.oneof(
      uriArbitraryOf(context).map(({ uri }) => uri),
      fc.constant("defer"),
    ),
  ...neighbours,
}

/**
 * Every valid argument object of a command, for a version of QEMU, with the draft's channels or without: a URI or
 * channels, every kind of address, every member there and not there, numbers and lengths up to their limits. They are
 * valid by construction, nothing is thrown away; a property that fails prints a small one. Programs and descriptors by
 * number are among them: {@link policyAllowing} makes the policy that allows them.
 *
 * @param options - the command and the QEMU, as `parseArguments` takes them
 * @example
 * const incoming = argumentsArbitraryOf({ command: "migrate-incoming", version: "8.2" })
 * const policyFor = (valid) => policyAllowing(valid, { command: "migrate-incoming", version: "8.2" })
 * const isValid = (valid) => migrateIncomingCodec({ version: "8.2", policy: policyFor(valid) }).is(valid)
 * fc.check(fc.property(incoming, isValid)).failed
 * // false
 * @since 0.3.0
 */
export const argumentsArbitraryOf = <C extends Command = "migrate">(
  options: ArgumentsOptions<C> = {},
): fc.Arbitrary<ArgumentsOf[C]> => {
  const context = contextOf(options)
  return arbitraries[context.command](context) as fc.Arbitrary<ArgumentsOf[C]>
}
