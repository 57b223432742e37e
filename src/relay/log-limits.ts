import type { Clock } from "./clock.js"
import type { Fields, Log } from "./log.js"

/** A log that writes so many lines of a kind in a second, and then one that counts the rest. */
export interface LimitedLog {
  /** Writes a line of a kind, such as `{ listener, rule }`, or leaves it out. */
  readonly write: (kind: Fields, ...line: Parameters<Log>) => void
  /** Says at once how many lines were left out. */
  readonly flush: () => void
}

/** The lines of one kind in one period. */
interface Share {
  readonly kind: Fields
  readonly began: number
  written: number
  omitted: number
  cancel: () => void
}

/** In milliseconds. */
const period = 1000

/** Kinds that are told apart at a time. What comes beyond them shares one place. */
const mostKinds = 1024

const nobody = (): void => undefined

/**
 * Limits the lines of a log by their kind, so that a flood of one kind hides no other.
 *
 * @param most - lines of a kind in a second
 * @param omitted - told of each line that is left out
 */
export const limitedLog = (log: Log, clock: Clock, most: number, omitted: () => void): LimitedLog => {
  const shares = new Map<string, Share>()

  const end = (key: string, { kind, omitted: count, cancel }: Share): void => {
    cancel()
    shares.delete(key)
    if (count > 0) log("warn", "lines were left out", { ...kind, count })
  }

  const endThose = (are: (share: Share) => boolean): void => {
    for (const [key, share] of shares) if (are(share)) end(key, share)
  }

  const isOver = ({ began }: Share): boolean => clock.now() - began >= period

  const shareOf = (wanted: Fields): readonly [string, Share] => {
    const known = shares.get(JSON.stringify(wanted))
    if (known === undefined && shares.size >= mostKinds) endThose(isOver)
    const kind = known !== undefined || shares.size < mostKinds ? wanted : {}
    const key = JSON.stringify(kind)
    const open = shares.get(key)
    if (open !== undefined && !isOver(open)) return [key, open]
    if (open !== undefined) end(key, open)
    const share = { kind, began: clock.now(), written: 0, omitted: 0, cancel: nobody }
    shares.set(key, share)
    return [key, share]
  }

  /** The count comes in time although no other line may. */
  const omit = (key: string, share: Share): void => {
    omitted()
    if (share.omitted++ > 0) return
    share.cancel = clock.after(share.began + period - clock.now(), () => end(key, share))
  }

  return {
    write: (kind, ...line) => {
      const [key, share] = shareOf(kind)
      if (share.written < most) {
        share.written++
        log(...line)
      } else omit(key, share)
    },
    flush: () => endThose(() => true),
  }
}
