export type { JsonLimits } from "../data/json.js"
export type { Checked, Note } from "../violation/checked.js"
export type { Codec } from "../violation/codec.js"
export type { Violation, ViolationCode } from "../violation/violation.js"
export type {
  FdSocketAddress,
  InetSocketAddress,
  MigrationAddress,
  SocketAddress,
  SocketAddressLegacy,
  UnixSocketAddress,
  VsockSocketAddress,
} from "./addresses.js"
export type {
  MigrateArguments,
  MigrateIncomingArguments,
  MigrateRecoverArguments,
  MigrationChannel,
} from "./arguments.js"
export type { MigrateSetCapabilitiesArguments, MigrationCapability } from "./capabilities.js"
export { checkPolicy } from "./check-policy.js"
export type { ClientMigrateInfoArguments } from "./client-migrate-info.js"
export {
  addFdCodec,
  blockExportAddCodec,
  clientMigrateInfoCodec,
  dumpGuestMemoryCodec,
  getfdCodec,
  incomingCodec,
  migrateCodec,
  migrateIncomingCodec,
  migrateRecoverCodec,
  migrateSetCapabilitiesCodec,
  migrateSetParametersCodec,
  migrationAddressCodec,
  migrationChannelCodec,
  nbdServerAddCodec,
  nbdServerStartCodec,
  socketAddressCodec,
} from "./codecs.js"
export { type Command, commands, type MigrateCommand } from "./commands.js"
export { type Completion, completionOrder } from "./completion.js"
export type { CodecOptions, CommandOptions, MigrateOptions } from "./context.js"
export type { AddFdArguments, GetfdArguments } from "./descriptor-commands.js"
export type { DumpGuestMemoryArguments } from "./dump-guest-memory.js"
export type { ArgumentsOf } from "./entries.js"
export type { IncomingOption } from "./incoming.js"
export { defaultJsonLimits } from "./limits.js"
export type { BlockExportAddArguments, NbdServerAddArguments, NbdServerStartArguments } from "./nbd.js"
export { type NoteOptions, notesOf } from "./notes.js"
export type { BitmapMigrationNodeAlias, MigrateSetParametersArguments } from "./parameters.js"
export { type ParseOptions, parseArguments, parseMigrateArguments } from "./parse.js"
export {
  defaultPolicy,
  type InetPolicy,
  type Policy,
  policyCodec,
  type SpicePolicy,
  type Transport,
} from "./policy.js"
export { formatMigrateUri, parseMigrateUri, type UriOptions } from "./uri.js"
export { type QemuVersion, qemuVersions, type Release, releaseOf } from "./versions.js"
