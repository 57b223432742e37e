import ipaddr from "ipaddr.js"
import { withoutZone } from "../../net/host.js"
import { isInside } from "../../net/network.js"
import type { Limits, Settings } from "../config/settings.js"

/** Why a connection is not taken. */
export const rejections = ["not-allowed", "connection-limit", "source-limit", "handshake-limit"] as const

export type Rejection = (typeof rejections)[number]

/** Counts the connections of one listener. Those without an address, of unix sockets, have no source. */
export interface Admission {
  /** Takes a connection, and returns what gives its place back; or says why not. */
  readonly admit: (address: string | undefined, settings: Settings) => Rejection | (() => void)
  /** Takes a place whatever the limits: for what is left of a connection. */
  readonly occupy: (address: string | undefined) => () => void
  /** Says that the server has accepted a connection's link, and returns what says that the connection is over. */
  readonly authenticated: (address: string | undefined) => () => void
}

/** What one party can be expected to have many of: an IPv4 address, or a /64 of IPv6. */
export const clientOf = (address: string | undefined): string | undefined => {
  const bare = withoutZone(address ?? "")
  if (!ipaddr.isValid(bare)) return undefined
  const parsed = ipaddr.process(bare)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString()
}

/** Connections of one source, and those among them that the server has accepted. */
interface Counts {
  readonly all: number
  readonly authenticated: number
}

const none: Counts = { all: 0, authenticated: 0 }

/** How many places of strangers any source may have; the others are for sources that have none, which a few cannot keep out. */
const sharedOf = (handshaking: number): number => Math.max(8, Math.ceil(handshaking / 2))

/**
 * Who may never have had a ticket is a stranger: of a source without a connection that the server has accepted, or of
 * none. Strangers have a part of the places only, so that nobody without a ticket keeps out those who have one.
 */
const strangersOf = (source: string | undefined, { all, authenticated }: Counts): number =>
  source === undefined ? all - authenticated : authenticated === 0 ? all : 0

export const admissionOf = (): Admission => {
  const bySource = new Map<string | undefined, Counts>()
  let all = 0
  let strangers = 0

  const countsOf = (source: string | undefined): Counts => bySource.get(source) ?? none

  const add = (source: string | undefined, change: Counts): void => {
    const before = countsOf(source)
    const now = { all: before.all + change.all, authenticated: before.authenticated + change.authenticated }
    all += change.all
    strangers += strangersOf(source, now) - strangersOf(source, before)
    if (now.all === 0 && now.authenticated === 0) bySource.delete(source)
    else bySource.set(source, now)
  }

  /** Counts something until what it returns is called. */
  const hold = (address: string | undefined, what: Counts): (() => void) => {
    const source = clientOf(address)
    let isHeld = true
    add(source, what)
    return () => {
      if (isHeld) add(source, { all: -what.all, authenticated: -what.authenticated })
      isHeld = false
    }
  }

  const occupy = (address: string | undefined): (() => void) => hold(address, { all: 1, authenticated: 0 })

  /** Whether there is no place for one more stranger of a source. */
  const isCrowded = (source: string | undefined, { handshaking, handshakingBySource }: Limits): boolean => {
    const { all: others, authenticated } = countsOf(source)
    if (source !== undefined && authenticated > 0) return false
    if (strangers >= handshaking) return true
    return source !== undefined && others > 0 && (others >= handshakingBySource || strangers >= sharedOf(handshaking))
  }

  const admit: Admission["admit"] = (address, { allow, limits }) => {
    if (allow !== undefined && (address === undefined || !isInside(address, allow))) return "not-allowed"
    if (all >= limits.connections) return "connection-limit"
    const source = clientOf(address)
    if (source !== undefined && countsOf(source).all >= limits.connectionsBySource) return "source-limit"
    if (isCrowded(source, limits)) return "handshake-limit"
    return occupy(address)
  }

  return { admit, occupy, authenticated: (address) => hold(address, { all: 0, authenticated: 1 }) }
}
