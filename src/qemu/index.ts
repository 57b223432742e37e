export type { JsonLimits } from "../data/json.js"
export type { Checked, Codec } from "../violation/codec.js"
export type { Note } from "../violation/note.js"
export type { Violation, ViolationCode } from "../violation/violation.js"
export type {
  FdSocketAddress,
  InetSocketAddress,
  MigrationAddress,
  SocketAddress,
  UnixSocketAddress,
  VsockSocketAddress,
} from "./addresses.js"
export type { ArgumentsOf, MigrateArguments, MigrateIncomingArguments, MigrationChannel } from "./arguments.js"
export { checkPolicy } from "./check-policy.js"
export {
  migrateCodec,
  migrateIncomingCodec,
  migrationAddressCodec,
  migrationChannelCodec,
  socketAddressCodec,
} from "./codecs.js"
export {
  type CommandOptions,
  type MigrateCommand,
  type MigrateOptions,
  type QemuVersion,
  qemuVersions,
} from "./context.js"
export { notesOf } from "./notes.js"
export { defaultJsonLimits, type ParseOptions, parseMigrateArguments } from "./parse.js"
export { defaultPolicy, type InetPolicy, type Policy, policyCodec, type Transport } from "./policy.js"
export { formatMigrateUri, parseMigrateUri, type UriOptions } from "./uri.js"
