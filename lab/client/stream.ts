import { once } from "node:events"
import { connect, type NetConnectOpts, type Socket } from "node:net"

/** A connection as a sequence of bytes. */
export interface Stream {
  /** Takes so many bytes, waiting for them; rejects if the connection ends before. */
  readonly exactly: (count: number) => Promise<Buffer>
  readonly write: (bytes: Uint8Array) => void
  /** Hands on all bytes as they come, instead of keeping them for `exactly`. */
  readonly feed: (take: (bytes: Uint8Array) => void) => void
  /** Resolves once the other side has closed or the connection broke. */
  readonly ended: Promise<void>
  readonly close: () => void
  /** Ends the connection with a reset, whatever was not read yet. */
  readonly reset: () => void
  /** Ends what is sent, and still reads. */
  readonly end: () => void
  /** Reads nothing any more, until it is resumed. */
  readonly stall: () => void
  readonly resume: () => void
}

/** What `exactly` rejects with when there will be no more bytes. */
export class Ended extends Error {}

/** Takes a socket's bytes as they come. */
export const streamOf = (socket: Socket): Stream => {
  let chunks: Buffer[] = []
  let length = 0
  let open = true
  let wake = (): void => undefined
  let take = (bytes: Buffer): void => {
    chunks.push(bytes)
    length += bytes.length
    wake()
  }

  socket.on("data", (bytes) => take(bytes))
  // A reset is an end like another: who cares asks the process.
  socket.on("error", () => undefined)
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close"])
      socket.once(event, () => {
        open = false
        wake()
        resolve()
      })
  })

  const exactly = async (count: number): Promise<Buffer> => {
    while (length < count) {
      if (!open) throw new Ended("the connection has ended")
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const [first] = chunks
    const all = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
    chunks = [all.subarray(count)]
    length -= count
    return all.subarray(0, count)
  }

  const feed = (to: (bytes: Uint8Array) => void): void => {
    for (const chunk of chunks.splice(0)) to(chunk)
    length = 0
    take = to
  }

  const write = (bytes: Uint8Array): void => {
    if (socket.writable) socket.write(bytes)
  }

  return {
    exactly,
    feed,
    write,
    ended,
    close: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    end: () => void socket.end(),
    stall: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
}

/** Connects to an address. */
export const open = async (address: NetConnectOpts): Promise<Stream> => {
  const socket = connect(address)
  await once(socket, "connect")
  return streamOf(socket.setNoDelay(true))
}
