import { createReadStream } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join, sep } from "node:path"
import type { Unreadable } from "../report/finding.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"
import { structure } from "../spice/structure.js"
import { viewOf } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"
import { channelByMagic, headerSizeOf, mostHeadBytes } from "./recognise.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export type { Unreadable }

/** The file name that stands for standard input. */
export const standardInput = "-"

export const isUnreadable = (value: object | string): value is Unreadable =>
  typeof value === "object" && "reason" in value

/** Does what reads some inputs, unless they name standard input twice. */
export const readingOnce = async (
  inputs: readonly string[],
  { stderr }: Terminal,
  read: () => Promise<ExitCode>,
): Promise<ExitCode> => {
  if (inputs.filter((input) => input === standardInput).length <= 1) return read()
  stderr.write("migration-guard: standard input can be read only once\n")
  return exitCode.failed
}

/** The name of a file in a directory, which is never taken for standard input. */
const named = (file: string): string => (file === standardInput ? `.${sep}${file}` : file)

/** Whether a file that was found in a directory is one to be judged. */
type IsInput = (file: string) => Promise<boolean>

/**
 * The files that an argument names: itself, or all below a directory in the order of their names. What lies there and
 * is neither a directory nor, behind a link or not, a regular file cannot be checked, and is not passed over.
 */
export const filesOf = async (
  argument: string,
  isInput: IsInput = async () => true,
): Promise<readonly (string | Unreadable)[]> => {
  if (argument === standardInput) return [argument]
  try {
    if (!(await stat(argument)).isDirectory()) return [argument]
  } catch (error) {
    return [{ file: argument, reason: reasonOf(error) }]
  }
  const files = await filesBelow(argument, isInput)
  if (files.length === 0) return [{ file: argument, reason: "the directory holds no files" }]
  const name = (file: string | Unreadable) => (isUnreadable(file) ? file.file : file)
  return [...files].sort((one, other) => (name(one) < name(other) ? -1 : 1))
}

const filesBelow = async (directory: string, isInput: IsInput): Promise<readonly (string | Unreadable)[]> => {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    const files = entries.map((entry) => {
      const path = named(join(directory, entry.name))
      return entry.isDirectory() ? filesBelow(path, isInput) : regular(path, isInput)
    })
    return (await Promise.all(files)).flat()
  } catch (error) {
    return [{ file: directory, reason: reasonOf(error) }]
  }
}

const regular = async (file: string, isInput: IsInput): Promise<readonly (string | Unreadable)[]> => {
  try {
    const found = await stat(file)
    if (found.isFile()) return (await isInput(file)) ? [file] : []
    return [{ file, reason: found.isDirectory() ? "is a link to a directory" : "is not a regular file" }]
  } catch (error) {
    return [{ file, reason: reasonOf(error) }]
  }
}

/** Says on stderr what could not be read. */
export const reportUnreadable = ({ file, reason }: Unreadable, { stderr }: Terminal): void => {
  stderr.write(`migration-guard: ${printable(file)}: ${printable(reason)}\n`)
}

/** Ends a command for want of an input. */
export const failFor = (unreadable: Unreadable, terminal: Terminal): ExitCode => {
  reportUnreadable(unreadable, terminal)
  return exitCode.failed
}

interface Read {
  readonly bytes: Uint8Array
  /** Whether these are all of its bytes. */
  readonly whole: boolean
}

/** A blob that was read, no further than its channel's limit; a refusal says why its layout was not looked at. */
export type Blob = Read &
  (
    | { readonly channel: Channel; readonly refusal?: undefined }
    | { readonly channel: Channel | undefined; readonly refusal: Violation }
  )

/** The bytes of an input as they come. */
export const sourceOf = (file: string, { stdin }: Terminal): AsyncIterable<Uint8Array> =>
  file === standardInput ? stdin : createReadStream(file)

/** All bytes of a source; throws what `tooMany` says where there are more than the limit. */
export const bytesIn = async (
  source: AsyncIterable<Uint8Array>,
  most: number,
  tooMany: () => Error = () => new Error(`a file has at most ${most} bytes`),
): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    size += chunk.length
    if (size > most) throw tooMany()
  }
  return Buffer.concat(chunks)
}

/** The bytes of an input; throws where there are more than the limit. */
export const readBytes = (file: string, terminal: Terminal, most: number): Promise<Uint8Array> =>
  bytesIn(sourceOf(file, terminal), most)

/** How blobs are read. */
export interface ReadOptions {
  readonly receiver: ReceiverState
  /** Undefined where the magic says it. */
  readonly channel: Channel | undefined
  /** Whether a message's header in front of a blob is left out. */
  readonly skipHeader: boolean
}

/** Reads one input; stops at the first byte beyond the limit, and before that where the magic is nobody's. */
export const readInput = async (file: string, terminal: Terminal, options: ReadOptions): Promise<Blob | Unreadable> => {
  try {
    const source = sourceOf(file, terminal)
    return await readBounded(options.skipHeader ? withoutHeader(source) : source, options)
  } catch (error) {
    return { file, reason: reasonOf(error) }
  }
}

/** The bytes of a source behind the header of its message, or all of them where there is none. */
async function* withoutHeader(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array()
  for await (const chunk of source) {
    if (head === undefined) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < mostHeadBytes) continue
    yield head.subarray(headerSizeOf(head))
    head = undefined
  }
  if (head !== undefined) yield head.subarray(headerSizeOf(head))
}

const readBounded = async (
  source: AsyncIterable<Uint8Array>,
  { receiver, channel: named }: ReadOptions,
): Promise<Blob> => {
  const chunks: Uint8Array[] = []
  let size = 0
  let channel = named
  for await (const chunk of source) {
    chunks.push(chunk)
    size += chunk.length
    if (size < 4) continue
    channel ??= channelByMagic(Buffer.concat(chunks))
    if (channel === undefined) return foreign(Buffer.concat(chunks))
    if (size > receiver.maxBlobBytes[channel]) return oversized(channel, receiver)
  }
  const bytes = Buffer.concat(chunks)
  return channel === undefined ? tooShort(bytes) : { bytes, whole: true, channel }
}

/** A blob over the limit, read only up to it. */
const oversized = (channel: Channel, receiver: ReceiverState): Blob => {
  const limit = receiver.maxBlobBytes[channel]
  const refusal = new Violation(structure.limit, { path: "", offset: 0, length: limit + 1 }, limit + 1, limit)
  return { bytes: new Uint8Array(), whole: false, channel, refusal }
}

/** A blob shorter than its magic. */
const tooShort = (bytes: Uint8Array): Blob => {
  const { length } = bytes
  const refusal = new Violation(structure.fixedPart, { path: "", offset: 0, length }, length, 4)
  return { bytes, whole: true, channel: undefined, refusal }
}

/** A blob of unknown format, read no further than its magic. */
const foreign = (bytes: Uint8Array): Blob => {
  const magic = viewOf(bytes).getUint32(0, true)
  const refusal = new Violation(structure.magic, { path: "magic", offset: 0, length: 4 }, magic)
  return { bytes, whole: false, channel: undefined, refusal }
}
