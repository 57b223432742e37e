import * as E from "fp-ts/lib/Either.js"
import { isDecimal } from "../net/decimal.js"
import type { InetSocketAddress } from "./addresses.js"
import { type Parts, wrong } from "./parts.js"
import { qemuRules } from "./rules.js"
import { behaviour, isIn, members, type QemuVersion, spanOf, spanText } from "./versions.js"

/** What stands behind the host and the port of a URI, `,to=4447,ipv4=off`: inet_parse() of util/qemu-sockets.c. */

const flags: ReadonlySet<string> = new Set(["numeric", "ipv4", "ipv6", "keep-alive", "mptcp"])
const numbers: ReadonlySet<string> = new Set(["to", "keep-alive-count", "keep-alive-idle", "keep-alive-interval"])

/** The order in which options are written. */
export const optionNames = [
  ...["to", "numeric", "ipv4", "ipv6"],
  ...["keep-alive", "keep-alive-count", "keep-alive-idle", "keep-alive-interval", "mptcp"],
] as readonly (keyof InetSocketAddress)[]

const plainFlags = new Map([
  ["on", true],
  ["off", false],
])

/** The spellings of qapi_bool_parse() (qapi/qapi-util.c). */
export const allFlags: ReadonlyMap<string | undefined, boolean> = new Map([
  ...plainFlags,
  ...["yes", "true", "y"].map((value) => [value, true] as const),
  ...["no", "false", "n"].map((value) => [value, false] as const),
])

/** Of at most nine digits: any more would be too large for every option. */
const numberOf = (value: string | undefined): number | undefined =>
  value !== undefined && isDecimal(value) && value.length <= 9 ? Number(value) : undefined

/** Options that every version reads otherwise than they look. */
const reserved: ReadonlyMap<string, (typeof qemuRules)["uriSecondAddress" | "uriOptionId"]> = new Map([
  ["addr", qemuRules.uriSecondAddress],
  ["id", qemuRules.uriOptionId],
])

type Value = boolean | number | undefined

/** An option by its name; `no` before a flag, such as `noipv4`, turns it off where options are QemuOpts. */
const optionOf = (written: string, isQemuOpts: boolean): readonly [name: string, value: Value] => {
  const equals = written.indexOf("=")
  const [name, value] = equals < 0 ? [written, undefined] : [written.slice(0, equals), written.slice(equals + 1)]
  if (numbers.has(name)) return [name, numberOf(value)]
  if (value !== undefined) return [name, (isQemuOpts ? allFlags : plainFlags).get(value)]
  return isQemuOpts && name.startsWith("no") && flags.has(name.slice(2)) ? [name.slice(2), false] : [name, true]
}

/** Reads the options behind an address. */
export const inetOptionsOf = (written: readonly string[], version: QemuVersion): Parts => {
  const isQemuOpts = isIn(version, behaviour.inetQemuOpts)
  const options = new Map<string, boolean | number>()
  for (const text of written) {
    const [name, value] = optionOf(text, isQemuOpts)
    const mistaken = reserved.get(name)
    if (mistaken !== undefined) return wrong(mistaken, name)
    if (!flags.has(name) && !numbers.has(name)) return wrong(qemuRules.uriOption)
    const span = name === "numeric" ? behaviour.inetQemuOpts : spanOf(members.InetSocketAddress, name)
    if (span !== undefined && !isIn(version, span))
      return wrong(qemuRules.uriOptionVersion, name, undefined, spanText(span))
    if (options.has(name)) return wrong(qemuRules.uriOptionTwice, name)
    if (value === undefined) return wrong(qemuRules.uriOptionValue, name)
    options.set(name, value)
  }
  return E.right(Object.fromEntries(options))
}

/**
 * An address and its options, cut at the commas. Where options are QemuOpts, two commas are one that belongs to the
 * text; earlier, a host may have commas in it, and only a port ends at one.
 */
export const cutAtCommas = (rest: string, version: QemuVersion): readonly string[] => {
  if (isIn(version, behaviour.inetQemuOpts))
    // U+0000 is in no string that gets here.
    return rest
      .replaceAll(",,", "\0")
      .split(",")
      .map((part) => part.replaceAll("\0", ","))
  const port = rest.indexOf(":", rest.startsWith("[") ? rest.indexOf("]") : 0)
  const end = rest.indexOf(",", Math.max(port, 0))
  return port < 0 || end < 0 ? [rest] : [rest.slice(0, end), ...rest.slice(end + 1).split(",")]
}
