import { frameConnection } from "../../../src/spice/wire/connection.js"
import type { ClientEvent, ServerEvent } from "../../../src/spice/wire/events.js"
import type { Violation } from "../../../src/violation/violation.js"

/** A connection whose events are written down as they come. */

export type Told = readonly [string, ...unknown[]]

export interface Choices {
  /** What is wrong with the link, as far as its reader is concerned. */
  readonly link?: () => Violation
  /** What becomes of a message: data is held where nothing else is said. */
  readonly message?: (type: number) => Violation | "hold" | undefined
  readonly serverMessage?: (type: number) => "drop" | undefined
  readonly mayDrop?: boolean
}

const holdData = (type: number) => (type === 5 ? "hold" : undefined)

export const connected = ({ link, message = holdData, serverMessage, mayDrop = false }: Choices = {}) => {
  const told: Told[] = []
  const forwarded: Uint8Array[] = []
  const framers = frameConnection(1, () => mayDrop)
  const pass = (bytes: Uint8Array): void => void forwarded.push(bytes.slice())
  /** What the reader of the events itself has refused. */
  let refused: Violation | undefined

  /** Takes an event of the client's; a violation ends it. */
  const take = (event: ClientEvent): Violation | undefined => {
    switch (event.kind) {
      case "pass":
        pass(event.bytes)
        return undefined
      case "link": {
        const { channel, channelId, connectionId } = event.link
        told.push(["link", channel, channelId, connectionId])
        refused = link?.()
        if (refused === undefined) pass(event.last)
        return refused
      }
      case "message": {
        const { type, size, head } = event
        told.push(["message", type, size, [...head]])
        const decision = message(type)
        if (decision !== undefined) pass(framers.client.hold())
        refused = decision === "hold" ? undefined : decision
        return refused
      }
      case "whole":
        told.push([event.type === 5 ? "data" : "whole", [...event.header], [...event.payload]])
        return undefined
      case "broken":
        return event.violation
    }
  }

  /** Reads events of the client's up to the first one of a kind, or as many as there are. */
  const readClient = (until?: ClientEvent["kind"]): Violation | undefined => {
    for (let event = framers.client.next(); event !== undefined; event = framers.client.next()) {
      const wrong = take(event)
      if (wrong !== undefined) return wrong
      if (event.kind === until) return undefined
    }
    return undefined
  }

  /** Sends all of the bytes in chunks of these sizes, the last one repeated. */
  const fromClient = (bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): Violation | undefined => {
    let wrong = refused
    let at = 0
    for (let index = 0; at < bytes.length && wrong === undefined; index++) {
      const size = Math.max(1, sizes[Math.min(index, sizes.length - 1)] ?? 1)
      // A chunk is a view of memory that is reused, as sockets do.
      const chunk = new Uint8Array(bytes.subarray(at, at + size))
      framers.client.push(chunk)
      wrong = readClient()
      chunk.fill(0xee)
      at += size
    }
    return wrong
  }

  const hear = (event: ServerEvent, passing: Uint8Array[]): Violation | undefined => {
    switch (event.kind) {
      case "pass":
        passing.push(event.bytes)
        return undefined
      case "result":
        told.push(["result", event.error])
        return undefined
      case "message":
        told.push(["server", event.type, event.size, [...event.head]])
        if (serverMessage?.(event.type) === "drop") passing.push(framers.server.drop())
        return undefined
      case "broken":
        return event.violation
      case "whole":
        return undefined
    }
  }

  /** What passes of a server's chunk, or why it cannot be followed. */
  const readServer = (chunk: Uint8Array): Violation | readonly Uint8Array[] => {
    const passing: Uint8Array[] = []
    framers.server.push(chunk)
    for (let event = framers.server.next(); event !== undefined; event = framers.server.next()) {
      const wrong = hear(event, passing)
      if (wrong !== undefined) return wrong
    }
    return passing
  }

  const fromServer = (bytes: Uint8Array, size = bytes.length): Violation | undefined => {
    for (let at = 0; at < bytes.length; at += size) {
      const answer = readServer(bytes.slice(at, at + size))
      if ("rule" in answer) return answer
    }
    return undefined
  }
  return { framers, readClient, readServer, fromClient, fromServer, told, passed: () => concatenated(forwarded) }
}

const concatenated = (chunks: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(chunks))
