import * as E from "fp-ts/lib/Either.js"
import { dataCodec } from "../data/codec.js"
import { passesGuard } from "../data/guard.js"
import { placed } from "../data/locate.js"
import { ok } from "../data/refinement.js"
import { type Codec, codec } from "../violation/codec.js"
import { type MigrationAddress, migrationAddress, type SocketAddress, socketAddress } from "./addresses.js"
import { type MigrationChannel, migrationChannel } from "./arguments.js"
import { policyRule } from "./check-policy.js"
import type { Command } from "./commands.js"
import { type CodecOptions, type CommandOptions, contextOf } from "./context.js"
import type { ArgumentsOf } from "./entries.js"
import { guardFor } from "./guards.js"
import { allowedReaders } from "./parse.js"
import { defaultPolicy } from "./policy.js"
import { partHint } from "./spelling.js"

/**
 * The io-ts type of a socket's address. A part by itself asks no policy: that is for the codec of a command.
 *
 * @example
 * socketAddressCodec().is({ type: "unix", path: "/run/migration.sock" })
 * // true
 * @since 0.2.0
 */
export const socketAddressCodec = (options: CommandOptions = {}): Codec<SocketAddress, SocketAddress> =>
  dataCodec("SocketAddress", socketAddress(contextOf(options)), partHint)

/**
 * The io-ts type of a migration's address. A part by itself asks no policy: that is for the codec of a command.
 *
 * @example
 * migrationAddressCodec().is({ transport: "exec", args: ["nc", "10.0.0.9", "49152"] })
 * // false
 * @since 0.2.0
 */
export const migrationAddressCodec = (options: CommandOptions = {}): Codec<MigrationAddress, MigrationAddress> =>
  dataCodec("MigrationAddress", migrationAddress(contextOf(options)), partHint)

/**
 * The io-ts type of a migration's channel. A part by itself asks no policy: that is for the codec of a command.
 *
 * @example
 * const addr = { transport: "file", filename: "/var/tmp/vm.state", offset: 0 }
 * migrationChannelCodec().is({ "channel-type": "main", addr })
 * // true
 * @since 0.2.0
 */
export const migrationChannelCodec = (options: CommandOptions = {}): Codec<MigrationChannel, MigrationChannel> =>
  dataCodec("MigrationChannel", migrationChannel(contextOf(options)), partHint)

/** Makes the codec of a command's arguments: what QEMU takes as it is meant, and the policy allows. */
const commandCodec =
  <C extends Command>(command: C, name: string) =>
  ({ policy = defaultPolicy, ...forQemu }: CodecOptions = {}): Codec<ArgumentsOf[C], ArgumentsOf[C]> => {
    const context = { ...contextOf({ ...forQemu, command }), command }
    const { read } = allowedReaders(context, policy)
    const check = (input: unknown) => placed(read(input))
    const isAllowed = policyRule(policy, context)
    const guard = guardFor(context)
    const isValid = (state: unknown): boolean => guard?.(state) === true && isAllowed(state as ArgumentsOf[C]) === ok
    return codec(name, check, check, (state) => passesGuard(isValid, state) || E.isRight(read(state)))
  }

/**
 * The io-ts type of the arguments of QMP's `migrate`. Decoding tells all that is wrong, and gives a copy that holds
 * nothing but what was checked.
 *
 * @param options - which QEMU the arguments are for, and what the host's operator allows
 * @example
 * const decoded = migrateCodec().decode({ uri: "tcp:10.0.0.9:69982" })
 * decoded._tag === "Left" && decoded.left.map(({ message }) => message)
 * // ["uri.port: A port must be at most 65535. Found 69982, the limit is 65535."]
 * @see qapi/migration.json of QEMU 11.1
 * @since 0.2.0
 */
export const migrateCodec = commandCodec("migrate", "MigrateArguments")

/**
 * The io-ts type of the arguments of QMP's `migrate-incoming`, as {@link migrateCodec} is of `migrate`.
 *
 * @param options - which QEMU the arguments are for, and what the host's operator allows
 * @example
 * migrateIncomingCodec({ version: "11.1", policy: { fd: { numbers: [21] } } }).is({ uri: "fd:21" })
 * // true
 * @see qapi/migration.json of QEMU 11.1
 * @since 0.2.0
 */
export const migrateIncomingCodec = commandCodec("migrate-incoming", "MigrateIncomingArguments")

/**
 * The io-ts type of the arguments of QMP's `migrate-recover`.
 *
 * @example
 * migrateRecoverCodec().is({ uri: "tcp:[::]:49152" })
 * // true
 * @see qapi/migration.json of QEMU 11.1
 * @since 0.6.0
 */
