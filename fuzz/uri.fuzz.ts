import { isDeepStrictEqual } from "node:util"
import { byteLength } from "../src/data/json.js"
import { placed } from "../src/data/locate.js"
import type { TargetModule } from "../src/fuzz/target.js"
import type { MigrationAddress } from "../src/qemu/addresses.js"
import { migrationAddressCodec } from "../src/qemu/codecs.js"
import type { Context } from "../src/qemu/context.js"
import { argumentsReader } from "../src/qemu/parse.js"
import { formatMigrateUri, parseMigrateUri } from "../src/qemu/uri.js"
import { behaviour, isIn } from "../src/qemu/versions.js"
import { fromFuzzerBytes } from "../src/testing/bridge.js"
import { addressArbitraryOf } from "../src/testing/qemu/addresses.js"
import { uriArbitraryOf, type WrittenAddress } from "../src/testing/qemu/uris.js"
import type { Checked } from "../src/violation/checked.js"
import {
  areSayable,
  choiceSeeds,
  contextBy,
  contexts,
  dictionaryOf,
  difference,
  inProportion,
  prototypesAreIntact,
  textIn,
  uriSeeds,
  uriWords,
  utf8,
  verdictOf,
} from "./texts.js"

/**
 * URIs and addresses. The first byte of an input says for which command and QEMU, the second one whether the rest is a
 * URI as UTF-8 or as UTF-16, or steers the making of a valid address or of a valid URI.
 */

interface Setting {
  readonly isAddress: (address: unknown) => boolean
  readonly decode: (value: unknown) => Checked<unknown>
  readonly address: (bytes: Uint8Array) => MigrationAddress
  readonly written: (bytes: Uint8Array) => WrittenAddress
}

const settingOf = (context: Context): Setting => {
  const read = argumentsReader(context)
  const address = fromFuzzerBytes(addressArbitraryOf(context))
  const written = fromFuzzerBytes(uriArbitraryOf(context))
  return {
    isAddress: migrationAddressCodec(context).is,
    decode: (value): Checked<unknown> => placed(read(value)),
    address: (bytes) => address(bytes).value,
    written: (bytes) => written(bytes).value,
  }
}

const settings = new Map(contexts.map((context) => [context, settingOf(context)]))

const settingFor = (context: Context): Setting => settings.get(context) ?? settingOf(context)

/** An address that has a URI, and what is read of that. */
const isWrittenBack = (address: MigrationAddress, context: Context): void => {
  const written = formatMigrateUri(address, context)
  if (written._tag === "Left") throw difference("a URI", verdictOf(written))
  const read = parseMigrateUri(written.right, context)
  if (read._tag === "Left") throw difference("the address", verdictOf(read))
  if (!isDeepStrictEqual(read.right, address)) throw difference("the same address", "another one")
  const again = formatMigrateUri(read.right, context)
  if (!isDeepStrictEqual(again, written)) throw difference("the same URI", "another one")
}

/** How a URI says an address, but for its options: what is written is meant, and nothing else. */
const beginningOf = (address: MigrationAddress): string => {
  switch (address.transport) {
    case "exec":
      return `exec:${address.args[2]}`
    case "file":
      return `file:${address.filename}`
    case "rdma":
      return `rdma:${hostPort(address)}`
  }
  switch (address.type) {
    case "inet":
      return `tcp:${hostPort(address)}`
    case "unix":
      return `unix:${address.path}`
    case "vsock":
      return `vsock:${address.cid}:${address.port}`
    case "fd":
      return `fd:${address.str}`
  }
}

const hostPort = ({ host, port }: { readonly host: string; readonly port: string }): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

const isSaidBy = (uri: string, address: MigrationAddress): void => {
  const rest = uri.slice(beginningOf(address).length)
  const members = Object.keys(address).filter((name) => !["transport", "type", "host", "port"].includes(name))
  const isInet = address.transport === "rdma" || (address.transport === "socket" && address.type === "inet")
  const options =
    rest === ""
      ? []
      : rest
          .slice(1)
          .split(",")
          .map((option) => option.replace(/=.*/su, "").replace(/^no(?=[a-z])/, ""))
  if (!uri.startsWith(beginningOf(address))) throw difference("what is written", "something else")
  if (isInet && !isDeepStrictEqual(options.sort(), members.sort())) throw difference("the options", "others")
  if (!isInet && !/^(?:,offset=[^,]+)?$/.test(rest)) throw difference("all of the URI", "a part of it")
}

