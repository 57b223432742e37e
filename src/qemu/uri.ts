import * as E from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import { byteLength } from "../data/json.js"
import { placed } from "../data/locate.js"
import type { Issue } from "../data/refinement.js"
import { exact, type Read } from "../data/strict.js"
import { isDecimal } from "../net/decimal.js"
import { isIpv6 } from "../net/host.js"
import type { Checked } from "../violation/codec.js"
import type { Measure, Rule } from "../violation/violation.js"
import { type InetSocketAddress, type MigrationAddress, migrationAddress } from "./addresses.js"
import { type CommandOptions, type Context, contextOf, isSince, perContext } from "./context.js"
import { checks } from "./rules.js"
import { sizeOf } from "./size.js"
import { text } from "./text.js"

/** What `exec:` runs its command with. */
const shell = ["/bin/sh", "-c"] as const

const offsetOption = ",offset="
const maxHost = 64

type Parts = E.Either<NonEmptyArray<Issue>, object>

const fault = (rule: Rule, key?: string, actual?: Measure, expected?: Measure): E.Left<NonEmptyArray<Issue>> => ({
  _tag: "Left",
  left: [{ rule, keys: key === undefined ? [] : [key], actual, expected }],
})

const flags = ["ipv4", "ipv6", "keep-alive", "mptcp"] as const

const flagValues: ReadonlyMap<string | undefined, boolean> = new Map([
  [undefined, true],
  ["on", true],
  ["off", false],
])

/** The options behind a port, `,to=4447,ipv4=off`. QEMU's own reader is inet_parse of util/qemu-sockets.c. */
const optionsOf = (written: string): Parts => {
  const options = new Map<string, number | boolean>()
  for (const option of written.split(",").slice(1)) {
    const equals = option.indexOf("=")
    const name = equals < 0 ? option : option.slice(0, equals)
    const value = equals < 0 ? undefined : option.slice(equals + 1)
    const flag = flags.find((known) => known === name)
    if (flag === undefined && name !== "to") return fault(checks.uriOption)
    if (options.has(name)) return fault(checks.uriOptionTwice, name)
    const read = flag === undefined ? numberOf(value) : flagValues.get(value)
    if (read === undefined) return fault(checks.uriOptionValue, name)
    options.set(name, read)
  }
  return E.right(Object.fromEntries(options))
}

/** Of at most nine digits: any more, and QEMU's own conversion is undefined. */
const numberOf = (value: string | undefined): number | undefined =>
  value !== undefined && isDecimal(value) && value.length <= 9 ? Number(value) : undefined

const inetParts = (kind: object, rest: string): Parts => {
  if (rest.startsWith("//")) return fault(checks.uriAuthority)
  const inBrackets = /^\[([^\]]*)\]:([^,]*)(.*)$/su.exec(rest)
  const [, host, port = "", options = ""] = inBrackets ?? /^([^:[]*):([^,]*)(.*)$/su.exec(rest) ?? []
  if (host === undefined || port === "" || (inBrackets !== null && host === "")) return fault(checks.uriSyntax)
  if (port.includes(":") || (inBrackets !== null && !isIpv6(host))) return fault(checks.uriBrackets, "host")
  if (host.length > maxHost) return fault(checks.uriHostLength, "host", host.length, maxHost)
  if (options === "") return E.right({ ...kind, host, port })
  const read = optionsOf(options)
  return E.isLeft(read) ? read : E.right({ ...kind, host, port, ...read.right })
}

const vsockParts = (rest: string): Parts => {
  const colon = rest.indexOf(":")
  if (colon < 0) return fault(checks.uriSyntax)
  return E.right({ transport: "socket", type: "vsock", cid: rest.slice(0, colon), port: rest.slice(colon + 1) })
}

const fileParts = (rest: string): Parts => {
  const option = rest.indexOf(offsetOption)
  if (option < 0) return E.right({ transport: "file", filename: rest, offset: 0 })
  const offset = sizeOf(rest.slice(option + offsetOption.length))
  if (offset === undefined) return fault(checks.uriOffset, "offset")
  return E.right({ transport: "file", filename: rest.slice(0, option), offset })
}

const execParts = (command: string): Parts =>
  command === "" ? fault(checks.commandEmpty) : E.right({ transport: "exec", args: [...shell, command] })

/** What stands behind each scheme (migrate_uri_parse of migration/migration.c). */
const schemes: ReadonlyMap<string, (rest: string) => Parts> = new Map([
  ["tcp", (rest) => inetParts({ transport: "socket", type: "inet" }, rest)],
  ["unix", (path) => E.right({ transport: "socket", type: "unix", path })],
  ["vsock", vsockParts],
  ["fd", (str) => E.right({ transport: "socket", type: "fd", str })],
  ["exec", execParts],
  ["rdma", (rest) => inetParts({ transport: "rdma" }, rest)],
  ["file", fileParts],
])

