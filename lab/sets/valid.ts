import fc from "fast-check"
import type * as t from "io-ts"
import { isRefined } from "../../src/data/refinement.js"
import { casesOf, membersOf } from "../../src/data/reflect.js"
import { type MigrationAddress, migrationAddress } from "../../src/qemu/addresses.js"
import { migrate, migrateIncoming } from "../../src/qemu/arguments.js"
import { contextOf, type MigrateCommand } from "../../src/qemu/context.js"
import type { ArgumentsOf } from "../../src/qemu/index.js"
import { formatMigrateUri } from "../../src/qemu/index.js"

/**
 * Valid arguments that a QEMU is asked about. What there is to choose from is read off the io-ts types; only the
 * strings and numbers are written down, as no type says what a host is made of. Its samples are in the fixture, so it
 * stays as it is; `argumentsArbitraryOf` of src/testing has more, and names that no lab has an address for.
 */

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/)
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join(".")}.example`)
const host = fc.oneof(
  fc.constantFrom("localhost", "target.example", "127.0.0.1", "192.0.2.7", "::1", "2001:db8::7", "0", ""),
  name,
)
const port = fc.constantFrom("4446", "4447", "49152", "65535", "http", "qemu-mig", "0")
const folder = fc.constantFrom("/run", "/tmp", "/var/tmp", "/srv/migration")
const fileName = fc.stringMatching(/^[A-Za-z0-9äß_. -]{1,12}$/)
const path = fc.tuple(folder, fileName).map((parts) => parts.join("/"))
const vsockNumber = fc.oneof(fc.constantFrom("0", "1", "2", "4294967294", "4294967295"), fc.nat(70000).map(String))
const program = fc.constantFrom("/bin/true", "/bin/sh", "/usr/bin/socat", "/opt/relay/bin/forward")
const word = fc.constantFrom("-", "-c", "", "TCP:192.0.2.7:4446", "exec 3<>/dev/null", "größe", "a'b\"c")

/** What the strings and numbers are, by the kind of object and its member that they stand in. */
type Leaves = Readonly<Record<string, fc.Arbitrary<unknown>>>

const addressLeaves: Leaves = {
  "inet.host": host,
  "inet.port": port,
  "inet.to": fc.integer({ min: 0, max: 0xffff }),
  "rdma.host": host,
  "rdma.port": port,
  "rdma.to": fc.integer({ min: 0, max: 0xffff }),
  "unix.path": path,
  "vsock.cid": vsockNumber,
  "vsock.port": vsockNumber,
  "fd.str": fc.stringMatching(/^[a-z_][a-z0-9_-]{0,11}$/),
  "exec.args": fc.tuple(program, fc.array(word, { maxLength: 4 })).map(([first, others]) => [first, ...others]),
  "file.filename": path,
  "file.offset": fc.constantFrom(0, 1, 4096, 2 ** 32, 2n ** 53n, 2n ** 63n - 1n),
}

const literalOf = (type: t.Mixed, member: string): string | undefined => {
  const found = membersOf(objectOf(type)).find((declared) => declared.name === member)
  const literal = found?.type as t.LiteralType<string> | t.StringType | undefined
  return literal?._tag === "LiteralType" ? literal.value : undefined
}

const objectOf = (type: t.Mixed): t.Mixed => (isRefined(type) ? objectOf(type.type) : type)

/** The kind of an object: its most particular literal. */
const kindOf = (type: t.Mixed): string => literalOf(type, "type") ?? literalOf(type, "transport") ?? ""

const isDraft = (type: t.Mixed): boolean => ["data", "post-copy"].includes(literalOf(type, "channel-type") ?? "")

/** A member that need not be there mostly is not: rules hold few combinations of options for valid. */
const optional = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const objectArbitrary = (type: t.Mixed, leaves: Leaves): fc.Arbitrary<unknown> => {
  const kind = kindOf(type)
  const members = membersOf(type).map((member) => {
    const value = leaves[`${kind}.${member.name}`] ?? valueArbitrary(member.type, leaves)
    const kept = value.filter((candidate) => member.type.is(candidate))
    return [member.name, member.required ? kept : optional(kept)] as const
  })
  return fc
    .record(Object.fromEntries(members))
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)))
}

/** Values of an io-ts type that keep its rules. */
const valueArbitrary = (type: t.Mixed, leaves: Leaves): fc.Arbitrary<unknown> => {
  if (isRefined(type)) return valueArbitrary(type.type, leaves).filter((value) => type.is(value))
  const known = type as
    | t.BooleanType
    | t.LiteralType<string>
    | t.ReadonlyArrayType<t.Mixed>
    | t.UnionType<t.Mixed[]>
    | t.ExactType<t.Mixed>
  switch (known._tag) {
    case "BooleanType":
      return fc.boolean()
    case "LiteralType":
      return fc.constant(known.value)
    case "ReadonlyArrayType":
      return fc.array(valueArbitrary(known.type, leaves), { minLength: 1, maxLength: 2 })
    case "UnionType":
      return fc.oneof(
        ...casesOf(known)
          .filter((one) => !isDraft(one))
          .map((one) => valueArbitrary(one, leaves)),
      )
    case "ExactType":
      return objectArbitrary(known, leaves)
  }
}

const typeOf = (command: MigrateCommand): t.Mixed =>
  command === "migrate" ? migrate(contextOf({ command })) : migrateIncoming(contextOf({ command }))

/** The addresses that a URI can say, as URIs. */
const uris = (command: MigrateCommand): fc.Arbitrary<string> =>
  (valueArbitrary(migrationAddress(command), addressLeaves) as fc.Arbitrary<MigrationAddress>)
    .map((address) => formatMigrateUri(address, { command }))
    .filter((uri) => uri._tag === "Right")
    .map((uri) => uri.right)

/** Valid arguments of a command, for the newest QEMU. */
export const validArguments = <C extends MigrateCommand>(command: C): fc.Arbitrary<ArgumentsOf[C]> =>
  valueArbitrary(typeOf(command), { ...addressLeaves, ".uri": uris(command) }) as fc.Arbitrary<ArgumentsOf[C]>