export const migrateRecoverCodec = commandCodec("migrate-recover", "MigrateRecoverArguments")

/**
 * The io-ts type of the text of QEMU's option `-incoming`.
 *
 * @example
 * ["defer", "tcp:[::]:49152", "main,addr.transport=socket,addr.type=unix,addr.path=/run/vm.sock"].map(incomingCodec().is)
 * // [true, true, true]
 * @see incoming_option_parse in system/vl.c of QEMU 11.1
 * @since 0.6.0
 */
export const incomingCodec = commandCodec("incoming", "IncomingOption")

/**
 * The io-ts type of the arguments of QMP's `client_migrate_info`, none of which QEMU checks.
 *
 * @example
 * clientMigrateInfoCodec().is({ protocol: "spice", hostname: "10.0.0.9", port: 70000 })
 * // false
 * @see qapi/ui.json and ui/ui-qmp-cmds.c of QEMU 11.1
 * @since 0.6.0
 */
export const clientMigrateInfoCodec = commandCodec("client_migrate_info", "ClientMigrateInfoArguments")

/**
 * The io-ts type of the arguments of QMP's `nbd-server-start`.
 *
 * @example
 * nbdServerStartCodec().is({ addr: { type: "unix", data: { path: "/run/nbd.sock" } } })
 * // true
 * @see qapi/block-export.json of QEMU 11.1
 * @since 0.6.0
 */
export const nbdServerStartCodec = commandCodec("nbd-server-start", "NbdServerStartArguments")

/**
 * The io-ts type of the arguments of QMP's `nbd-server-add`.
 *
 * @example
 * nbdServerAddCodec().is({ device: "drive0", writable: true })
 * // true
 * @see qapi/block-export.json of QEMU 11.1
 * @since 0.6.0
 */
export const nbdServerAddCodec = commandCodec("nbd-server-add", "NbdServerAddArguments")

/**
 * The io-ts type of the arguments of QMP's `block-export-add`, of exports of type nbd.
 *
 * @example
 * blockExportAddCodec().is({ type: "nbd", id: "drive0", "node-name": "drive0", writable: true })
 * // true
 * @see qapi/block-export.json of QEMU 11.1
 * @since 0.6.0
 */
export const blockExportAddCodec = commandCodec("block-export-add", "BlockExportAddArguments")

/**
 * The io-ts type of the arguments of QMP's `getfd`.
 *
 * @example
 * getfdCodec().is({ fdname: "21" })
 * // false
 * @see qapi/misc.json of QEMU 11.1
 * @since 0.6.0
 */
export const getfdCodec = commandCodec("getfd", "GetfdArguments")

/**
 * The io-ts type of the arguments of QMP's `add-fd`.
 *
 * @example
 * addFdCodec().is({ "fdset-id": 1, opaque: "migration" })
 * // true
 * @see qapi/misc.json of QEMU 11.1
 * @since 0.6.0
 */
export const addFdCodec = commandCodec("add-fd", "AddFdArguments")

/**
 * The io-ts type of the arguments of QMP's `migrate-set-parameters`; the policy's programs are those that
 * `cpr-exec-command` may run.
 *
 * @example
 * migrateSetParametersCodec().is({ mode: "cpr-exec", "cpr-exec-command": ["/usr/bin/qemu-system-x86_64"] })
 * // false
 * @see qapi/migration.json and migration/options.c of QEMU 11.1
 * @since 0.6.0
 */
export const migrateSetParametersCodec = commandCodec("migrate-set-parameters", "MigrateSetParametersArguments")

/**
 * The io-ts type of the arguments of QMP's `migrate-set-capabilities`.
 *
 * @example
 * migrateSetCapabilitiesCodec().is({ capabilities: [{ capability: "zero-blocks", state: true }] })
 * // false
 * @see qapi/migration.json of QEMU 11.1
 * @since 0.6.0
 */
export const migrateSetCapabilitiesCodec = commandCodec("migrate-set-capabilities", "MigrateSetCapabilitiesArguments")

/**
 * The io-ts type of the arguments of QMP's `dump-guest-memory`.
 *
 * @example
 * dumpGuestMemoryCodec().is({ paging: false, protocol: "file:/var/tmp/vm.dump" })
 * // true
 * @see qapi/dump.json of QEMU 11.1
 * @since 0.6.0
 */
export const dumpGuestMemoryCodec = commandCodec("dump-guest-memory", "DumpGuestMemoryArguments")
