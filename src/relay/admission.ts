import ipaddr from "ipaddr.js"
import { withoutZone } from "../qemu/host.js"
import { isInside } from "../qemu/network.js"
import type { Settings } from "./settings.js"

/** Why a connection is not taken. */
export type Rejection = "not-allowed" | "connection-limit" | "source-limit"

/** Counts the connections of one listener. Those without an address, of unix sockets, have no source. */
export interface Admission {
  /** Takes a connection, and returns what gives its place back; or says why not. */
  readonly admit: (address: string | undefined, settings: Settings) => Rejection | (() => void)
  /** Takes a place whatever the limits: for what is left of a connection. */
  readonly occupy: (address: string | undefined) => () => void
}

/** What one party can be expected to have many of: an IPv4 address, or a /64 of IPv6. */
export const sourceOf = (address: string | undefined): string | undefined => {
  const bare = withoutZone(address ?? "")
  if (!ipaddr.isValid(bare)) return undefined
  const parsed = ipaddr.process(bare)
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString()
}

export const admissionOf = (): Admission => {
  const bySource = new Map<string, number>()
  let all = 0

  const count = (source: string | undefined, change: number): void => {
    all += change
    if (source === undefined) return
    const now = (bySource.get(source) ?? 0) + change
    if (now === 0) bySource.delete(source)
    else bySource.set(source, now)
  }

  const occupy = (address: string | undefined): (() => void) => {
    const source = sourceOf(address)
    let isTaken = true
    count(source, 1)
    return () => {
      if (isTaken) count(source, -1)
      isTaken = false
    }
  }

  const admit: Admission["admit"] = (address, { allow, limits }) => {
    if (allow !== undefined && (address === undefined || !isInside(address, allow))) return "not-allowed"
    if (all >= limits.connections) return "connection-limit"
    const source = sourceOf(address)
    if (source !== undefined && (bySource.get(source) ?? 0) >= limits.connectionsBySource) return "source-limit"
    return occupy(address)
  }

  return { admit, occupy }
}
