import { closeSync, constants, existsSync, fstatSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { clockSkew } from "../../seal/admit.js"
import {
  decodeWindow,
  encodeOpening,
  encodeWindow,
  mostOpenings,
  mostWindowBytes,
  type Opening,
  type ReplayWindow,
  replayWindow,
  windowBytes,
} from "../../seal/replay.js"
import { readUpTo } from "../config/read-up-to.js"

/** What was opened outlives this process in a file: an opening counts only once it is on the disk. */

/** Writes at a place of the file: what a write before left unfinished, for want of space, is written over. */
const writeAt = (descriptor: number, bytes: Uint8Array, position: number): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at, position + at)
  fsyncSync(descriptor)
}

/** What a file has; undefined where there is none. */
const read = (file: string): readonly Opening[] | undefined => {
  if (!existsSync(file)) return undefined
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${file}: a replay window must be a regular file`)
    const openings = decodeWindow(readUpTo(descriptor, new Uint8Array(mostWindowBytes + 1)))
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
  writeAt(descriptor, encodeWindow(openings), 0)
  renameSync(unfinished, file)
  const folder = openSync(dirname(file), constants.O_RDONLY)
  fsyncSync(folder)
  closeSync(folder)
  return descriptor
}

/** All openings while there is room for them: a clock that is ahead for a while makes none of them forgotten. */
const fewestOf = (openings: readonly Opening[], now: number): readonly Opening[] => {
  const each = [...new Map(openings.map((opening) => [opening.id, opening])).values()]
  return each.length < mostOpenings ? each : each.filter(({ until }) => until >= now)
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
  const openings = fewestOf([...(known ?? []), ...(before?.openings() ?? [])], now)
  const since = before?.since ?? (known === undefined ? now + clockSkew : 0)
  let descriptor = rewrite(file, openings)
  let length = openings.length
  const keep = (opening: Opening): void => {
    // Where another process has put its file there, what is written here is nobody's after a restart.
    if (fstatSync(descriptor).nlink === 0) throw new Error(`${file}: the replay window has been removed or replaced`)
    if (length >= mostOpenings) {
      const next = rewrite(file, window.openings())
      closeSync(descriptor)
      descriptor = next
      length = window.openings().length
    }
    writeAt(descriptor, encodeOpening(opening), windowBytes(length))
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
