import * as fc from "fast-check"
import type { InetSocketAddress, MigrationAddress, SocketAddress } from "../../qemu/addresses.js"
import { type CommandOptions, contextOf, type MigrateCommand } from "../../qemu/context.js"
import { nonEmptyTextUpTo, pathUpTo, textUpTo } from "./characters.js"
import { type Host, hosts } from "./hosts.js"
import { type Port, portNumbers, ports } from "./ports.js"

/**
 * Valid addresses, by construction: what fits what stands here once more and in other words than in the rules, so that
 * a rule that refuses too much is found.
 */

/** An object without the members that are undefined. */
export const defined = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never

/** Objects as anybody writes them: fast-check's own sometimes inherit nothing. */
export const plain = { noNullPrototype: true } as const

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })

type Families = readonly [ipv4?: boolean | undefined, ipv6?: boolean | undefined]

const forNames: readonly Families[] = [
  [],
  [true],
  [false],
  [undefined, true],
  [undefined, false],
  [true, true],
  [true, false],
  [false, true],
]
const forIpv4: readonly Families[] = [[], [true], [undefined, false], [true, true], [true, false]]
const forIpv6: readonly Families[] = [[], [false], [undefined, true], [true, true], [false, true]]

/** What ipv4 and ipv6 may say beside a host. An address of IPv4 can be connected to in either family. */
const familiesFor = ({ family }: Host, command: MigrateCommand): readonly Families[] => {
  if (family === "ipv6") return forIpv6
  return family === "ipv4" && command === "migrate-incoming" ? forIpv4 : forNames
}

/** Wishes for the options of a TCP address, of which those are granted that its host and its port allow. */
interface Wishes {
  readonly families: number
  readonly numeric: boolean | undefined
  /** The ports to try behind the first one. */
  readonly more: number | undefined
  readonly "keep-alive": boolean | undefined
  readonly mptcp: boolean | undefined
}

const wishes: fc.Arbitrary<Wishes> = fc.record({
  families: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 7 }) }),
  numeric: maybe(fc.boolean()),
  more: maybe(fc.nat({ max: 0xffff })),
  "keep-alive": maybe(fc.boolean()),
  mptcp: maybe(fc.boolean()),
})

const inetOf = (host: Host, port: Port, wished: Wishes, command: MigrateCommand): InetSocketAddress => {
  const listens = command === "migrate-incoming"
  const families = familiesFor(host, command)
  const [ipv4, ipv6] = families[wished.families % families.length] ?? []
  const isNumeric = (host.text === "" || host.family !== undefined) && port.number !== undefined
  const last = port.number === undefined || wished.more === undefined ? undefined : port.number + wished.more
  return defined({
    host: host.text,
    port: port.text,
    numeric: wished.numeric === true && !(listens && isNumeric) ? undefined : wished.numeric,
    to: listens && last !== undefined ? Math.min(last, 0xffff) : undefined,
    ipv4,
    ipv6,
    "keep-alive": listens && wished["keep-alive"] === true ? undefined : wished["keep-alive"],
    mptcp: wished.mptcp,
  })
}

/** The longest names in an address: in one of a URI both are shorter. */
export interface NameLimits {
  readonly name: number
  readonly nameWithDot: number
}

const resolvers: NameLimits = { name: 253, nameWithDot: 254 }

/** Hosts that a command connects to or listens on. */
const hostsOf = (command: MigrateCommand, { name, nameWithDot }: NameLimits): fc.Arbitrary<Host> => {
  const plain = hosts(name, nameWithDot)
  if (command === "migrate") return plain
  return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: fc.constant({ text: "" }) })
}

const leastPort = (command: MigrateCommand): number => (command === "migrate" ? 1 : 0)

/** Addresses of TCP. */
export const inetAddresses = (command: MigrateCommand, limits = resolvers): fc.Arbitrary<InetSocketAddress> =>
  fc
    .tuple(hostsOf(command, limits), ports(leastPort(command)), wishes)
    .map(([host, port, wished]) => inetOf(host, port, wished, command))

