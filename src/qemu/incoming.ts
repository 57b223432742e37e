import * as E from "fp-ts/lib/Either.js"
import { readJson } from "../data/json.js"
import { type Issue, issue, ok, refined } from "../data/refinement.js"
import { exact, type StrictRead } from "../data/strict.js"
import type { MigrationAddress } from "./addresses.js"
import { type MigrationChannel, migrationChannel } from "./arguments.js"
import { type Context, perContext } from "./context.js"
import { allFlags } from "./inet-options.js"
import { type KeyvalValue, readKeyval } from "./keyval.js"
import { defaultJsonLimits } from "./limits.js"
import { qemuRules } from "./rules.js"
import { partHint } from "./spelling.js"
import { text } from "./text.js"
import { uriReader } from "./uri.js"
import { behaviour, isIn } from "./versions.js"

/**
 * QEMU's option `-incoming`: `defer`, a URI, or from QEMU 10.0 on a channel in JSON or as
 * `main,addr.transport=socket,...` (incoming_option_parse of system/vl.c).
 *
 * @since 0.6.0
 */
export type IncomingOption = string

/** What QEMU takes for a URI: letters and a colon. */
const looksLikeUri = /^[A-Za-z-]*:/

/** What is meant as a channel: JSON, keys with values, or a type alone. */
const looksLikeChannel = /[{,=]|^(?:main|cpr)$/

const flags: ReadonlySet<string> = new Set(["numeric", "ipv4", "ipv6", "keep-alive", "mptcp", "abstract", "tight"])
const numbers: ReadonlySet<string> = new Set([
  ...["to", "keep-alive-count", "keep-alive-idle", "keep-alive-interval", "offset"],
])

/** What qemu_strtoi64() takes with base 0 (util/cutils.c): hexadecimal behind 0x, octal behind 0, else decimal. */
const wholeNumber = /^[ \t\n\v\f\r]*\+?(?:(0[xX][0-9a-fA-F]{1,16})|0([0-7]{0,22})|([1-9][0-9]{0,19}))$/

/** A number as QEMU reads it from a value; the text itself where it reads none. A sign that takes it below 0 is none. */
const numberIn = (value: string): number | bigint | string => {
  const [, hexadecimal, octal, decimal] = wholeNumber.exec(value) ?? []
  const digits = hexadecimal ?? decimal ?? (octal === undefined ? undefined : `0o0${octal}`)
  if (digits === undefined) return value
  const number = BigInt(digits)
  return number <= Number.MAX_SAFE_INTEGER ? Number(number) : number
}

/** A text as the type that its member has; itself where it does not say one. */
const typed = (name: string, value: string): unknown => {
  if (flags.has(name)) return allFlags.get(value) ?? value
  return numbers.has(name) ? numberIn(value) : value
}

const withTypes = (value: KeyvalValue, name = ""): unknown => {
  if (typeof value === "string") return typed(name, value)
  if (Array.isArray(value)) return value.map((entry: KeyvalValue) => withTypes(entry, name))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withTypes(part, key)]))
}

/** The channel that a text says, not yet judged. */
const channelOf = (written: string): E.Either<readonly Issue[], unknown> => {
  if (written.startsWith("{")) {
    const json = readJson(written, defaultJsonLimits)
    return E.isLeft(json) ? E.left(issue(qemuRules.incomingSyntax)) : E.right(json.right.value)
  }
  const read = readKeyval(written, "channel-type")
  return E.isLeft(read) ? E.left(issue(qemuRules.incomingSyntax)) : E.right(withTypes(read.right))
}

/** What an option stands for: a channel, or `defer`, which leaves it to migrate-incoming. */
export type Incoming = MigrationChannel | "defer"

/** Reads the option as what it stands for, with every rule of channels. */
export const incomingReader = perContext((context): ((option: string) => StrictRead<Incoming>) => {
  const readUri = uriReader(context)
  const readChannel = exact(migrationChannel(context), partHint)
  const refuse = (issues: readonly Issue[]): StrictRead<Incoming> => {
    const [first = { rule: qemuRules.incomingSyntax, keys: [] }, ...others] = issues
    return E.left([first, ...others])
  }
  return (option) => {
    if (option === "defer") return E.right("defer")
    if (looksLikeUri.test(option))
      return E.map((addr: MigrationAddress): Incoming => ({ "channel-type": "main", addr }))(readUri(option))
    if (!looksLikeChannel.test(option)) return refuse(issue(qemuRules.incomingSyntax))
    if (!isIn(context.version, behaviour.incomingChannels)) return refuse(issue(qemuRules.incomingVersion))
    const channel = channelOf(option)
    return E.isLeft(channel) ? refuse(channel.left) : readChannel(channel.right)
  }
})

/** The option as an io-ts type. */
export const incoming = (context: Context) => {
  const read = incomingReader(context)
  return refined(text, (option) => {
    const channel = read(option)
    return E.isLeft(channel) ? channel.left : ok
  })
}
