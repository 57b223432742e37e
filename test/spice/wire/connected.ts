import { type ConnectionListener, frameConnection } from "../../../src/spice/wire/connection.js"
import { Violation } from "../../../src/violation/violation.js"

/** A connection whose listener writes down what it is told. */

export type Told = readonly [string, ...unknown[]]

export const connected = (overrides: Partial<ConnectionListener> = {}) => {
  const told: Told[] = []
  const forwarded: Uint8Array[] = []
  const framers = frameConnection({
    link: (link) => {
      told.push(["link", link.channel, link.channelId, link.connectionId])
      return overrides.link?.(link)
    },
    message: (type, size, head) => {
      told.push(["message", type, size, [...head]])
      return overrides.message === undefined ? (type === 5 ? "hold" : undefined) : overrides.message(type, size, head)
    },
    whole: (type, header, payload) => {
      told.push([type === 5 ? "data" : "whole", [...header], [...payload]])
    },
    forward: (bytes) => {
      forwarded.push(bytes.slice())
    },
    result: (error) => {
      told.push(["result", error])
    },
    serverMessage: (type, size, head) => {
      told.push(["server", type, size, [...head]])
      return overrides.serverMessage?.(type, size, head)
    },
    mayDrop: () => overrides.mayDrop?.() ?? false,
  })
  /** Feeds all of the bytes in chunks of these sizes, the last one repeated; what data stopped is fed again. */
  const fromClient = (bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): Violation | undefined => {
    let at = 0
    for (let index = 0; at < bytes.length; index++) {
      const size = Math.max(1, sizes[Math.min(index, sizes.length - 1)] ?? 1)
      // A chunk is a view of memory that is reused, as sockets do.
      const chunk = new Uint8Array(bytes.subarray(at, at + size))
      const taken = framers.fromClient(chunk)
      chunk.fill(0xee)
      if (taken instanceof Violation) return taken
      at += taken
    }
    return undefined
  }
  const fromServer = (bytes: Uint8Array, size = bytes.length): Violation | undefined => {
    for (let at = 0; at < bytes.length; at += size) {
      const wrong = framers.fromServer(bytes.slice(at, at + size))
      if (wrong instanceof Violation) return wrong
    }
    return undefined
  }
  return { framers, fromClient, fromServer, told, passed: () => new Uint8Array(Buffer.concat(forwarded)) }
}
