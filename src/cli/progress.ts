import { Writable } from "node:stream"
import type { Terminal } from "./stdio.js"

/** How far a file has been read, as a bar on a terminal. */
export interface Progress {
  /** The bytes of a file, which move the bar. */
  readonly watching: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
  /** Takes the bar away: something else is written. */
  readonly clear: () => void
}

const width = 30

const barOf = (read: number, size: number): string => {
  const part = size === 0 ? 1 : Math.min(1, read / size)
  const full = Math.round(part * width)
  return `${"█".repeat(full)}${"░".repeat(width - full)} ${Math.floor(100 * part)} % of ${Math.ceil(size / 2 ** 20)} MiB`
}

const none: Progress = { watching: (source) => source, clear: () => undefined }

/** A bar on stderr, where that is a terminal and the size is known. */
export const progressOf = async ({ stderr }: Terminal, size: number | undefined): Promise<Progress> => {
  if (stderr.isTTY !== true || size === undefined) return none
  const { createLogUpdate } = await import("log-update")
  const stream = new Writable({
    decodeStrings: false,
    write: (text, _encoding, done) => {
      stderr.write(String(text))
      done()
    },
  })
  const view = createLogUpdate(stream, { showCursor: true })
  async function* watching(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let read = 0
    let drawn = 0
    for await (const chunk of source) {
      yield chunk
      read += chunk.length
      if (read - drawn < (size ?? 0) / 100) continue
      drawn = read
      view(barOf(read, size ?? 0))
    }
  }
  return { watching, clear: view.clear }
}