const readText = exact(text)

const addressReader = perContext(({ command }) => exact(migrationAddress(command)))

const partsOf = (uri: string, { version }: Context): Parts => {
  const colon = uri.indexOf(":")
  const scheme = uri.slice(0, Math.max(colon, 0))
  const parts = scheme === "file" && !isSince(version, "8.2") ? undefined : schemes.get(scheme)
  return parts === undefined ? fault(checks.uriScheme) : parts(uri.slice(colon + 1))
}

/** Reads a legacy URI as the address that it stands for, with every rule of addresses. */
export const uriReader = perContext((context): ((uri: unknown) => Read<MigrationAddress>) => {
  const readAddress = addressReader(context)
  return (uri) => {
    const written = readText(uri)
    if (E.isLeft(written)) return written
    const parts = partsOf(written.right, context)
    return E.isLeft(parts) ? parts : readAddress(parts.right)
  }
})

/** Which command and which QEMU a URI is for; `migrate` and 10.0 by default. */
export type UriOptions = Omit<CommandOptions, "draft">

/**
 * Reads a legacy URI, `tcp:HOST:PORT[,OPTIONS]`, `unix:PATH`, `vsock:CID:PORT`, `fd:NAME`, `exec:COMMAND`,
 * `rdma:HOST:PORT` or `file:PATH[,offset=BYTES]`, as the address that QEMU makes of it.
 *
 * What QEMU would wrap, cut off or ignore is a violation. `exec:COMMAND` becomes the argv
 * `["/bin/sh", "-c", COMMAND]`: a shell reads the command.
 *
 * @returns the address, or what is wrong with it; offsets and lengths are bytes of the URI
 * @example
 * parseMigrateUri("tcp:[fd00::9]:49152")
 * // E.right({ transport: "socket", type: "inet", host: "fd00::9", port: "49152" })
 * @see migrate_uri_parse in migration/migration.c, inet_parse in util/qemu-sockets.c of QEMU 10.0
 * @since 0.2.0
 */
export const parseMigrateUri = (uri: string, options: UriOptions = {}): Checked<MigrationAddress> =>
  placed(uriReader(contextOf(options))(uri), () => ({
    offset: 0,
    length: typeof uri === "string" ? byteLength(uri) : 0,
  }))

const inetText = ({ host, port, ...options }: InetSocketAddress): string => {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  const to = options.to === undefined ? "" : `,to=${options.to}`
  const flag = (name: (typeof flags)[number]) =>
    options[name] === undefined ? "" : `,${name}=${options[name] ? "on" : "off"}`
  return `${address}${to}${flags.map(flag).join("")}`
}

const fileText = (filename: string, offset: number | bigint): string =>
  `file:${filename}${Number(offset) === 0 ? "" : `${offsetOption}${offset}`}`

/** The text of an address; it says the address only if it is read back as the same. */
const textOf = (address: MigrationAddress): string => {
  switch (address.transport) {
    case "exec":
      return `exec:${address.args[2]}`
    case "rdma":
      return `rdma:${inetText(address)}`
    case "file":
      return fileText(address.filename, address.offset)
  }
  switch (address.type) {
    case "inet":
      return `tcp:${inetText(address)}`
    case "unix":
      return `unix:${address.path}`
    case "vsock":
      return `vsock:${address.cid}:${address.port}`
    case "fd":
      return `fd:${address.str}`
  }
}

const memberText = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value) : String(value))

/** Two addresses are the same if each member of one is a member of the other. */
const isSame = (one: MigrationAddress, other: MigrationAddress): boolean => {
  const others = new Map(Object.entries(other))
  const members = Object.entries(one)
  return (
    members.length === others.size &&
    members.every(([name, value]) => others.has(name) && memberText(value) === memberText(others.get(name)))
  )
}

/**
 * Writes an address as the legacy URI that is read back as the same one. Not all of them have one: an abstract
 * socket, `numeric`, a host of more than 64 bytes, a file name with `,offset=` in it and an argv that is no command of
 * `/bin/sh -c` can be said in `channels` only.
 *
 * @returns the URI, or what is wrong with the address
 * @example
 * formatMigrateUri({ transport: "file", filename: "/var/tmp/vm.state", offset: 4096 })
 * // E.right("file:/var/tmp/vm.state,offset=4096")
 * @since 0.2.0
 */
export const formatMigrateUri = (address: MigrationAddress, options: UriOptions = {}): Checked<string> => {
  const context = contextOf(options)
  const checked = placed(addressReader(context)(address))
  if (E.isLeft(checked)) return checked
  const uri = textOf(checked.right)
  const again = uriReader(context)(uri)
  if (E.isRight(again) && isSame(checked.right, again.right)) return E.right(uri)
  return placed(fault(checks.uriInexpressible))
}
