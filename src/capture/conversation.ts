import * as E from "fp-ts/lib/Either.js"
import type { DataChannel } from "../seal/binding.js"
import { isEnvelope } from "../seal/kind.js"
import type { Decision, SessionEvent } from "../session/index.js"
import { rightSetting } from "../spice/jpeg-setting.js"
import { decodeMigrateData, type MigrateData } from "../spice/migrate-data.js"
import type { ReceiverState } from "../spice/receiver.js"
import { carriesData, type LinkedChannel } from "../spice/wire/channels.js"
import { frameConnection } from "../spice/wire/connection.js"
import type { ClientEvent, ServerEvent, WireMessage } from "../spice/wire/events.js"
import { wordAt } from "../spice/wire/fixed-layout.js"
import { noBytes } from "../spice/wire/input.js"
import { type Link, linkHeaderSize } from "../spice/wire/link.js"
import { fromClient, fromServer, mainFromServer } from "../spice/wire/messages.js"
import { wireRules } from "../spice/wire/rules.js"
import { joined } from "../violation/bytes.js"
import { type Rule, Violation } from "../violation/violation.js"
import type { StreamEvent } from "./reassembly.js"
import { captureRules } from "./rules.js"
import type { CapturedBlob, CapturedConnection, MessageCount, Side } from "./types.js"

/** What a connection tells, and what it is told of its surroundings. */
export interface ConversationSurroundings {
  readonly receiver: ReceiverState
  /** Says an event of this connection to the session of its server; returns what is decided on this connection. */
  readonly say: (event: Exclude<SessionEvent, { readonly kind: "time" | "silent" }>) => readonly Decision[]
  /** Nothing of this connection is read any more, though it may go on. */
  readonly forget: () => void
  readonly blob: (blob: CapturedBlob) => void
  /** The number and time of the packet at hand. */
  readonly now: () => { readonly packet: number; readonly time: number }
}

/** A connection of SPICE, as its two sides come from the capture. */
export interface Conversation {
  readonly take: (side: Side, event: StreamEvent) => void
  /** A decision on this connection that came with an event of another one. */
  readonly decide: (decision: Decision) => void
  /** Whether the server's side lacks bytes that the client has received. */
  readonly lacksServer: (lacks: boolean) => void
  /** Nothing more comes: the connection is over, or the capture, or what was kept of it. */
  readonly finish: (end: CapturedConnection["end"]) => CapturedConnection
  /** Bytes of memory that are kept, with what they take beside. */
  readonly kept: () => number
}

/** How many types of message are told apart in one direction, and how many rules. */
const mostTypes = 64
const mostRules = 32

/** What a message type that is counted takes, and a connection beside. */
const countCost = 128
const connectionCost = 8192

/** The largest gap in a payload that is passed over. */
const largestFill = 1 << 20
const fill = new Uint8Array(65_536)

/** The largest message that is gathered for the session: none that it asks for is larger. */
const mostGathered = 65_536

/** Counts messages by type. */
const newCounter = () => {
  const counts = new Map<number, { count: number; bytes: number }>()
  const others = { count: 0, bytes: 0 }
  return {
    size: () => counts.size,
    add: (type: number, size: number): void => {
      let known = counts.get(type)
      if (known === undefined && counts.size < mostTypes) {
        known = { count: 0, bytes: 0 }
        counts.set(type, known)
      }
      const counted = known ?? others
      counted.count++
      counted.bytes += size
    },
    all: (from: Side): readonly MessageCount[] => [
      ...[...counts].sort(([one], [other]) => one - other).map(([type, each]) => ({ from, type, ...each })),
      ...(others.count === 0 ? [] : [{ from, type: undefined, ...others }]),
    ],
  }
}

/** Violations, each rule once. */
const newViolations = () => {
  const all = new Map<string, Violation>()
  return {
    add: (violation: Violation): void => {
      if (all.size < mostRules && !all.has(violation.rule)) all.set(violation.rule, violation)
    },
    all: (): readonly Violation[] => [...all.values()],
  }
}

interface Judged {
  readonly violations: readonly Violation[]
  readonly setting?: "always" | "never"
  readonly state: MigrateData | undefined
}

