import * as E from "fp-ts/lib/Either.js"
import { byteLength } from "../data/json.js"
import { placed } from "../data/locate.js"
import { exact, type StrictRead } from "../data/strict.js"
import { isIpv6 } from "../net/host.js"
import type { Checked } from "../violation/checked.js"
import { type InetSocketAddress, type MigrationAddress, migrationAddress } from "./addresses.js"
import { type CommandOptions, type Context, contextOf, perContext } from "./context.js"
import { cutAtCommas, inetOptionsOf, optionNames } from "./inet-options.js"
import { type Parts, wrong } from "./parts.js"
import { qemuRules } from "./rules.js"
import { parseSize } from "./size.js"
import { text } from "./text.js"
import { behaviour, isIn, type QemuVersion } from "./versions.js"

/** What `exec:` runs its command with. */
const shell = ["/bin/sh", "-c"] as const

const offsetOption = ",offset="
const maxHost = 64

/** A host and a port; of IPv6 the host stands in brackets. */
const hostAndPort = /^(?:\[(?<bracketed>.*?)\]|(?<plain>[^:[]*)):(?<port>.*)$/su

/** Whether an address is itself read as an option, `addr=...` or one that there is not. */
const isOption = (first: string, version: QemuVersion): boolean =>
  first.startsWith("addr=") || (first.includes("=") && isIn(version, behaviour.inetQemuOpts))

const inetParts = (kind: object, rest: string, version: QemuVersion): Parts => {
  if (rest.startsWith("//")) return wrong(qemuRules.uriAuthority)
  const [first = "", ...options] = cutAtCommas(rest, version)
  if (isOption(first, version))
    return wrong(first.startsWith("addr=") ? qemuRules.uriSecondAddress : qemuRules.uriOption)
  if (options.some((option) => option.startsWith("addr="))) return wrong(qemuRules.uriSecondAddress, "addr")
  const { bracketed, plain, port = "" } = hostAndPort.exec(first)?.groups ?? {}
  const host = bracketed ?? plain
  if (host === undefined || port === "" || bracketed === "") return wrong(qemuRules.uriSyntax)
  if (port.includes(":") || (bracketed !== undefined && !isIpv6(bracketed))) return wrong(qemuRules.uriBrackets, "host")
  if (host.length > maxHost && isIn(version, behaviour.shortUriHosts))
    return wrong(qemuRules.uriHostLength, "host", host.length, maxHost)
  if (options.length === 0) return E.right({ ...kind, host, port })
  return E.map((read: object) => ({ ...kind, host, port, ...read }))(inetOptionsOf(options, version))
}

const vsockParts = (rest: string): Parts => {
  const colon = rest.indexOf(":")
  if (colon < 0) return wrong(qemuRules.uriSyntax)
  return E.right({ transport: "socket", type: "vsock", cid: rest.slice(0, colon), port: rest.slice(colon + 1) })
}

const fileParts = (rest: string): Parts => {
  const option = rest.indexOf(offsetOption)
  if (option < 0) return E.right({ transport: "file", filename: rest, offset: 0 })
  const offset = parseSize(rest.slice(option + offsetOption.length))
  if (offset === undefined) return wrong(qemuRules.uriOffset, "offset")
  return E.right({ transport: "file", filename: rest.slice(0, option), offset })
}

const execParts = (command: string): Parts =>
  command === "" ? wrong(qemuRules.commandEmpty) : E.right({ transport: "exec", args: [...shell, command] })

/** What stands behind each scheme (migrate_uri_parse of migration/channel.c). */
const schemes: ReadonlyMap<string, (rest: string, version: QemuVersion) => Parts> = new Map([
  ["tcp", (rest, version) => inetParts({ transport: "socket", type: "inet" }, rest, version)],
  ["unix", (path) => E.right({ transport: "socket", type: "unix", path })],
  ["vsock", vsockParts],
  ["fd", (str) => E.right({ transport: "socket", type: "fd", str })],
  ["exec", execParts],
  ["rdma", (rest, version) => inetParts({ transport: "rdma" }, rest, version)],
  ["file", fileParts],
])

/** What somebody meant who wrote a scheme otherwise: RDMA went by x-rdma: before QEMU 2.0. */
const meant: ReadonlyMap<string, string> = new Map([
  ["x-rdma", "rdma"],
  ...[...schemes.keys()].map((scheme) => [scheme, scheme] as const),
])

const readText = exact(text)

const addressReader = perContext((context) => exact(migrationAddress(context)))

const partsOf = (uri: string, { version }: Context): Parts => {
  const colon = uri.indexOf(":")
  const scheme = uri.slice(0, Math.max(colon, 0))
  const isKnown = (name: string | undefined) => name !== "file" || isIn(version, behaviour.fileUri)
  const parts = isKnown(scheme) ? schemes.get(scheme) : undefined
  const intended = meant.get(scheme.toLowerCase())
  if (parts === undefined)
    return wrong(qemuRules.uriScheme, undefined, undefined, isKnown(intended) ? intended && `${intended}:` : undefined)
  return parts(uri.slice(colon + 1), version)
}

/** Reads a legacy URI as the address that it stands for, with every rule of addresses. */
export const uriReader = perContext((context): ((uri: unknown) => StrictRead<MigrationAddress>) => {
  const readAddress = addressReader(context)
  return (uri) => {
    const written = readText(uri)
    if (E.isLeft(written)) return written
    const parts = partsOf(written.right, context)
    return E.isLeft(parts) ? parts : readAddress(parts.right)
  }
})

/** Which command and which QEMU a URI is for; `migrate` and 11.1 by default. */
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
 * @see migrate_uri_parse in migration/channel.c, inet_parse in util/qemu-sockets.c of QEMU 11.1
 * @since 0.2.0
 */
export const parseMigrateUri = (uri: string, options: UriOptions = {}): Checked<MigrationAddress> =>
  placed(uriReader(contextOf(options))(uri), () => ({
    offset: 0,
    length: typeof uri === "string" ? byteLength(uri) : 0,
  }))

const optionText = (name: string, value: boolean | number | string): string =>
  `,${name}=${typeof value === "boolean" ? (value ? "on" : "off") : value}`

const inetText = (address: InetSocketAddress): string => {
  const { host, port } = address
  const options = optionNames.map((name) => {
    const value = address[name]
    return value === undefined ? "" : optionText(name, value)
  })
  return `${host.includes(":") ? `[${host}]` : host}:${port}${options.join("")}`
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
 * socket, a file name with `,offset=` in it and an argv that is no command of
 * `/bin/sh -c` can be said in `channels` only; before QEMU 10.1 neither have `numeric` and a host of more than 64 bytes.
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
  return placed(wrong(qemuRules.uriInexpressible))
}
