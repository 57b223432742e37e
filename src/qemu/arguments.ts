import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { concat, type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { type MigrationAddress, migrationAddress } from "./addresses.js"
import { type Context, isSince } from "./context.js"
import { multifdCount } from "./number.js"
import { checks } from "./rules.js"
import { hasMember } from "./spelling.js"
import { text } from "./text.js"
import { uriReader } from "./uri.js"

/**
 * One channel of a migration (qapi/migration.json of QEMU 10.0). `cpr` is known from QEMU 10.0 on; `data` and
 * `post-copy` are a draft that no QEMU knows.
 *
 * @since 0.2.0
 */
export type MigrationChannel =
  | { readonly "channel-type": "main" | "cpr" | "post-copy"; readonly addr: MigrationAddress }
  | {
      readonly "channel-type": "data"
      readonly addr: MigrationAddress
      /** Connections, 1 to 255. */
      readonly "multifd-count": number
    }

/**
 * The arguments of QMP's `migrate`: exactly one of `uri` and `channels` is given.
 *
 * @since 0.2.0
 */
export interface MigrateArguments {
  readonly uri?: string
  readonly channels?: readonly MigrationChannel[]
  /** Ignored by QEMU; its documentation calls it invalid in QMP. */
  readonly detach?: boolean
  /** Whether to go on with a paused post-copy migration. */
  readonly resume?: boolean
  /** Storage migration with a full copy; before QEMU 9.1. */
  readonly blk?: boolean
  /** Storage migration with an incremental copy; before QEMU 9.1. */
  readonly inc?: boolean
}

/**
 * The arguments of QMP's `migrate-incoming`: exactly one of `uri` and `channels` is given.
 *
 * @since 0.2.0
 */
export interface MigrateIncomingArguments {
  readonly uri?: string
  readonly channels?: readonly MigrationChannel[]
  /** Whether QEMU ends when the migration fails; from QEMU 9.1 on. */
  readonly "exit-on-error"?: boolean
}

/** The arguments by command. */
export interface ArgumentsOf {
  readonly migrate: MigrateArguments
  readonly "migrate-incoming": MigrateIncomingArguments
}

/** The members of some properties that a version of QEMU has. */
const known = <P extends t.Props>(context: Context, props: P): P => {
  const entries = Object.entries(props).filter(([name]) => hasMember(context, name))
  return Object.fromEntries(entries) as P
}

const channelOf = <T extends string>(type: T, addr: t.Type<MigrationAddress, unknown>) =>
  t.exact(t.type({ "channel-type": t.literal(type), addr }))

const isUnix = ({ addr }: { readonly addr: MigrationAddress }): boolean =>
  addr.transport === "socket" && addr.type === "unix"

/** A channel as an io-ts type. */
export const migrationChannel = ({ command, version, draft }: Context): t.Type<MigrationChannel, unknown> => {
  const addr = migrationAddress(command)
  const hasCpr = isSince(version, "10.0") ? ok : issueAt("channel-type", checks.cprVersion)
  const isDraft = draft ? ok : issueAt("channel-type", checks.draftChannel)
  return t.union([
    channelOf("main", addr),
    refined(
      channelOf("cpr", addr),
      () => hasCpr,
      (channel) => (isUnix(channel) ? ok : issueAt("addr", checks.cprUnix)),
    ),
    refined(t.exact(t.type({ "channel-type": t.literal("data"), addr, "multifd-count": multifdCount })), () => isDraft),
    refined(channelOf("post-copy", addr), () => isDraft),
  ])
}

const draftTypes: ReadonlySet<string> = new Set(["data", "post-copy"])

const typesTwice = (channels: readonly MigrationChannel[]): readonly Issue[] => {
  if (channels.length === 1) return ok
  const seen = new Set<string>()
  return channels.flatMap(({ "channel-type": type }, index) => {
    const twice = type !== "data" && seen.has(type)
    seen.add(type)
    return twice ? [{ rule: checks.channelTwice, keys: [String(index), "channel-type"] }] : []
  })
}

const channelsFaults =
  ({ command }: Context) =>
  (channels: readonly MigrationChannel[]): readonly Issue[] => {
    const [first] = channels
    if (first === undefined) return issue(checks.channelsEmpty)
    if (channels.length === 1 && first["channel-type"] === "main") return ok
    const main = channels.some((channel) => channel["channel-type"] === "main") ? ok : issue(checks.mainChannel)
    const isDraft = channels.some((channel) => draftTypes.has(channel["channel-type"]))
    const single = command === "migrate" || isDraft || channels.length === 1
    return concat(main, typesTwice(channels), single ? ok : issue(checks.oneChannel, channels.length, 1))
  }

/** The two members that say where to, of which one has to be there. */
const destination = (context: Context) => {
  const readUri = uriReader(context)
  const uri = refined(text, (value) => {
    const read = readUri(value)
    return E.isLeft(read) ? read.left : ok
  })
  const channels = refined(t.readonlyArray(migrationChannel(context)), channelsFaults(context))
  return known(context, { uri, channels })
}

const oneOfBoth = ({ uri, channels }: MigrateIncomingArguments): readonly Issue[] =>
  (uri === undefined) === (channels === undefined) ? issue(checks.uriOrChannels) : ok

/** The arguments of `migrate` as an io-ts type. */
export const migrate = (context: Context): t.Type<MigrateArguments, unknown> =>
  refined(
    t.exact(
      t.partial({
        ...destination(context),
        ...known(context, { detach: t.boolean, resume: t.boolean, blk: t.boolean, inc: t.boolean }),
      }),
    ),
    oneOfBoth,
  )

/** The arguments of `migrate-incoming` as an io-ts type. */
export const migrateIncoming = (context: Context): t.Type<MigrateIncomingArguments, unknown> =>
  refined(t.exact(t.partial({ ...destination(context), ...known(context, { "exit-on-error": t.boolean }) })), oneOfBoth)
