import * as E from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { type Issue, issue } from "../data/refinement.js"
import type { MigrationAddress } from "./addresses.js"
import {
  type MigrateArguments,
  type MigrateIncomingArguments,
  type MigrateRecoverArguments,
  migrate,
  migrateIncoming,
  migrateRecover,
} from "./arguments.js"
import { type MigrateSetCapabilitiesArguments, migrateSetCapabilities } from "./capabilities.js"
import { type ClientMigrateInfoArguments, clientMigrateInfo } from "./client-migrate-info.js"
import type { Command } from "./commands.js"
import { type Context, perContext } from "./context.js"
import { type AddFdArguments, addFd, type GetfdArguments, getfd } from "./descriptor-commands.js"
import { type DumpGuestMemoryArguments, dumpAddress, dumpGuestMemory } from "./dump-guest-memory.js"
import { type IncomingOption, incoming, incomingReader } from "./incoming.js"
import {
  type BlockExportAddArguments,
  blockExportAdd,
  type NbdServerAddArguments,
  type NbdServerStartArguments,
  nbdServerAdd,
  nbdServerStart,
} from "./nbd.js"
import { type MigrateSetParametersArguments, migrateSetParameters } from "./parameters.js"
import { qemuRules } from "./rules.js"
import { uriReader } from "./uri.js"

/**
 * The arguments by command.
 *
 * @since 0.2.0
 */
export interface ArgumentsOf {
  readonly migrate: MigrateArguments
  readonly "migrate-incoming": MigrateIncomingArguments
  readonly "migrate-recover": MigrateRecoverArguments
  readonly incoming: IncomingOption
  readonly client_migrate_info: ClientMigrateInfoArguments
  readonly "nbd-server-start": NbdServerStartArguments
  readonly "nbd-server-add": NbdServerAddArguments
  readonly "block-export-add": BlockExportAddArguments
  readonly getfd: GetfdArguments
  readonly "add-fd": AddFdArguments
  readonly "migrate-set-parameters": MigrateSetParametersArguments
  readonly "migrate-set-capabilities": MigrateSetCapabilitiesArguments
  readonly "dump-guest-memory": DumpGuestMemoryArguments
}

/** Something that a policy judges, and the keys that lead to it in the arguments. */
export type Touched = { readonly keys: readonly string[] } & (
  | { readonly address: MigrationAddress }
  | { readonly argv: readonly string[] }
  | { readonly destination: ClientMigrateInfoArguments }
  /** A text that stands for no address. */
  | { readonly issues: readonly Issue[] }
)

/** What is known of a command: the type of its arguments, and what of them a policy judges. */
interface Entry<A> {
  readonly type: (context: Context) => t.Type<A, unknown>
  readonly touches: (args: A, context: Context) => readonly Touched[]
}

const nothing = (): readonly Touched[] => []

const uriTouched = (uri: string, context: Context): readonly Touched[] => {
  const read = uriReader(context)(uri)
  return [{ keys: ["uri"], ...(E.isLeft(read) ? { issues: read.left } : { address: read.right }) }]
}

const destinationTouched = ({ uri, channels = [] }: MigrateIncomingArguments, context: Context): readonly Touched[] => {
  const named = channels.map(({ addr }, index) => ({ keys: ["channels", String(index), "addr"], address: addr }))
  return uri === undefined ? named : [...uriTouched(uri, context), ...named]
}

const optionTouched = (option: string, context: Context): readonly Touched[] => {
  const read = incomingReader(context)(option)
  if (E.isLeft(read)) return [{ keys: [], issues: read.left }]
  return read.right === "defer" ? [] : [{ keys: [], address: read.right.addr }]
}

const named = (str: string): MigrationAddress => ({ transport: "socket", type: "fd", str })

const dumpTouched = ({ protocol }: DumpGuestMemoryArguments): readonly Touched[] => {
  const address = dumpAddress(protocol)
  return [{ keys: ["protocol"], ...(address === undefined ? { issues: issue(qemuRules.dumpProtocol) } : { address }) }]
}

const wrappedTouched = ({ addr: { type, data } }: NbdServerStartArguments): readonly Touched[] => [
  { keys: ["addr", "data"], address: { transport: "socket", type, ...data } as MigrationAddress },
]

/** The one table of commands. */
export const entries: { readonly [C in Command]: Entry<ArgumentsOf[C]> } = {
  migrate: { type: migrate, touches: destinationTouched },
  "migrate-incoming": { type: migrateIncoming, touches: destinationTouched },
  "migrate-recover": { type: migrateRecover, touches: ({ uri }, context) => uriTouched(uri, context) },
  incoming: { type: incoming, touches: optionTouched },
  client_migrate_info: {
    type: clientMigrateInfo,
    touches: (destination) => [{ keys: [], destination }],
  },
  "nbd-server-start": { type: nbdServerStart, touches: wrappedTouched },
  "nbd-server-add": { type: nbdServerAdd, touches: nothing },
  "block-export-add": { type: blockExportAdd, touches: nothing },
  getfd: { type: getfd, touches: ({ fdname }) => [{ keys: ["fdname"], address: named(fdname) }] },
  "add-fd": { type: addFd, touches: nothing },
  "migrate-set-parameters": {
    type: migrateSetParameters,
    touches: ({ "cpr-exec-command": argv }) => (argv === undefined ? [] : [{ keys: ["cpr-exec-command"], argv }]),
  },
  "migrate-set-capabilities": { type: migrateSetCapabilities, touches: nothing },
  "dump-guest-memory": { type: dumpGuestMemory, touches: dumpTouched },
}

const types = perContext((context): t.Mixed => entries[context.command].type(context))

/** The io-ts type of a command's arguments, without a policy. */
export const argumentsType = <C extends Command>(context: Context & { readonly command: C }) =>
  types(context) as t.Type<ArgumentsOf[C], unknown>

/** What a policy judges of arguments. */
export const touchesOf = (args: ArgumentsOf[Command], context: Context): readonly Touched[] => {
  const touches = entries[context.command].touches as (
    args: ArgumentsOf[Command],
    context: Context,
  ) => readonly Touched[]
  return touches(args, context)
}
