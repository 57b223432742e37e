import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { Either } from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import type * as t from "io-ts"
import { describe, expectTypeOf, test } from "vitest"
import type { Violation as LibraryViolation } from "../../src/index.js"
import {
  type ArgumentsOf,
  type Checked,
  type ClientMigrateInfoArguments,
  type Command,
  type CommandOptions,
  checkPolicy,
  clientMigrateInfoCodec,
  type commands,
  defaultJsonLimits,
  defaultPolicy,
  formatMigrateUri,
  type GetfdArguments,
  type InetSocketAddress,
  type JsonLimits,
  type MigrateArguments,
  type MigrateCommand,
  type MigrateIncomingArguments,
  type MigrationAddress,
  type MigrationChannel,
  migrateCodec,
  migrateIncomingCodec,
  migrationAddressCodec,
  migrationChannelCodec,
  type Note,
  notesOf,
  type Policy,
  parseArguments,
  parseMigrateArguments,
  parseMigrateUri,
  policyCodec,
  type QemuVersion,
  qemuVersions,
  type SocketAddress,
  socketAddressCodec,
  type Transport,
  type Violation,
  type ViolationCode,
} from "../../src/qemu/index.js"

describe("the public types of migration-guard/qemu", () => {
  test("parsing gives the arguments of the command, or violations", () => {
    expectTypeOf(parseMigrateArguments("{}")).toEqualTypeOf<Either<NonEmptyArray<Violation>, MigrateArguments>>()
    expectTypeOf(parseMigrateArguments("{}", { command: "migrate" })).toEqualTypeOf<Checked<MigrateArguments>>()
    expectTypeOf(parseMigrateArguments("{}", { command: "migrate-incoming" })).toEqualTypeOf<
      Checked<MigrateIncomingArguments>
    >()
    expectTypeOf(parseMigrateArguments).parameter(0).toBeUnknown()
    expectTypeOf(parseArguments<MigrateCommand>).returns.toEqualTypeOf<
      Checked<MigrateArguments | MigrateIncomingArguments>
    >()
    expectTypeOf(parseArguments("{}", { command: "getfd" })).toEqualTypeOf<Checked<GetfdArguments>>()
    expectTypeOf(parseArguments("", { command: "incoming" })).toEqualTypeOf<Checked<string>>()
    // @ts-expect-error no such command
    parseMigrateArguments("{}", { command: "migrate-pause" })
    // @ts-expect-error no such version
    parseMigrateArguments("{}", { version: "9.0" })
    // @ts-expect-error a part of the limits
    parseMigrateArguments("{}", { limits: { maxBytes: 5 } })
  })

  test("the arguments are by command", () => {
    expectTypeOf<keyof ArgumentsOf>().toEqualTypeOf<Command>()
    expectTypeOf<Command>().toEqualTypeOf<(typeof commands)[number]>()
    expectTypeOf<MigrateCommand>().toEqualTypeOf<"migrate" | "migrate-incoming">()
    expectTypeOf<ArgumentsOf["migrate-incoming"]>().toEqualTypeOf<MigrateIncomingArguments>()
    expectTypeOf<keyof MigrateArguments>().toEqualTypeOf<"uri" | "channels" | "detach" | "resume" | "blk" | "inc">()
    expectTypeOf<keyof MigrateIncomingArguments>().toEqualTypeOf<"uri" | "channels" | "exit-on-error">()
  })

  test("codecs are io-ts types and Standard Schemas", () => {
    expectTypeOf(migrateCodec()).toExtend<t.Type<MigrateArguments, MigrateArguments, unknown>>()
    expectTypeOf(migrateIncomingCodec({ version: "7.2", draft: true })).toExtend<
      t.Type<MigrateIncomingArguments, MigrateIncomingArguments, unknown>
    >()
    expectTypeOf(migrationChannelCodec()).toExtend<StandardSchemaV1<unknown, MigrationChannel>>()
    expectTypeOf(migrationAddressCodec({ command: "migrate" })).toExtend<StandardSchemaV1<unknown, MigrationAddress>>()
    expectTypeOf(policyCodec).toExtend<StandardSchemaV1<unknown, Policy>>()
    const socket = socketAddressCodec()
    expectTypeOf<t.TypeOf<typeof socket>>().toEqualTypeOf<SocketAddress>()
    expectTypeOf<t.OutputOf<typeof socket>>().toEqualTypeOf<SocketAddress>()
    expectTypeOf<StandardSchemaV1.InferOutput<typeof socket>>().toEqualTypeOf<SocketAddress>()
    expectTypeOf<CommandOptions["command"]>().toEqualTypeOf<Command | undefined>()
    expectTypeOf(clientMigrateInfoCodec({ policy: { spice: { hosts: ["10.0.0.0/8"] } } })).toExtend<
      t.Type<ClientMigrateInfoArguments, ClientMigrateInfoArguments, unknown>
    >()
    // @ts-expect-error the command is said by the codec's name
    migrateCodec({ command: "migrate" })
  })

  test("addresses are told apart by transport and type, as QEMU has them", () => {
    expectTypeOf<MigrationAddress["transport"]>().toEqualTypeOf<"socket" | "exec" | "rdma" | "file">()
    expectTypeOf<SocketAddress["type"]>().toEqualTypeOf<"inet" | "unix" | "vsock" | "fd">()
    expectTypeOf<Extract<MigrationAddress, { transport: "file" }>["offset"]>().toEqualTypeOf<number | bigint>()
    expectTypeOf<Extract<MigrationAddress, { transport: "exec" }>["args"]>().toEqualTypeOf<readonly string[]>()
    expectTypeOf<keyof InetSocketAddress>().toEqualTypeOf<
      | "host"
      | "port"
      | "numeric"
      | "to"
      | "ipv4"
      | "ipv6"
      | "keep-alive"
      | "keep-alive-count"
      | "keep-alive-idle"
      | "keep-alive-interval"
      | "mptcp"
    >()
    expectTypeOf<InetSocketAddress["port"]>().toBeString()
    expectTypeOf<Extract<SocketAddress, { type: "unix" }>>().toHaveProperty("path")
    const address = {} as MigrationAddress
    if (address.transport === "socket" && address.type === "vsock") expectTypeOf(address.cid).toBeString()
    // @ts-expect-error not all addresses have a host
    address.host
  })

  test("channels are told apart by their type", () => {
    expectTypeOf<MigrationChannel["channel-type"]>().toEqualTypeOf<"main" | "cpr" | "data" | "post-copy">()
    expectTypeOf<Extract<MigrationChannel, { "channel-type": "data" }>["multifd-count"]>().toBeNumber()
    expectTypeOf<Extract<MigrationChannel, { "channel-type": "main" }>>().toEqualTypeOf<never>()
    expectTypeOf<MigrationChannel["addr"]>().toEqualTypeOf<MigrationAddress>()
  })

  test("uris are read as addresses and written from them", () => {
    expectTypeOf(parseMigrateUri).parameter(0).toBeString()
    expectTypeOf(parseMigrateUri("")).toEqualTypeOf<Checked<MigrationAddress>>()
    expectTypeOf(formatMigrateUri).parameter(0).toEqualTypeOf<MigrationAddress>()
    expectTypeOf(formatMigrateUri).returns.toEqualTypeOf<Checked<string>>()
    // @ts-expect-error a draft has no uris of its own
    parseMigrateUri("", { draft: true })
  })

  test("a policy gives back the arguments that it was given", () => {
    const checked = { uri: "tcp:10.0.0.9:1", resume: true } as const
    expectTypeOf(checkPolicy({}, checked)).toEqualTypeOf<Checked<typeof checked>>()
    expectTypeOf(defaultPolicy).toEqualTypeOf<Policy>()
    expectTypeOf<NonNullable<Policy["transports"]>[number]>().toEqualTypeOf<Transport>()
    expectTypeOf<keyof Policy>().toEqualTypeOf<"transports" | "spice" | Transport>()
    // @ts-expect-error exec is a table of programs
    checkPolicy({ exec: true }, checked)
    // @ts-expect-error arguments have no such member
    checkPolicy({}, { detatch: true })
  })

  test("notes, limits and versions are plain data that nobody writes to", () => {
    expectTypeOf(notesOf).returns.toEqualTypeOf<readonly Note[]>()
    expectTypeOf<Note>().toEqualTypeOf<{ readonly path: string; readonly message: string }>()
    expectTypeOf(defaultJsonLimits).toEqualTypeOf<JsonLimits>()
    expectTypeOf(qemuVersions).toEqualTypeOf<readonly ["7.2", "8.2", "9.1", "10.0", "10.1", "10.2", "11.0", "11.1"]>()
    expectTypeOf<QemuVersion>().toEqualTypeOf<(typeof qemuVersions)[number]>()
    expectTypeOf<Violation["code"]>().toEqualTypeOf<ViolationCode>()
    expectTypeOf<Violation>().toEqualTypeOf<LibraryViolation>()
    // @ts-expect-error arguments are read-only
    ;(({}) as MigrateArguments).uri = ""
  })
})
