import { constants, lstatSync } from "node:fs"
import { lstat, open, opendir, rename, unlink } from "node:fs/promises"
import { join } from "node:path"
import { codeOf } from "../failure.js"

/** A folder that the guard writes to, and how much it may hold. */
export interface FolderSettings {
  readonly directory: string
  readonly maxBytes: number
  readonly maxFiles: number
  readonly maxAgeSeconds: number
}

/** Throws where a folder is none, or others could put something into it. */
export const checkFolder = (directory: string): void => {
  const status = lstatSync(directory)
  if (!status.isDirectory()) throw new Error(`${directory}: this must be a directory, and no link to one`)
  const isOwn = status.uid === 0 || status.uid === process.getuid?.()
  if (!isOwn || (status.mode & 0o022) !== 0)
    throw new Error(`${directory}: the directory must be owned by root or this user, and writable for nobody else`)
}

/** Opens a new file for its owner only: never a file that is there, and through no link. */
export const openNew = (path: string) =>
  open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)

/** Removes a file, or a link itself, that may not be there. */
const remove = async (path: string): Promise<void> => {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error
  }
}

/**
 * Writes a file whole or not at all, for its owner only: the queues of devices are in blobs, and what is on a clipboard.
 * What has its name before, a link too, gives way.
 */
export const writeWhole = async (directory: string, name: string, content: Uint8Array | string): Promise<void> => {
  const unfinished = join(directory, `.${name}.${process.pid}`)
  await remove(unfinished)
  const handle = await openNew(unfinished)
  try {
    await handle.writeFile(content)
    await handle.sync()
    await rename(unfinished, join(directory, name))
  } catch (error) {
    await remove(unfinished)
    throw error
  } finally {
    await handle.close()
  }
}

/** What is kept under one name: files that differ in their suffix. */
interface Entry {
  bytes: number
  readonly time: number
  readonly files: string[]
}

/** A folder whose oldest files give way to new ones. */
export interface BoundedFolder {
  readonly has: (stem: string) => boolean
  /** Makes room for so many bytes under one more name; false where there can be none. */
  readonly makeRoom: (bytes: number, now: number) => Promise<boolean>
  /** Counts a file that was written, or has grown by so many bytes. */
  readonly add: (stem: string, file: string, bytes: number, now: number) => void
}

/** @param stemOf - what a file is kept under; undefined for files of others, which are left alone */
export const boundedFolder = async (
  { directory, maxBytes, maxFiles, maxAgeSeconds }: FolderSettings,
  stemOf: (file: string) => string | undefined,
): Promise<BoundedFolder> => {
  /** The oldest first. */
  const entries = new Map<string, Entry>()
  let total = 0

  const add: BoundedFolder["add"] = (stem, file, bytes, time) => {
    const entry = entries.get(stem) ?? { bytes: 0, time, files: [] }
    if (!entry.files.includes(file)) entry.files.push(file)
    entry.bytes += bytes
    total += bytes
    entries.set(stem, entry)
  }

  const drop = async (stem: string, entry: Entry): Promise<void> => {
    for (const file of entry.files) await remove(join(directory, file))
    entries.delete(stem)
    total -= entry.bytes
  }

  const found: { readonly stem: string; readonly name: string; readonly size: number; readonly time: number }[] = []
  for await (const { name } of await opendir(directory)) {
    const stem = stemOf(name)
    if (stem === undefined) continue
    const status = await lstat(join(directory, name))
    if (status.isFile()) found.push({ stem, name, size: status.size, time: status.mtimeMs })
  }
  found.sort((one, other) => one.time - other.time)
  for (const { stem, name, size, time } of found) add(stem, name, size, time)

  return {
    has: (stem) => entries.has(stem),
    makeRoom: async (bytes, now) => {
      if (bytes > maxBytes) return false
      for (const [stem, entry] of entries) {
        const isOld = entry.time < now - maxAgeSeconds * 1000
        if (!isOld && total + bytes <= maxBytes && entries.size < maxFiles) break
        await drop(stem, entry)
      }
      return true
    },
    add,
  }
}
