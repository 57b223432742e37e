/** Time, as far as the relay knows it. Tests have one of their own. */
export interface Clock {
  /** Milliseconds since some moment. */
  readonly now: () => number
  /** Does something once after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds)
    return () => clearTimeout(timer)
  },
}

/** Looks so often within the time that may pass without progress, which bounds by how much more passes. */
const looks = 4

/**
 * Acts once `progress` has stayed the same for so long; returns what takes that back. It looks a few times instead of
 * being told of each byte, so that a chunk costs nothing.
 */
export const afterStandstill = (
  clock: Clock,
  milliseconds: number,
  progress: () => number,
  action: () => void,
): (() => void) => {
  let seen = progress()
  let quiet = 0
  let cancel = () => {}
  const look = (): void => {
    const now = progress()
    quiet = now === seen ? quiet + 1 : 0
    seen = now
    if (quiet >= looks) action()
    else cancel = clock.after(milliseconds / looks, look)
  }
  cancel = clock.after(milliseconds / looks, look)
  return () => cancel()
}
