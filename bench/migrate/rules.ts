/**
 * The rules of the arguments of `migrate` as the peers are given them: one regular expression for a string, which is
 * their fastest way to check one, and plain functions for the rules that go across members.
 */
const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
const ipv4 = `(?:${octet}\\.){3}${octet}`

const group = "[0-9A-Fa-f]{1,4}"
/** An IPv6 address whose first group is `first`, which does not begin with "::". */
const ipv6From = (first: string): string => {
  const upTo = (most: number): string => `(?::${group}){0,${most}}`
  const full = `${first}(?::${group}){5}:(?:${group}:${group}|${ipv4})`
  /** `before` groups follow the first one, and then "::". */
  const shortened = Array.from({ length: 7 }, (_, before) => {
    const head = `${first}(?::${group}){${before}}::`
    const least = 6 - before
    const groups = least === 0 ? "" : `(?:${group}${upTo(least - 1)})?`
    const embedded = least < 2 ? "" : `|${head}(?:${group}:){0,${least - 2}}${ipv4}`
    return `${head}${groups}${embedded}`
  })
  return [full, ...shortened].join("|")
}
const fromColons = `::(?:(?:${group}:){0,5}${ipv4}|(?:${group}(?::${group}){0,6})?)`
const zone = "%[A-Za-z0-9._-]{1,15}"
const ipv6 = `(?:${ipv6From(group)}|${fromColons})|(?:${ipv6From("[Ff][Ee][89ABab][0-9A-Fa-f]")})${zone}`

const label = "[A-Za-z0-9_](?:[A-Za-z0-9_\\-]{0,61}[A-Za-z0-9_])?"
const numericLabel = "(?:[0-9]+|0[xX][0-9A-Fa-f]*)\\.?$"
const name = `(?!(?:[^]*\\.)?${numericLabel})(?![^]{254,}$)${label}(?:\\.${label})*`
const rootedName = `(?!(?:[^]*\\.)?${numericLabel})(?![^]{255,}$)${label}(?:\\.${label})*\\.`
/** An IPv4 address, 0, a name whose last label is no number, or an IPv6 address. */
export const host = `^(?:${ipv4}|0|${name}|${rootedName}|${ipv6})$`

const decimalPort = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
const service = "(?=[A-Za-z0-9\\-]{1,15}$)(?=[0-9\\-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
export const numericPort = `^(?:${decimalPort})$`
export const port = `^(?:${decimalPort}|${service})$`

/** 0 to 4294967294. */
export const vsockNumber =
  "^(?:0|[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|42949672[0-8][0-9]|429496729[0-4])$"

/** What no string that reaches a C program may hold: U+0000, lone surrogates and noncharacters. */
const plain = "[^\\0\\p{Cs}\\p{Noncharacter_Code_Point}]"
export const text = `^${plain}*$`
export const fdName = `^(?![0-9])${plain}+$`
export const filename = `^${plain}{1,4095}$`
export const absolutePath = `^/${plain}*$`
/** Lengths are in code points here, which is as good as the bytes that ours counts while all of them are ASCII. */
export const path = `^(?!@)${plain}{1,108}$`
export const abstractPath = `^${plain}{1,107}$`
/** Far from what a URI has to be; no URI is compared. */
export const uri = `^(?:tcp|unix|vsock|fd|exec|rdma|file):${plain}*$`

interface Inet {
  readonly host: string
  readonly "keep-alive"?: boolean | undefined
  readonly "keep-alive-count"?: number | undefined
  readonly "keep-alive-idle"?: number | undefined
  readonly "keep-alive-interval"?: number | undefined
  readonly ipv4?: boolean | undefined
  readonly ipv6?: boolean | undefined
}

/** The timings of keep-alive, each with its most; they count only where keep-alive is on. */
export const timings = { "keep-alive-count": 127, "keep-alive-idle": 32767, "keep-alive-interval": 32767 } as const

/**
 * Whether one of the families is allowed, and it is not IPv4 alone if the host is an IPv6 address; and whether
 * keep-alive is on where its timings are given.
 */
export const inetKept = (address: Inet): boolean => {
  const { host, ipv4, ipv6 } = address
  const isTimed =
    address["keep-alive-count"] !== undefined ||
    address["keep-alive-idle"] !== undefined ||
    address["keep-alive-interval"] !== undefined
  if (isTimed && address["keep-alive"] !== true) return false
  if (ipv4 === undefined && ipv6 === undefined) return true
  if (ipv6 === true) return true
  if (ipv6 === undefined && ipv4 !== true) return true
  return ipv4 !== false && !host.includes(":")
}

interface Channel {
  readonly "channel-type": "main" | "cpr"
}

/** Exactly one main channel, and at most one of type cpr. */
export const channelsKept = (channels: readonly Channel[]): boolean => {
  let main = 0
  for (const channel of channels) if (channel["channel-type"] === "main") main += 1
  return main === 1 && channels.length <= 2
}
