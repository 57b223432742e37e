import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { concat, type Issue, issue, issueAt, ok, refined } from "../data/refinement.js"
import { knownMembers, type MigrationAddress, migrationAddress } from "./addresses.js"
import type { MigrateCommand } from "./commands.js"
import type { Context } from "./context.js"
import { multifdCount } from "./number.js"
import { qemuRules } from "./rules.js"
import { text } from "./text.js"
import { uriReader } from "./uri.js"
import { behaviour, isIn, names } from "./versions.js"

/**
 * One channel of a migration (qapi/migration.json of QEMU 11.1). `cpr` is known from QEMU 10.0 on; `data` and
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
  /** Ignored by QEMU, whose documentation calls it invalid in QMP; deprecated from 10.1 on, before QEMU 11.0. */
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

/**
 * The arguments of QMP's `migrate-recover`, which waits anew for a paused post-copy migration.
 *
 * @since 0.6.0
 */
export interface MigrateRecoverArguments {
  readonly uri: string
}

const channelOf = <T extends string>(type: T, addr: t.Type<MigrationAddress, unknown>) =>
  t.exact(t.type({ "channel-type": t.literal(type), addr }))

const typeOfSocket = ({ addr }: { readonly addr: MigrationAddress }) =>
  addr.transport === "socket" ? addr.type : undefined

/** Whether a cpr channel may be of a type. */
const isCprType = (type: string | undefined, { command, version }: Context): boolean =>
  type === "unix" || (type === "fd" && command === "incoming" && isIn(version, behaviour.cprDescriptors))

/** A channel as an io-ts type. */
export const migrationChannel = (context: Context): t.Type<MigrationChannel, unknown> => {
  const { version, draft } = context
  const addr = migrationAddress(context)
  const main = channelOf("main", addr)
  const hasCpr = isIn(version, names.MigrationChannelType.cpr) ? ok : issueAt("channel-type", qemuRules.cprVersion)
  const cpr = refined(
    channelOf("cpr", addr),
    () => hasCpr,
    (channel) => (isCprType(typeOfSocket(channel), context) ? ok : issueAt("addr", qemuRules.cprUnix)),
  )
  const data = t.exact(t.type({ "channel-type": t.literal("data"), addr, "multifd-count": multifdCount }))
  return draft
    ? t.union([main, cpr, data, channelOf("post-copy", addr)])
    : (t.union([main, cpr]) as t.Type<MigrationChannel, unknown>)
}

const draftTypes: ReadonlySet<string> = new Set(["data", "post-copy"])

const typesTwice = (channels: readonly MigrationChannel[]): readonly Issue[] => {
  if (channels.length === 1) return ok
  const seen = new Set<string>()
  return channels.flatMap(({ "channel-type": type }, index) => {
    const twice = type !== "data" && seen.has(type)
    seen.add(type)
    return twice ? [{ rule: qemuRules.channelTwice, keys: [String(index), "channel-type"] }] : []
  })
}

const channelsIssues =
  ({ command }: Context) =>
  (channels: readonly MigrationChannel[]): readonly Issue[] => {
    const [first] = channels
    if (first === undefined) return issue(qemuRules.channelsEmpty)
    if (channels.length === 1 && first["channel-type"] === "main") return ok
    const main = channels.some((channel) => channel["channel-type"] === "main") ? ok : issue(qemuRules.mainChannel)
    const isDraft = channels.some((channel) => draftTypes.has(channel["channel-type"]))
    const single = command === "migrate" || isDraft || channels.length === 1
    return concat(main, typesTwice(channels), single ? ok : issue(qemuRules.oneChannel, channels.length, 1))
  }

/** A URI as an io-ts type: a string that stands for an address. */
const uri = (context: Context) => {
  const read = uriReader(context)
  return refined(text, (value) => {
    const address = read(value)
    return E.isLeft(address) ? address.left : ok
  })
}

/** Destinations, of which one has to be there. */
const destination = (context: Context, command: MigrateCommand) => {
  const channels = refined(t.readonlyArray(migrationChannel(context)), channelsIssues(context))
  return knownMembers(context, command, { uri: uri(context), channels })
}

const oneOfBoth = ({ uri, channels }: MigrateIncomingArguments): readonly Issue[] =>
  (uri === undefined) === (channels === undefined) ? issue(qemuRules.uriOrChannels) : ok

/** The arguments of `migrate` as an io-ts type. */
export const migrate = (context: Context): t.Type<MigrateArguments, unknown> => {
  const flags = { detach: t.boolean, resume: t.boolean, blk: t.boolean, inc: t.boolean }
  return refined(
    t.exact(t.partial({ ...destination(context, "migrate"), ...knownMembers(context, "migrate", flags) })),
    oneOfBoth,
  )
}

/** The arguments of `migrate-incoming` as an io-ts type. */
export const migrateIncoming = (context: Context): t.Type<MigrateIncomingArguments, unknown> => {
  const flags = { "exit-on-error": t.boolean }
  return refined(
    t.exact(
      t.partial({ ...destination(context, "migrate-incoming"), ...knownMembers(context, "migrate-incoming", flags) }),
    ),
    oneOfBoth,
  )
}

/** The arguments of `migrate-recover` as an io-ts type. */
export const migrateRecover = (context: Context): t.Type<MigrateRecoverArguments, unknown> =>
  t.exact(t.type({ uri: uri(context) }))