/** A text is read as an address that is one and has a URI, or said to be wrong in the same words as in arguments. */
const isReadText = (uri: string, context: Context): void => {
  const size = byteLength(uri)
  const read = inProportion(size, () => parseMigrateUri(uri, context))
  if (read._tag === "Left") {
    areSayable(read.left, size)
    if (read.left.some(({ offset, length }) => offset !== 0 || length !== size))
      throw difference("the whole URI", "a part of it")
  } else {
    if (!settingFor(context).isAddress(read.right)) throw difference("an address", "what is none")
    isSaidBy(uri, read.right)
    isWrittenBack(read.right, context)
  }
  const inside = settingFor(context).decode({ uri })
  if (verdictOf(read, "uri") !== verdictOf(inside)) throw difference(verdictOf(read, "uri"), verdictOf(inside))
}

/** Whether no URI says an address, by the documentation of formatMigrateUri. */
const isUnsayable = (address: MigrationAddress, { version }: Context): boolean => {
  const isShort = isIn(version, behaviour.shortUriHosts)
  switch (address.transport) {
    case "exec":
      return (
        address.args.length !== 3 || !`${address.args.join("\n")}`.startsWith("/bin/sh\n-c\n") || address.args[2] === ""
      )
    case "rdma":
      return isShort && address.host.length > 64
    case "file":
      return !isIn(version, behaviour.fileUri) || address.filename.includes(",offset=")
  }
  if (address.type === "inet") return isShort && (address.host.length > 64 || address.numeric !== undefined)
  return address.type === "unix" && address.abstract !== undefined
}

const isWrittenAddress = (address: MigrationAddress, context: Context): void => {
  if (!settingFor(context).isAddress(address)) throw difference("an address", "what is none")
  const written = formatMigrateUri(address, context)
  if (!isUnsayable(address, context)) isWrittenBack(address, context)
  else if (written._tag === "Right" || written.left[0].rule !== "qemu/uri-inexpressible")
    throw difference("no URI", verdictOf(written))
}

const isReadBack = ({ uri, address }: WrittenAddress, context: Context): void => {
  const read = parseMigrateUri(uri, context)
  if (read._tag === "Left") throw difference("an address", verdictOf(read))
  if (!isDeepStrictEqual(read.right, address)) throw difference("the address", "another one")
  isReadText(uri, context)
}

type Case =
  | { readonly kind: "text"; readonly uri: string }
  | { readonly kind: "address"; readonly address: MigrationAddress }
  | { readonly kind: "written"; readonly written: WrittenAddress }

const caseOf = (data: Uint8Array, context: Context): Case => {
  const rest = data.subarray(2)
  switch (Number(data[1] ?? 0) % 4) {
    case 0:
      return { kind: "text", uri: textIn(rest) }
    case 1:
      return { kind: "text", uri: Buffer.from(rest).toString("utf16le") }
    case 2:
      return { kind: "address", address: settingFor(context).address(rest) }
    default:
      return { kind: "written", written: settingFor(context).written(rest) }
  }
}

const check = (data: Uint8Array): void => {
  const context = contextBy(data[0])
  const each = caseOf(data, context)
  if (each.kind === "text") isReadText(each.uri, context)
  else if (each.kind === "address") isWrittenAddress(each.address, context)
  else isReadBack(each.written, context)
  prototypesAreIntact()
}

const textOf = (each: Case): string => {
  if (each.kind === "text") return each.uri
  if (each.kind === "written") return each.written.uri
  return JSON.stringify(each.address, (_, part) => (typeof part === "bigint" ? String(part) : part))
}

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/qemu/", "src/net/", "src/data/strict", "src/data/refinement"],
  detectors: true,
  dictionary: dictionaryOf(uriWords),
  *seeds() {
    for (const [index, uri] of uriSeeds().entries()) yield Uint8Array.of(index % contexts.length, 0, ...utf8(uri))
    yield* choiceSeeds(200)
  },
  evidenceOf: (data) => ({ kind: "text", bytes: utf8(textOf(caseOf(data, contextBy(data[0])))) }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
