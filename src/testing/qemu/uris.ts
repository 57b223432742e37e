import * as fc from "fast-check"
import type { InetSocketAddress, MigrationAddress } from "../../qemu/addresses.js"
import type { Command } from "../../qemu/commands.js"
import { type Context, contextOf } from "../../qemu/context.js"
import type { UriOptions } from "../../qemu/uri.js"
import { behaviour, isIn } from "../../qemu/versions.js"
import {
  descriptors,
  fileNames,
  inetAddresses,
  type NameLimits,
  offsets,
  rdmaAddresses,
  socketPaths,
  vsockNumbers,
} from "./addresses.js"
import { nonEmptyTextUpTo } from "./characters.js"

/**
 * A legacy URI and the address that it stands for.
 *
 * @since 0.3.0
 */
export interface WrittenAddress {
  readonly uri: string
  readonly address: MigrationAddress
}

const short = { name: 64, nameWithDot: 64 }

/** How options are written: in which order, and those that are on by their names alone. */
interface Style {
  readonly isReversed: boolean
  readonly isBare: boolean
}

const style: fc.Arbitrary<Style> = fc.record({ isReversed: fc.boolean(), isBare: fc.boolean() })

const optionText = (name: string, value: boolean | number, isBare: boolean): string => {
  if (typeof value === "number") return `,${name}=${value}`
  return value && isBare ? `,${name}` : `,${name}=${value ? "on" : "off"}`
}

const inetText = ({ host, port, ...options }: InetSocketAddress, { isReversed, isBare }: Style): string => {
  const written = Object.entries(options).map(([name, value]) => optionText(name, value, isBare))
  return `${host.includes(":") ? `[${host}]` : host}:${port}${(isReversed ? written.reverse() : written).join("")}`
}

/** Before QEMU 10.1 no option says numeric. */
const sayable =
  ({ version }: Context) =>
  ({ numeric, ...address }: InetSocketAddress): InetSocketAddress =>
    numeric === undefined || !isIn(version, behaviour.inetQemuOpts) ? address : { ...address, numeric }

const limitsFor = ({ version }: Context): NameLimits | undefined =>
  isIn(version, behaviour.shortUriHosts) ? short : undefined

const tcp = (context: Context): fc.Arbitrary<WrittenAddress> =>
  fc.tuple(inetAddresses(context, limitsFor(context)).map(sayable(context)), style).map(([address, how]) => ({
    uri: `tcp:${inetText(address, how)}`,
    address: { transport: "socket", type: "inet", ...address },
  }))

const rdma = (context: Context): fc.Arbitrary<WrittenAddress> =>
  fc.tuple(rdmaAddresses(context.command, limitsFor(context)), style).map(([address, how]) => ({
    uri: `rdma:${inetText(address, how)}`,
    address: { transport: "rdma", ...address },
  }))

const unix: fc.Arbitrary<WrittenAddress> = socketPaths.map((path) => ({
  uri: `unix:${path}`,
  address: { transport: "socket", type: "unix", path },
}))

const vsock = (command: Command): fc.Arbitrary<WrittenAddress> =>
  fc.tuple(vsockNumbers(command), vsockNumbers(command)).map(([cid, port]) => ({
    uri: `vsock:${cid}:${port}`,
    address: { transport: "socket", type: "vsock", cid, port },
  }))

const fd = (command: Command): fc.Arbitrary<WrittenAddress> =>
  descriptors(command).map((str) => ({ uri: `fd:${str}`, address: { transport: "socket", type: "fd", str } }))

const exec: fc.Arbitrary<WrittenAddress> = nonEmptyTextUpTo(5000).map((command) => ({
  uri: `exec:${command}`,
  address: { transport: "exec", args: ["/bin/sh", "-c", command] },
}))

/** A size as it can be written: decimal, hexadecimal, in the largest unit that divides it, and in halves of the next one. */
const sizeTexts = (offset: number | bigint): readonly string[] => {
  const size = BigInt(offset)
  const units = [..."KMGTPE"].map((suffix, index) => ({ suffix, unit: 1024n ** BigInt(index + 1) }))
  const whole = units.filter(({ unit }) => size % unit === 0n).at(-1)
  const half = units.filter(({ unit }) => size % unit === unit / 2n).at(-1)
  return [
    String(size),
    `${size}B`,
    `0x${size.toString(16)}`,
    `0X${size.toString(16).toUpperCase()}`,
    ...(whole === undefined
      ? []
      : [`${size / whole.unit}${whole.suffix}`, `${size / whole.unit}.0${whole.suffix.toLowerCase()}`]),
    ...(half === undefined ? [] : [`${size / half.unit}.5${half.suffix}`]),
  ]
}

const file: fc.Arbitrary<WrittenAddress> = fc
  .tuple(fileNames, offsets, fc.nat({ max: 6 }))
  .map(([name, offset, how]) => {
    const filename = name.replaceAll(",offset=", ",offset:")
    const texts = sizeTexts(offset)
    const isWritten = offset !== 0 || how > 0
    return {
      uri: `file:${filename}${isWritten ? `,offset=${texts[how % texts.length]}` : ""}`,
      address: { transport: "file", filename, offset },
    }
  })

/**
 * Every valid legacy URI beside the address that it stands for, which is put together apart from it: options in either
 * order, those that are on by their names alone, offsets as sizes of each form.
 *
 * @example
 * const isRead = ({ uri, address }) => parseMigrateUri(uri).right?.transport === address.transport
 * fc.check(fc.property(uriArbitraryOf(), isRead)).failed
 * // false
 * @since 0.3.0
 */
export const uriArbitraryOf = (options: UriOptions = {}): fc.Arbitrary<WrittenAddress> => {
  const context = contextOf(options)
  const { command, version } = context
  const files = isIn(version, behaviour.fileUri) ? [file] : []
  return fc.oneof(tcp(context), unix, vsock(command), fd(command), exec, rdma(context), ...files)
}
