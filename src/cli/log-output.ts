import { closeSync, constants, fstatSync, openSync } from "node:fs"
import { isatty } from "node:tty"
import sonicBoom from "sonic-boom"

/** Whose line it is, which says how much of the memory it may take. */
export type LineKind = "stranger" | "ordinary" | "count"

/** Where the lines of a log go, without anybody waiting for them. */
export interface LogOutput {
  /** Takes a line, or says that there is no room for it. */
  readonly write: (line: string, kind: LineKind) => boolean
  /** Opens its file anew, for those who have moved the old one away; throws where that cannot be opened, and goes on. */
  readonly reopen: () => void
  /** Writes what it still has: until nothing could be written for a second, and for five at most. */
  readonly close: () => Promise<void>
}

/** Bytes of lines that are not written yet, at most. What clients cause that no server has accepted gets half of it. */
export const mostWaiting = 0x100000

const roomFor = { stranger: mostWaiting / 2, ordinary: mostWaiting, count: mostWaiting + 1024 } as const

/** How soon a write that failed is tried again, and how long a log that ends is waited for, in milliseconds. */
const pause = 1000
const patience = 5000

/** Everybody may be told by the log's group, and nobody else. */
const fileMode = 0o640

/**
 * The descriptor of standard output, such that a reader that stalls holds up no thread. Node makes pipes and sockets so
 * when it is asked for the stream; a terminal has to be opened a second time, which may be another user's.
 */
const standardDescriptor = (): number => {
  const { fd } = process.stdout
  if (!isatty(fd)) return fd
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return fd
  }
}

/** Opens a log's file; throws where it cannot be one: what is no file could hold up whoever writes to it. */
const openFile = (path: string): number => {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, fileMode)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw new Error(`${path}: a log must be a file`)
}

/**
 * Opens a file, or standard output where there is none. Whatever a write fails with, it is tried again, and what comes
 * meanwhile waits as far as there is room. Throws where the file cannot be opened.
 *
 * @param drained - called whenever nothing waits any more
 */
export const openLogOutput = (path: string | undefined, drained: () => void): LogOutput => {
  let waiting = 0
  let isEnding = false
  let isLate = false
  const output = new sonicBoom.SonicBoom({
    // A file that sonic-boom opens itself, later, may be gone by then, and it would write to descriptor -1.
    fd: path === undefined ? standardDescriptor() : openFile(path),
    mode: fileMode,
    // With it `flush` is what tries again.
    minLength: 1,
    periodicFlush: pause,
    retryEAGAIN: () => !isLate,
  })
  // What `reopen` opens.
  if (path !== undefined) Object.assign(output, { file: path })
  output.on("write", (bytes: number) => {
    waiting -= bytes
  })
  output.on("drain", () => {
    if (waiting === 0) drained()
  })
  output.on("error", () => {
    if (isEnding) output.destroy()
  })
  return {
    write: (line, kind) => {
      const size = Buffer.byteLength(line)
      if (isEnding || waiting + size > roomFor[kind]) return false
      waiting += size
      output.write(line)
      return true
    },
    reopen: () => {
      if (path === undefined || isEnding) return
      closeSync(openFile(path))
      output.reopen()
    },
    close: () =>
      new Promise((resolve) => {
        isEnding = true
        const giveUp = (): void => {
          isLate = true
        }
        const timers = [setTimeout(giveUp, pause), setTimeout(giveUp, patience)] as const
        output.on("write", () => timers[0].refresh())
        output.once("close", () => {
          timers.forEach(clearTimeout)
          resolve()
        })
        output.end()
      }),
  }
}
