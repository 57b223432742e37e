import * as fc from "fast-check"
import type { InetSocketAddress, MigrationAddress, SocketAddress } from "../../qemu/addresses.js"
import { type Command, descriptorsOf } from "../../qemu/commands.js"
import { type CommandOptions, type Context, contextOf } from "../../qemu/context.js"
import { behaviour, isIn, isKnown, members, type QemuVersion } from "../../qemu/versions.js"
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

/** A value that may not be there. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
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
const familiesFor = ({ family }: Host, command: Command): readonly Families[] => {
  if (family === "ipv6") return forIpv6
  return family === "ipv4" && command !== "migrate" ? forIpv4 : forNames
}

/** Wishes for the options of a TCP address, of which those are granted that its host and its port allow. */
interface Wishes {
  readonly families: number
  readonly numeric: boolean | undefined
  /** The ports to try behind the first one. */
  readonly more: number | undefined
  readonly "keep-alive": boolean | undefined
  readonly "keep-alive-count": number | undefined
  readonly "keep-alive-idle": number | undefined
  readonly "keep-alive-interval": number | undefined
  readonly mptcp: boolean | undefined
}

const wishes: fc.Arbitrary<Wishes> = fc.record({
  families: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 7 }) }),
  numeric: maybe(fc.boolean()),
  more: maybe(fc.nat({ max: 0xffff })),
  "keep-alive": maybe(fc.boolean()),
  "keep-alive-count": maybe(fc.nat({ max: 127 })),
  "keep-alive-idle": maybe(fc.nat({ max: 32_767 })),
  "keep-alive-interval": maybe(fc.nat({ max: 32_767 })),
  mptcp: maybe(fc.boolean()),
})

/** What the wishes for keeping a connection alive come to. */
const keptAlive = (wished: Wishes, listens: boolean, version: QemuVersion) => {
  const isOn = wished["keep-alive"] === true && (!listens || isIn(version, behaviour.keepAliveOnListeners))
  const timing = (name: "keep-alive-count" | "keep-alive-idle" | "keep-alive-interval") =>
    isOn && isKnown(version, members.InetSocketAddress, name) ? wished[name] : undefined
  return {
    "keep-alive": isOn ? true : wished["keep-alive"] === true ? undefined : wished["keep-alive"],
    "keep-alive-count": timing("keep-alive-count"),
    "keep-alive-idle": timing("keep-alive-idle"),
    "keep-alive-interval": timing("keep-alive-interval"),
  }
}

const inetOf = (host: Host, port: Port, wished: Wishes, { command, version }: Context): InetSocketAddress => {
  const listens = command !== "migrate"
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
    ...keptAlive(wished, listens, version),
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
const hostsOf = (command: Command, { name, nameWithDot }: NameLimits): fc.Arbitrary<Host> => {
  const plain = hosts(name, nameWithDot)
  if (command === "migrate") return plain
  return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: fc.constant({ text: "" }) })
}

const leastPort = (command: Command): number => (command === "migrate" ? 1 : 0)

/** Addresses of TCP. */
export const inetAddresses = (context: Context, limits = resolvers): fc.Arbitrary<InetSocketAddress> =>
  fc
    .tuple(hostsOf(context.command, limits), ports(leastPort(context.command)), wishes)
    .map(([host, port, wished]) => inetOf(host, port, wished, context))

/** Addresses of RDMA, which have no options and whose names are looked up by both commands. */
export const rdmaAddresses = (command: Command, limits = resolvers): fc.Arbitrary<InetSocketAddress> =>
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
export const vsockNumbers = (command: Command): fc.Arbitrary<string> =>
  fc.nat({ max: command === "migrate" ? 0xffff_fffe : 0xffff_ffff }).map(String)

/** Names that getfd gives. */
export const fdNames: fc.Arbitrary<string> = nonEmptyTextUpTo(300).map((name) => name.replace(/^[0-9]/, "a"))

export const programs = fc.oneof(
  fc.constantFrom("/bin/sh", "/usr/bin/nc", "/bin/true"),
  pathUpTo(4094).map((path) => (path.startsWith("/") ? path : `/${path}`)),
)

/** Programs with their arguments. */
export const commandLines = fc
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

/** Descriptors as a command knows them. The numbers need a policy that allows them. */
export const descriptors = (command: Command): fc.Arbitrary<string> =>
  fc.oneof(
    ...descriptorsOf(command).map((kind) =>
      kind === "name" ? fdNames : fc.integer({ min: 3, max: 0x7fff_ffff }).map(String),
    ),
  )

/** Sockets' addresses by their types. */
export const socketsOf = (context: Context): readonly fc.Arbitrary<SocketAddress>[] => [
  inetAddresses(context).map((address) => ({ type: "inet" as const, ...address })),
  unixAddresses.map((address) => ({ type: "unix" as const, ...address })),
  fc.record(
    {
      type: fc.constant("vsock" as const),
      cid: vsockNumbers(context.command),
      port: vsockNumbers(context.command),
    },
    plain,
  ),
  fc.record({ type: fc.constant("fd" as const), str: descriptors(context.command) }, plain),
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
  const context = contextOf(options)
  const { command } = context
  return fc.oneof(
    ...socketsOf(context).map((address) => address.map(socket)),
    rdmaAddresses(command).map((address) => ({ transport: "rdma" as const, ...address })),
    fc.record({ transport: fc.constant("exec" as const), args: commandLines }, plain),
    fc.record({ transport: fc.constant("file" as const), filename: fileNames, offset: offsets }, plain),
  )
}
