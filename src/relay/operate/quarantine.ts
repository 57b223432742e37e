import { createHash } from "node:crypto"
import type { ReceiverState } from "../../spice/receiver.js"
import type { LinkedChannel } from "../../spice/wire/channels.js"
import type { Violation } from "../../violation/violation.js"
import type { Mode } from "../config/configuration.js"
import { codeOf } from "../failure.js"
import { type BoundedFolder, boundedFolder, type FolderSettings, writeWhole } from "./folder.js"
import type { Log } from "./log.js"

/** What is written beside a blob that was refused. */
export interface Refused {
  readonly listener: string
  readonly peer: string | undefined
  readonly connection: number
  readonly mode: Mode
  readonly channel: LinkedChannel
  readonly channelId: number
  readonly connectionId: number
  readonly receiver: ReceiverState
  readonly violation: Violation
}

/**
 * What becomes of a blob; `full`: the folder has no room for one of its size, too many wait, or writing has just
 * failed.
 */
export const keepings = ["kept", "known", "full", "failed"] as const

type Keeping = (typeof keepings)[number]

/** Keeps blobs that were refused. */
export interface Quarantine {
  /** Keeps a copy of a blob. It returns at once, and fails nobody. */
  readonly keep: (blob: Uint8Array, about: Refused) => void
  /** Keeps them there from now on, or nowhere. */
  readonly use: (settings: FolderSettings | undefined) => void
  /** Resolves once everything is written. */
  readonly idle: () => Promise<void>
}

/** What waits to be written at a time. */
const mostWaitingBytes = 16 << 20
const mostWaiting = 256

/** How long nothing is written after a failure, in milliseconds. */
const pause = 10_000

const stemOf = (file: string): string | undefined => /^([0-9a-f]{64})\.(?:bin|json)$/.exec(file)?.[1]

/** What a quarantine needs of the relay. */
export interface QuarantineSurroundings {
  readonly log: Log
  /** The time in milliseconds since 1970. */
  readonly date: () => number
  readonly count: (keeping: Keeping) => void
  /** Writes a file; a test's may fail. */
  readonly write?: typeof writeWhole
}

/**
 * Keeps refused blobs in a folder, each under its SHA-256 with a JSON file beside it that says of which connection it was
 * and what it broke. The oldest give way; a blob that is there already is not written again. A disk that is full or slow
 * holds nobody up: what finds no room is counted.
 */
export const quarantineOf = ({ log, date, count, write = writeWhole }: QuarantineSurroundings): Quarantine => {
  let settings: FolderSettings | undefined
  let folder: BoundedFolder | undefined
  let turn: Promise<void> = Promise.resolve()
  let [waiting, waitingBytes] = [0, 0]
  /** Nothing is written before. */
  let resumes = Number.NEGATIVE_INFINITY

  const writeBoth = async (to: FolderSettings, blob: Uint8Array, about: Refused): Promise<Keeping> => {
    const kept = folder ?? (await boundedFolder(to, stemOf))
    folder = kept
    const sha256 = createHash("sha256").update(blob).digest("hex")
    if (kept.has(sha256)) return "known"
    const now = date()
    const row = { time: new Date(now).toISOString(), sha256, size: blob.length, ...about }
    const text = `${JSON.stringify(row, null, 2)}\n`
    if (!(await kept.makeRoom(blob.length + text.length, now))) return "full"
    await write(to.directory, `${sha256}.bin`, blob)
    kept.add(sha256, `${sha256}.bin`, blob.length, now)
    await write(to.directory, `${sha256}.json`, text)
    kept.add(sha256, `${sha256}.json`, text.length, now)
    return "kept"
  }

  const failed = (error: unknown): void => {
    count("failed")
    // What is there may be something else than what was thought.
    folder = undefined
    resumes = date() + pause
    log("error", "a refused blob cannot be kept", { code: codeOf(error) })
  }

  return {
    keep: (blob, about) => {
      const to = settings
      if (to === undefined) return
      if (date() < resumes || waiting >= mostWaiting || waitingBytes + blob.length > mostWaitingBytes) {
        count("full")
        return
      }
      const copy = Uint8Array.from(blob)
      waiting++
      waitingBytes += copy.length
      turn = turn
        .then(async () => count(await writeBoth(to, copy, about)))
        .catch(failed)
        .finally(() => {
          waiting--
          waitingBytes -= copy.length
        })
    },
    use: (next) => {
      if (JSON.stringify(next) === JSON.stringify(settings)) return
      settings = next
      turn = turn.then(() => {
        folder = undefined
      })
    },
    idle: () => turn,
  }
}
