import type * as t from "io-ts"
import {
  addFdCodec,
  blockExportAddCodec,
  type CodecOptions,
  type Command,
  type CommandOptions,
  clientMigrateInfoCodec,
  commands,
  dumpGuestMemoryCodec,
  getfdCodec,
  incomingCodec,
  migrateCodec,
  migrateIncomingCodec,
  migrateRecoverCodec,
  migrateSetCapabilitiesCodec,
  migrateSetParametersCodec,
  nbdServerAddCodec,
  nbdServerStartCodec,
  qemuVersions,
} from "../../../src/qemu/index.js"

/** migrate and migrate-incoming for every QEMU, without the draft and with it. */
export const contexts = (["migrate", "migrate-incoming"] as const).flatMap((command) =>
  qemuVersions.flatMap((version) => [false, true].map((draft) => ({ command, version, draft }))),
)

/** Every command for every QEMU, the draft where it makes a difference. */
export const allContexts: readonly Required<CommandOptions>[] = [
  ...contexts,
  ...commands
    .filter((command) => !command.startsWith("migrate-incoming") && command !== "migrate")
    .flatMap((command) => qemuVersions.map((version) => ({ command, version, draft: false }))),
]

type AnyCodec = t.Type<object | string, unknown, unknown>

const codecs = {
  migrate: migrateCodec,
  "migrate-incoming": migrateIncomingCodec,
  "migrate-recover": migrateRecoverCodec,
  incoming: incomingCodec,
  client_migrate_info: clientMigrateInfoCodec,
  "nbd-server-start": nbdServerStartCodec,
  "nbd-server-add": nbdServerAddCodec,
  "block-export-add": blockExportAddCodec,
  getfd: getfdCodec,
  "add-fd": addFdCodec,
  "migrate-set-parameters": migrateSetParametersCodec,
  "migrate-set-capabilities": migrateSetCapabilitiesCodec,
  "dump-guest-memory": dumpGuestMemoryCodec,
} as const satisfies Readonly<Record<Command, (options: CodecOptions) => unknown>>

/** The codec of a command. */
export const codecOf = (command: Command, options: CodecOptions = {}): AnyCodec =>
  codecs[command](options) as unknown as AnyCodec

/** A context for the name of a test. */
export const shown = ({ command, version, draft }: Required<CommandOptions>): string =>
  `${command} of ${version}${draft ? " with the draft" : ""}`

/** JSON in which a bigint is an integer. */
export const written = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `@bigint ${part}@` : part)).replace(
    /"@bigint (\d+)@"/g,
    "$1",
  )
