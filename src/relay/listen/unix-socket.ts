import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  unlinkSync,
} from "node:fs"
import { connect, type ListenOptions, type Server } from "node:net"
import { basename, dirname, join } from "node:path"
import type { Access } from "../config/access.js"
import { codeOf } from "../failure.js"

/** What connecting to a socket fails with; undefined where somebody takes the connection. */
const probe = (path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ path })
    socket.once("error", (error) => resolve(codeOf(error)))
    socket.once("connect", () => {
      socket.destroy()
      resolve(undefined)
    })
  })

/** What a file is, without following a link; undefined where there is none. */
const fileAt = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false })

const isListenedOn = async (path: string): Promise<boolean> => (await probe(path)) !== "ECONNREFUSED"

/**
 * Takes a socket away on which nobody listens. It is moved aside before it is looked at for the last time: whoever
 * replaces it at the same moment gets theirs back.
 */
const removeStale = async (path: string, aside: string): Promise<void> => {
  const file = fileAt(path)
  if (file === undefined) return
  if (!file.isSocket()) throw new Error(`${path} is there already, and is no socket: remove it, or listen elsewhere`)
  const isTaken = new Error(`${path}: somebody listens there already, or it cannot be told whether anybody does`)
  if (await isListenedOn(path)) throw isTaken
  renameSync(path, aside)
  if (!(await isListenedOn(aside))) return
  renameSync(aside, path)
  throw isTaken
}

/** Gives a socket its path: one that is there gives way only if nobody listens on it. */
const publish = async (own: string, path: string, aside: string): Promise<void> => {
  try {
    linkSync(own, path)
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error
    await removeStale(path, aside)
    linkSync(own, path)
  }
}

/**
 * Makes a server listen on a path; returns what ends that and removes the file, if it is still this server's.
 *
 * The socket is made in a folder that is nobody else's and gets its path once it listens and is as wide as it shall
 * be: umask, which is the whole process', does not matter, and who finds the socket can connect. The folder is spoken
 * of by its descriptor, which is short: libuv cuts long paths.
 */
export const listenOnPath = async (
  server: Server,
  path: string,
  { mode, owner, group }: Access,
  listen: (server: Server, options: ListenOptions) => Promise<void>,
): Promise<() => void> => {
  const folder = mkdtempSync(join(dirname(path), ".migration-guard-"))
  let descriptor: number | undefined
  try {
    descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
    const within = `/proc/self/fd/${descriptor}`
    // When it closes, libuv removes this path, which must then be nobody's: hence the name.
    const own = join(within, basename(folder))
    await listen(server, { path: own })
    chmodSync(own, mode)
    chownSync(own, owner, group)
    await publish(own, path, join(within, "stale"))
    const { dev, ino } = lstatSync(own)
    return () => {
      // As long as the socket is open, no other file has its number.
      const file = server.listening ? fileAt(path) : undefined
      if (file?.dev === dev && file.ino === ino) unlinkSync(path)
      server.close()
    }
  } catch (error) {
    server.close()
    throw error
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
    rmSync(folder, { recursive: true, force: true })
  }
}
