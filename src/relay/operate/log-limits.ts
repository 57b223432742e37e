import type { Clock } from "../clock.js"
import type { Log, LogFields } from "./log.js"

/** A log that writes so many lines of a kind in a second, and then one that counts the rest. */
export interface LimitedLog {
  /** Writes a line of a kind, such as `{ listener, rule }`, or leaves it out. */
  readonly write: (kind: LogFields, ...line: Parameters<Log>) => void
  /** Says at once how many lines were left out. */
  readonly flush: () => void
}

/** The lines of one kind in one period. */
interface Share {
  readonly kind: LogFields
  readonly key: string
  readonly began: number
  written: number
  omitted: number
  cancel: () => void
}

/** In milliseconds. */
const period = 1000

/** Kinds that are told apart at a time. */
const mostKinds = 1024

/** The kind of what comes beyond them. */
const others: LogFields = {}

/**
 * Limits the lines of a log by their kind, so that a flood of one kind hides no other.
 *
 * @param most - lines of a kind in a second
 * @param omitted - told of each line that is left out
 */
export const limitedLog = (log: Log, clock: Clock, most: number, omitted: () => void): LimitedLog => {
  const shares = new Map<string, Share>()

  const isOver = ({ began }: Share): boolean => clock.now() - began >= period

  const end = ({ kind, key, omitted: count, cancel }: Share): void => {
    cancel()
    shares.delete(key)
    if (count > 0) log("warn", "lines were left out", { ...kind, count })
  }

  const shareOf = (kind: LogFields): Share => {
    const key = JSON.stringify(kind)
    const known = shares.get(key)
    if (known !== undefined && !isOver(known)) return known
    if (known !== undefined) end(known)
    else if (shares.size >= mostKinds) [...shares.values()].filter(isOver).forEach(end)
    if (shares.size >= mostKinds && kind !== others) return shareOf(others)
    const share = { kind, key, began: clock.now(), written: 0, omitted: 0, cancel: () => {} }
    shares.set(key, share)
    return share
  }

  return {
    write: (kind, ...line) => {
      const share = shareOf(kind)
      if (share.written < most) {
        share.written++
        log(...line)
        return
      }
      omitted()
      share.omitted++
      // The count comes in time although no other line may.
      if (share.omitted === 1) share.cancel = clock.after(share.began + period - clock.now(), () => end(share))
    },
    flush: () => [...shares.values()].forEach(end),
  }
}