const judgeBlob = (channel: DataChannel, bytes: Uint8Array, receiver: ReceiverState): Judged => {
  const decoded = decodeMigrateData(channel, bytes, receiver, { all: true, alias: true })
  if (E.isRight(decoded)) return { violations: [], state: decoded.right }
  const setting = channel === "display" ? rightSetting(bytes, receiver) : undefined
  if (setting === undefined) return { violations: decoded.left, state: undefined }
  const other = decodeMigrateData(channel, bytes, { ...receiver, jpegWanCompression: setting }, { alias: true })
  return { violations: decoded.left, setting, state: E.isRight(other) ? other.right : undefined }
}

/** One direction: how much of it has come, and where the last message that was seen ends. */
interface Direction {
  readonly counter: ReturnType<typeof newCounter>
  pushed: number
  /** Undefined until the messages begin. */
  boundary: number | undefined
  /** Bytes that were gathered of a message that is held. */
  held: number
  isHolding: boolean
  /** Nothing of it is read any more. */
  isLost: boolean
}

const newDirection = (): Direction => ({
  counter: newCounter(),
  pushed: 0,
  boundary: undefined,
  held: 0,
  isHolding: false,
  isLost: false,
})

/** Follows a connection from its first byte on, with the number that its session knows it by. */
export const followConversation = (
  connection: number,
  ends: { readonly client: string; readonly server: string },
  { receiver, say, forget, blob, now }: ConversationSurroundings,
): Conversation => {
  const began = now()
  const { client, server, encode } = frameConnection(connection, () => true)
  const directions = { client: newDirection(), server: newDirection() }
  const violations = newViolations()
  const problems = newViolations()
  let link: Link | undefined
  let sessionId: number | undefined
  /** Whether the server has replied, so that either side can be read without the other. */
  let isAgreed = false
  let lacksServer = false
  /** Whether the client has brought sealed data: the session does not know what it says, and is not asked any more. */
  let isSealed = false
  let isClosed = false
  /** The first bytes of the server's side: they say how long its reply is. */
  let reply: Uint8Array = noBytes

  const decide = (decision: Decision): void => {
    if (decision.kind === "refuse" || decision.kind === "replace") violations.add(decision.violation)
  }

  const ask = (event: Parameters<typeof say>[0]): readonly Decision[] => {
    const decisions = say(event)
    for (const decision of decisions) decide(decision)
    return decisions
  }

  const note = (rule: Rule, side: Side, size: number): void =>
    problems.add(new Violation(rule, { path: side, offset: 0, length: 0 }, size))

  /** What was gathered of a message that is held stays with its framer, and counts until the connection is over. */
  const lose = (side: Side): void => {
    directions[side].isLost = true
    if (!isAgreed) directions.client.isLost = true
  }

  /** Takes data that a side has sent. */
  const takeData = (from: Side, channel: LinkedChannel, payload: Uint8Array): void => {
    if (link === undefined || !carriesData(channel)) return
    const { channelId } = link
    const about = { ...ends, ...now(), from, channel, channelId, sessionId, bytes: payload }
    if (isEnvelope(payload)) {
      isSealed ||= from === "client"
      note(captureRules.sealed, from, payload.length)
      blob({ ...about, violations: [], isSealed: true })
      return
    }
    const { violations: found, setting, state } = judgeBlob(channel, payload, receiver)
    blob({ ...about, violations: found, isSealed: false, ...(setting === undefined ? {} : { acceptedWith: setting }) })
    for (const violation of found) violations.add(violation)
    if (from === "client" && state !== undefined) ask({ kind: "data", connection, state })
  }

  const headerSize = (): number => encode(0, noBytes).length

  /** Counts a message; whether it has data that is kept. */
  const count = (side: Side, { type, size }: WireMessage, dataType: number): boolean => {
    const direction = directions[side]
    direction.counter.add(type, size)
    if (direction.boundary !== undefined) direction.boundary += headerSize() + size
    if (type !== dataType || link === undefined || !carriesData(link.channel)) return false
    const limit = receiver.maxBlobBytes[link.channel]
    if (size <= limit) return true
    violations.add(new Violation(captureRules.blobSize, { path: side, offset: 0, length: 0 }, size, limit))
    return false
  }

  const hold = (side: Side, framer: { readonly hold: () => Uint8Array }): void => {
    framer.hold()
    directions[side].isHolding = true
  }

  const fromClientEvent = (event: ClientEvent): void => {
    switch (event.kind) {
      case "link":
        link = event.link
        isAgreed = true
        if (link.connectionId !== 0) sessionId = link.connectionId
        directions.client.boundary = directions.client.pushed - client.unread()
        ask({ kind: "link", connection, link })
        break
      case "message": {
        const isData = count("client", event, fromClient.migrateData)
        const [decision] = isSealed ? [] : ask(event)
        if (isData || (decision?.kind === "gather" && event.size <= mostGathered)) hold("client", client)
        break
      }
      case "whole":
        directions.client.held = 0
        directions.client.isHolding = false
        if (event.type === fromClient.migrateData && link !== undefined) takeData("client", link.channel, event.payload)
        else ask({ kind: "whole", connection, type: event.type, payload: event.payload })
        break
      case "broken":
        lose("client")
        if (event.violation.rule === wireRules.beforeReply.id && lacksServer) note(captureRules.gap, "server", 0)
        else violations.add(event.violation)
        break
    }
  }

  const fromServerEvent = (event: ServerEvent): void => {
    switch (event.kind) {
      case "result":
        isAgreed = true
        if (reply.length >= linkHeaderSize) directions.server.boundary = linkHeaderSize + wordAt(reply, 12) + 4
        ask({ kind: "linked", connection, error: event.error })
        break
      case "message": {
        const { type, size, head } = event
        const isData = count("server", event, fromServer.migrateData)
        if (link?.channel === "main" && type === mainFromServer.init && head.length >= 4) sessionId ??= wordAt(head, 0)
        ask({ kind: "server", connection, type, size, head })
        if (isData) hold("server", server)
        break
      }
      case "whole":
        directions.server.held = 0
        directions.server.isHolding = false
        if (link !== undefined) takeData("server", link.channel, event.payload)
        break
      case "broken":
        lose("server")
        violations.add(event.violation)
        break
    }
  }

  const read = (side: Side, bytes: Uint8Array): void => {
    const direction = directions[side]
    direction.pushed += bytes.length
    if (direction.isHolding) direction.held += bytes.length
    if (side === "client") {
      client.push(bytes)
      for (let event = client.next(); event !== undefined && !direction.isLost; event = client.next())
        fromClientEvent(event)
    } else {
      if (reply.length < linkHeaderSize) reply = joined(reply, bytes.subarray(0, linkHeaderSize - reply.length))
      server.push(bytes)
      for (let event = server.next(); event !== undefined && !direction.isLost; event = server.next())
        fromServerEvent(event)
    }
  }

  /** Passes over a gap that lies in one message's payload; behind any other, what follows cannot be read. */
  const bridge = (side: Side, size: number): void => {
    const { boundary, pushed, isHolding } = directions[side]
    const isInPayload = boundary !== undefined && pushed + size <= boundary
    if (!isInPayload || isHolding || size > largestFill) {
      note(captureRules.gap, side, size)
      lose(side)
      return
    }
    note(captureRules.payloadGap, side, size)
    for (let left = size; left > 0; left -= fill.length) read(side, fill.subarray(0, left))
  }

  const take = (side: Side, event: StreamEvent): void => {
    if (event.kind === "end") {
      if (side === "client" && !isClosed) ask({ kind: "left", connection })
      return
    }
    if (event.kind === "conflict") {
      note(captureRules.conflict, side, event.size)
      return
    }
    if (directions[side].isLost) return
    if (event.kind === "gap") bridge(side, event.size)
    else read(side, event.bytes)
  }

  return {
    take,
    decide,
    lacksServer: (lacks) => {
      lacksServer = lacks
    },
    finish: (end) => {
      if (end === "closed") {
        isClosed = true
        ask({ kind: "closed", connection })
      }
      if (end === "forgotten") {
        note(captureRules.connections, "client", 0)
        forget()
      }
      return {
        ...ends,
        channel: link?.channel,
        channelId: link?.channelId,
        sessionId,
        began,
        end,
        messages: [...directions.client.counter.all("client"), ...directions.server.counter.all("server")],
        violations: violations.all(),
        problems: problems.all(),
      }
    },
    kept: () =>
      connectionCost +
      directions.client.held +
      directions.server.held +
      countCost * (directions.client.counter.size() + directions.server.counter.size()),
  }
}