/** Addresses of RDMA, which have no options and whose names are looked up by both commands. */
export const rdmaAddresses = (command: MigrateCommand, limits = resolvers): fc.Arbitrary<InetSocketAddress> =>
  fc.record({ host: hostsOf("migrate", limits).map(({ text }) => text), port: portNumbers(leastPort(command)) }, plain)

const maxPath = 108

const behindAt = (text: string): string => text.replace(/^@/, "/")

/** Paths of sockets that are files. */
export const socketPaths: fc.Arbitrary<string> = pathUpTo(maxPath).map(behindAt)

const unixAddresses = fc.oneof(
  fc
    .record({ path: socketPaths, abstract: maybe(fc.constant(false)) })
    .map(({ path, abstract }) => defined({ path, abstract })),
  fc
    .record({ path: nonEmptyTextUpTo(maxPath - 1), tight: maybe(fc.boolean()) })
    .map(({ path, tight }) => defined({ path, abstract: true, tight })),
)

/** The numbers of vsock. The highest one is for listening. */
export const vsockNumbers = (command: MigrateCommand): fc.Arbitrary<string> =>
  fc.nat({ max: command === "migrate" ? 0xffff_fffe : 0xffff_ffff }).map(String)

/** Names that getfd gives. */
export const fdNames: fc.Arbitrary<string> = nonEmptyTextUpTo(300).map((name) => name.replace(/^[0-9]/, "a"))

const programs = fc.oneof(
  fc.constantFrom("/bin/sh", "/usr/bin/nc", "/bin/true"),
  pathUpTo(4094).map((path) => (path.startsWith("/") ? path : `/${path}`)),
)

const commandLines = fc
  .tuple(programs, fc.array(textUpTo(300), { maxLength: 4 }))
  .map(([program, others]) => [program, ...others])

export const fileNames: fc.Arbitrary<string> = pathUpTo(4095)

/** Places in a file: a bigint where a number is not exact. */
export const offsets: fc.Arbitrary<number | bigint> = fc
  .oneof(
    { weight: 2, arbitrary: fc.constant(0n) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 65_536n }) },
    { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) },
    { weight: 1, arbitrary: fc.nat({ max: 62 }).map((bits) => 1n << BigInt(bits)) },
  )
  .map((offset) => (offset <= Number.MAX_SAFE_INTEGER ? Number(offset) : offset))

/** Sockets' addresses by their types. */
const socketsOf = (command: MigrateCommand): readonly fc.Arbitrary<SocketAddress>[] => [
  inetAddresses(command).map((address) => ({ type: "inet" as const, ...address })),
  unixAddresses.map((address) => ({ type: "unix" as const, ...address })),
  fc.record({ type: fc.constant("vsock" as const), cid: vsockNumbers(command), port: vsockNumbers(command) }, plain),
  fc.record({ type: fc.constant("fd" as const), str: fdNames }, plain),
]

const socket = (address: SocketAddress): MigrationAddress => ({ transport: "socket", ...address })

/** Sockets that are files, as a cpr channel has to be, or abstract ones. */
export const unixChannels: fc.Arbitrary<MigrationAddress> = unixAddresses.map((address) =>
  socket({ type: "unix", ...address }),
)

/**
 * Every valid address of a migration: all transports and types, every option that its command, host and port allow,
 * hosts and paths up to their limits, strings of whatever characters may be in them. What fails shrinks to short
 * strings and few options.
 *
 * @example
 * const run = fc.check(fc.property(addressArbitraryOf(), (address) => migrationAddressCodec().is(address)))
 * run.failed
 * // false
 * @since 0.3.0
 */
export const addressArbitraryOf = (options: CommandOptions = {}): fc.Arbitrary<MigrationAddress> => {
  const { command } = contextOf(options)
  return fc.oneof(
    ...socketsOf(command).map((address) => address.map(socket)),
    rdmaAddresses(command).map((address) => ({ transport: "rdma" as const, ...address })),
    fc.record({ transport: fc.constant("exec" as const), args: commandLines }, plain),
    fc.record({ transport: fc.constant("file" as const), filename: fileNames, offset: offsets }, plain),
  )
}
