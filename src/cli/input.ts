import { createReadStream, type Dirent } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { viewOf } from "../schema/bytes.js"
import { structure } from "../schema/structure.js"
import { Violation } from "../schema/violation.js"
import { formatOf, formats } from "../spice/formats.js"
import { type Channel, channels, type ReceiverState } from "../spice/receiver.js"
import type { Terminal } from "./terminal.js"

/** The file name that stands for standard input. */
export const standardInput = "-"

/** An input that could not be read, or names nothing to read. */
export interface Unreadable {
  readonly file: string
  readonly reason: string
}

export const isUnreadable = (value: object): value is Unreadable => "reason" in value

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The files that an argument names: itself, or every regular file below a directory, in the order of their names. */
export const filesOf = async (argument: string): Promise<readonly string[] | Unreadable> => {
  if (argument === standardInput) return [argument]
  try {
    if (!(await stat(argument)).isDirectory()) return [argument]
    const entries: Dirent[] = await readdir(argument, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return files.length === 0 ? { file: argument, reason: "the directory holds no files" } : files.sort()
  } catch (error) {
    return { file: argument, reason: reasonOf(error) }
  }
}

/** A blob that was read, no further than its channel's limit. */
export interface Blob {
  readonly bytes: Uint8Array
  readonly channel: Channel | undefined
  /** Why the blob is refused without a look at its layout. */
  readonly refusal: Violation | undefined
}

/** The channel whose format begins with a blob's magic; SVMD stands for its three as spicevmc. */
const channelByMagic = (bytes: Uint8Array): Channel | undefined =>
  bytes.length < 4
    ? undefined
    : channels.find(
        (channel) =>
          formats[formatOf[channel]].format === channel &&
          formats[formatOf[channel]].struct.fields.magic.value === viewOf(bytes).getUint32(0, true),
      )

/** Reads one input; stops at the first byte beyond the limit, and before that where the magic is nobody's. */
export const readInput = async (
  file: string,
  terminal: Terminal,
  receiver: ReceiverState,
  channel: Channel | undefined,
): Promise<Blob | Unreadable> => {
  try {
    return await readBounded(file === standardInput ? terminal.stdin : createReadStream(file), receiver, channel)
  } catch (error) {
    return { file, reason: reasonOf(error) }
  }
}

const readBounded = async (
  source: AsyncIterable<Uint8Array>,
  receiver: ReceiverState,
  named: Channel | undefined,
): Promise<Blob> => {
  const chunks: Uint8Array[] = []
  let size = 0
  let channel = named
  for await (const chunk of source) {
    chunks.push(chunk)
    size += chunk.length
    channel ??= size < 4 ? undefined : channelByMagic(Buffer.concat(chunks))
    if (size >= 4 && channel === undefined) break
    if (channel !== undefined && size > receiver.maxBlobBytes[channel]) return oversized(channel, receiver, size)
  }
  const bytes = Buffer.concat(chunks)
  return { bytes, channel, refusal: channel === undefined ? unrecognised(bytes) : undefined }
}

const oversized = (channel: Channel, receiver: ReceiverState, size: number): Blob => {
  const limit = receiver.maxBlobBytes[channel]
  const refusal = new Violation(structure.blobLimit, { path: "", offset: 0, length: size }, size, limit)
  return { bytes: new Uint8Array(), channel, refusal }
}

const unrecognised = (bytes: Uint8Array): Violation =>
  bytes.length < 4
    ? new Violation(structure.fixedPart, { path: "", offset: 0, length: bytes.length }, bytes.length, 4)
    : new Violation(structure.magic, { path: "magic", offset: 0, length: 4 }, viewOf(bytes).getUint32(0, true))
