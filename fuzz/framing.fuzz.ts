import type { TargetModule } from "../src/fuzz/target.js"
import { frameConnection } from "../src/spice/wire/connection.js"
import type { ClientEvent, ServerEvent } from "../src/spice/wire/events.js"
import { fromClient } from "../src/spice/wire/messages.js"
import { difference } from "./texts.js"

/**
 * Both directions of a connection. An input is a list of pieces: a byte that says who speaks (its lowest bit) and how
 * many bytes (the others), then these bytes. However a side's bytes are cut, the framer has to see the same, and what
 * passes has to be what came.
 */

interface Piece {
  readonly isServer: boolean
  readonly bytes: Uint8Array
}

const piecesOf = (data: Uint8Array): readonly Piece[] => {
  const pieces: Piece[] = []
  for (let at = 0; at < data.length; ) {
    const control = data[at] ?? 0
    const end = at + 1 + (control >> 1)
    pieces.push({ isServer: (control & 1) === 1, bytes: data.slice(at + 1, end) })
    at = end
  }
  return pieces
}

/** The largest MIGRATE_DATA that is held here. */
const mostHeld = 4096

interface Seen {
  /** The events that are no bytes, in order. */
  readonly events: readonly string[]
  /** What passed or was held, in order. */
  readonly passed: Uint8Array
  /** How many of the client's bytes were read. */
  readonly taken: number
  readonly refusal: string
}

/** What framing makes of a conversation whose pieces are cut into parts of at most so many bytes. */
const seenOf = (pieces: readonly Piece[], most: number): Seen => {
  const events: string[] = []
  const passed: Uint8Array[] = []
  let refusal = ""
  const pass = (bytes: Uint8Array): void => void passed.push(bytes.slice())
  const { client, server } = frameConnection(1, () => false)

  const see = (event: ClientEvent): void => {
    switch (event.kind) {
      case "pass":
        pass(event.bytes)
        break
      case "link":
        events.push(`link ${event.link.channel}`)
        pass(event.last)
        break
      case "message":
        events.push(`message ${event.type} ${event.size} ${event.head.join()}`)
        if (event.type === fromClient.migrateData && event.size <= mostHeld) pass(client.hold())
        break
      case "whole":
        events.push(`whole ${event.type} ${event.payload.length}`)
        pass(event.header)
        pass(event.payload)
        break
      case "broken":
        refusal = event.violation.rule
    }
  }

  const hear = (event: ServerEvent): void => {
    if (event.kind === "result") events.push(`result ${event.error}`)
    else if (event.kind === "message") events.push(`server ${event.type} ${event.size} ${event.head.join()}`)
    else if (event.kind === "broken") refusal = event.violation.rule
  }

  const read = <Event>(next: () => Event | undefined, take: (event: Event) => void): void => {
    for (let event = next(); event !== undefined; event = next()) {
      take(event)
      if (refusal !== "") return
    }
  }

  let taken = 0
  for (const { isServer, bytes } of pieces)
    for (let at = 0; at < bytes.length && refusal === ""; at += most) {
      const chunk = bytes.slice(at, at + most)
      if (isServer) {
        server.push(chunk)
        read(server.next, hear)
      } else {
        client.push(chunk)
        read(client.next, see)
        taken += refusal === "" ? chunk.length : 0
      }
    }
  return { events, passed: new Uint8Array(Buffer.concat(passed)), taken, refusal }
}

/** What a framer may keep back of bytes that it has taken: a link, or a held message, or a cut header with its head. */
const mostKept = mostHeld + 18 + 20

const check = (data: Uint8Array): void => {
  const pieces = piecesOf(data)
  const whole = seenOf(pieces, data.length + 1)
  const cut = seenOf(pieces, 1)
  if (whole.refusal !== cut.refusal) throw difference("one refusal", "another where the bytes come singly")
  if (whole.events.join("\n") !== cut.events.join("\n")) throw difference("the same events", "others")
  for (const { passed, taken, refusal } of [whole, cut]) {
    const said = Buffer.concat(pieces.filter(({ isServer }) => !isServer).map(({ bytes }) => bytes))
    if (Buffer.compare(said.subarray(0, passed.length), passed) !== 0) throw difference("what came", "something else")
    if (refusal === "" && taken - passed.length > mostKept) throw difference("little kept back", "more")
  }
}

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index)
  return bytes
}

const magic = Buffer.from("REDQ")

/** Pieces as an input has them. */
const inputOf = (pieces: readonly (readonly [isServer: boolean, bytes: Uint8Array])[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(
      pieces.flatMap(([isServer, bytes]) =>
        Array.from({ length: Math.ceil(bytes.length / 127) }, (_, index) => {
          const part = bytes.subarray(127 * index, 127 * (index + 1))
          return Buffer.concat([Buffer.from([2 * part.length + (isServer ? 1 : 0)]), part])
        }),
      ),
    ),
  )

const message = (type: number, payload: Uint8Array): Buffer => {
  const header = Buffer.alloc(6)
  header.writeUInt16LE(type, 0)
  header.writeUInt32LE(payload.length, 2)
  return Buffer.concat([header, payload])
}

/** A link of a channel by the number of its type, and what follows on either side. */
const conversation = (channel: number, capabilities: number, messages: readonly (readonly [boolean, Uint8Array])[]) =>
  inputOf([
    [false, Buffer.concat([magic, words(2, 2, 26, 7), Buffer.from([channel, 0]), words(1, 1, 18, capabilities, 0)])],
    [true, Buffer.concat([magic, words(2, 2, 186, 0), Buffer.alloc(162), words(1, 1, 178, capabilities, 0)])],
    [false, Buffer.concat([words(1), Buffer.alloc(128)])],
    [true, words(0)],
    ...messages,
  ])

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/spice/wire/"],
  detectors: false,
  dictionary: [magic, message(5, new Uint8Array()), message(110, words(1)), words(1), words(2)],
  seeds: (corpus) => [
    ...[1, 2, 9].map((channel) =>
      conversation(channel, 0b1011, [
        [true, message(1, words(3))],
        [false, message(4, new Uint8Array())],
        [false, message(5, corpus.find(({ channel: each }) => each === "inputs")?.bytes ?? new Uint8Array())],
        [false, message(102, Buffer.concat([Buffer.from([1]), words(100)]))],
      ]),
    ),
    conversation(1, 0b0011, [[false, Buffer.concat([words(1, 0), Buffer.from([110, 0]), words(4, 0, 1)])]]),
    conversation(1, 0b0010, []),
  ],
  evidenceOf: (data) => ({ kind: "text", bytes: data }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
