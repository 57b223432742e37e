import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs"
import { dirname } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { clockSkew } from "../../seal/open.js"
import {
  decodeWindow,
  encodeOpening,
  encodeWindow,
  mostOpenings,
  mostWindowBytes,
  type Opening,
  type ReplayWindow,
  replayWindow,
} from "../../seal/replay.js"

/** What was opened outlives this process in a file: an opening counts only once it is on the disk. */

const writeAll = (descriptor: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
  fsyncSync(descriptor)
}

/** What a file has; undefined where there is none. */
const read = (file: string): readonly Opening[] | undefined => {
  if (!existsSync(file)) return undefined
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${file}: a replay window must be a regular file`)
    const bytes = new Uint8Array(mostWindowBytes + 1)
    const length = readSync(descriptor, bytes, 0, bytes.length, 0)
    const openings = decodeWindow(bytes.subarray(0, length))
    if (E.isRight(openings)) return openings.right
    throw new Error(`${file}: ${openings.left[0].message} Without it envelopes could be opened twice: see to it.`)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes a file anew, whole or not at all, and returns the descriptor that openings are appended to. */
const rewrite = (file: string, openings: readonly Opening[]): number => {
  const unfinished = `${file}.${process.pid}`
  const descriptor = openSync(
    unfinished,
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
    0o600,
  )
  writeAll(descriptor, encodeWindow(openings))
  renameSync(unfinished, file)
  const folder = openSync(dirname(file), constants.O_RDONLY)
  fsyncSync(folder)
  closeSync(folder)
  return descriptor
}

/** A window that something keeps until it is closed. */
export interface KeptWindow extends ReplayWindow {
  readonly close: () => void
}

/**
 * A window that forgets with its process. What was sealed before it began, by whichever clock, may have been opened by
 * the process before this one.
 */
export const forgetfulWindow = (now: number): KeptWindow => ({
  ...replayWindow({ since: now + clockSkew }),
  close: () => {},
})

/**
 * A window whose openings are kept in a file, beside those of the window before it. A file that is not there yet may have
 * been nowhere while envelopes were opened. Throws where it is no window's.
 */
export const openReplayFile = (file: string, now: number, before?: ReplayWindow): KeptWindow => {
  const known = read(file)
  const openings = [...(known ?? []), ...(before?.openings() ?? [])].filter(({ until }) => until >= now)
  const since = before?.since ?? (known === undefined ? now + clockSkew : 0)
  let descriptor = rewrite(file, openings)
  let length = openings.length
  const keep = (opening: Opening): void => {
    if (length >= mostOpenings) {
      closeSync(descriptor)
      descriptor = rewrite(file, window.openings())
      length = window.openings().length
    }
    writeAll(descriptor, encodeOpening(opening))
    length++
  }
  const window = replayWindow({ openings, since, keep })
  let close = (): void => {
    close = () => {}
    closeSync(descriptor)
  }
  return { ...window, close: () => close() }
}

/** The one window of a relay, whatever its configurations say of where it is kept. */
export interface Replays {
  readonly window: () => ReplayWindow
  /** Keeps it in this file from now on, or nowhere. Throws where it cannot be kept there: then all is as it was. */
  readonly use: (file: string | undefined) => void
  readonly close: () => void
}

/** @param date - the time in milliseconds since 1970 */
export const replaysOf = (date: () => number): Replays => {
  let kept = forgetfulWindow(date())
  let isFirst = true
  let current: string | undefined
  return {
    window: () => kept,
    use: (file) => {
      const before = isFirst ? undefined : kept
      if (file !== current) {
        const next = file === undefined ? forgetfulWindow(date()) : openReplayFile(file, date(), before)
        kept.close()
        kept = next
        current = file
      }
      isFirst = false
    },
    close: () => kept.close(),
  }
}
