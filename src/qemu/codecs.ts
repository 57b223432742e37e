import { dataCodec } from "../data/codec.js"
import type { Codec } from "../violation/codec.js"
import { type MigrationAddress, migrationAddress, type SocketAddress, socketAddress } from "./addresses.js"
import {
  type MigrateArguments,
  type MigrateIncomingArguments,
  type MigrationChannel,
  migrate,
  migrateIncoming,
  migrationChannel,
} from "./arguments.js"
import { type CommandOptions, contextOf, type MigrateOptions } from "./context.js"
import { partHint, spellingHint } from "./spelling.js"

/**
 * The io-ts type of a socket's address.
 *
 * @example
 * socketAddressCodec().is({ type: "unix", path: "/run/migration.sock" })
 * // true
 * @since 0.2.0
 */
export const socketAddressCodec = (options: CommandOptions = {}): Codec<SocketAddress, SocketAddress> =>
  dataCodec("SocketAddress", socketAddress(contextOf(options).command), partHint)

/**
 * The io-ts type of a migration's address.
 *
 * @example
 * migrationAddressCodec().is({ transport: "exec", args: ["nc", "10.0.0.9", "49152"] })
 * // false
 * @since 0.2.0
 */
export const migrationAddressCodec = (options: CommandOptions = {}): Codec<MigrationAddress, MigrationAddress> =>
  dataCodec("MigrationAddress", migrationAddress(contextOf(options).command), partHint)

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
  dataCodec("MigrationChannel", migrationChannel(contextOf(options)), partHint)

/**
 * The io-ts type of the arguments of QMP's `migrate`. Decoding tells all that is wrong, and gives a copy that holds
 * nothing but what was checked. Of the host it knows nothing: what its operator allows is for `checkPolicy` to say.
 *
 * @param options - which QEMU the arguments are for
 * @example
 * const decoded = migrateCodec().decode({ uri: "tcp:10.0.0.9:69982" })
 * decoded._tag === "Left" && decoded.left.map(({ message }) => message)
 * // ["uri.port: A port must be at most 65535. QEMU takes it modulo 65536, or fails to look it up. Found 69982, the limit is 65535."]
 * @see qapi/migration.json of QEMU 10.0
 * @since 0.2.0
 */
export const migrateCodec = (options: MigrateOptions = {}): Codec<MigrateArguments, MigrateArguments> => {
  const context = contextOf({ ...options, command: "migrate" })
  return dataCodec("MigrateArguments", migrate(context), spellingHint(context))
}

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
): Codec<MigrateIncomingArguments, MigrateIncomingArguments> => {
  const context = contextOf({ ...options, command: "migrate-incoming" })
  return dataCodec("MigrateIncomingArguments", migrateIncoming(context), spellingHint(context))
}
