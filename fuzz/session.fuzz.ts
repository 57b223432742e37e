import type { TargetModule } from "../src/fuzz/target.js"
import type { MigrateData } from "../src/index.js"
import { createSession, type Decision, type SessionEvent } from "../src/session/index.js"
import { carriesData, channelTypes, type LinkedChannel } from "../src/spice/wire/channels.js"
import { fromClient, fromServer, mainFromServer, onMain } from "../src/spice/wire/messages.js"
import { difference } from "./texts.js"

/**
 * Orders of messages on up to eight connections to one server. Every event is four bytes of an input: its kind, its
 * connection and two numbers. What is let through is held against what ends a server, without a look at the rules.
 */

const channels = Object.keys(channelTypes) as readonly LinkedChannel[]

const word = (value: number): Uint8Array => Uint8Array.of(value, 0, 0, 0)

/** Types of messages that the session tells apart, and one that it does not. */
const types = [...Object.values(fromClient), ...Object.values(onMain), 101, 102, 103]
const serverTypes = [...Object.values(fromServer), ...Object.values(mainFromServer), 2, 101]

const pick = <A>(values: readonly A[], byte: number, otherwise: A): A => values[byte % values.length] ?? otherwise

/** States of migration data. */
const states: readonly MigrateData[] = [0, 3].map((motion_count) => ({ motion_count }))

const eventOf = (bytes: Uint8Array): SessionEvent => {
  const [kind = 0, second = 0, one = 0, two = 0] = bytes
  const connection = second % 8
  switch (kind % 8) {
    case 0:
    case 1: {
      const link = { channel: pick(channels, one, "main"), channelId: two >> 4, connectionId: two % 4 }
      return { kind: "link", connection, link }
    }
    case 2:
      return { kind: "linked", connection, error: one % 4 === 3 ? 1 : 0 }
    case 3:
    case 4:
      return { kind: "message", connection, type: pick(types, one, 101), size: two % 64, head: word(two % 4) }
    case 5:
      return { kind: "server", connection, type: pick(serverTypes, one, 101), size: 4, head: headOf(one, two) }
    case 6:
      return two < 128
        ? { kind: "data", connection, state: pick(states, two, { motion_count: 0 }) }
        : { kind: "time", now: 100 * two * one }
    default:
      return { kind: "closed", connection }
  }
}

/** MIGRATE's flags, or of MAIN_INIT a session and whether its agent is connected. */
const headOf = (type: number, value: number): Uint8Array => {
  const head = new Uint8Array(20)
  head[0] = value % 4
  head[16] = value >> 7
  return pick(serverTypes, type, 101) === mainFromServer.init ? head : head.subarray(0, 4)
}

/** What a server would have seen of a connection. */
interface Server {
  channel: LinkedChannel
  migrates: boolean
  seamless: number
  data: number
  flushMarks: number
  asked: number
  isRefused: boolean
}

/** The decision about an event's own connection, which comes first and alone. */
const ownOf = (event: SessionEvent, decisions: readonly Decision[]): Decision | undefined => {
  if (event.kind !== "link" && event.kind !== "message" && event.kind !== "data") return undefined
  const [own] = decisions
  if (own?.connection !== event.connection) throw difference("a decision about the connection", "none")
  return own
}

/** What must never pass, whatever came before. */
const isHarmless = (server: Server): void => {
  if (server.flushMarks > server.asked) throw difference("no MIGRATE_FLUSH_MARK that was not asked for", "one")
  if (server.seamless > (server.migrates ? 1 : 0))
    throw difference("one MIGRATE_DST_DO_SEAMLESS of a migration", "more")
  if (server.data > 1) throw difference("one MIGRATE_DATA", "two")
  if (server.data > 0 && !carriesData(server.channel)) throw difference("no data on such a channel", "some")
}

const count = (server: Server, event: SessionEvent): void => {
  if (event.kind !== "message") return
  if (event.type === fromClient.migrateFlushMark) server.flushMarks++
  if (event.type === fromClient.migrateData) server.data++
  if (event.type === onMain.dstDoSeamless && server.channel === "main") server.seamless++
  isHarmless(server)
}

const serverOf = ({
  channel,
  connectionId,
}: {
  readonly channel: LinkedChannel
  readonly connectionId: number
}): Server => ({
  channel,
  migrates: connectionId !== 0,
  seamless: 0,
  data: 0,
  flushMarks: 0,
  asked: 0,
  isRefused: false,
})

const check = (data: Uint8Array): void => {
  const session = createSession()
  const servers = new Map<number, Server>()
  for (let at = 0; at + 4 <= data.length; at += 4) {
    const event = eventOf(data.subarray(at, at + 4))
    // A connection is linked once, as a number is given to one connection at a time.
    if (event.kind === "link" && servers.has(event.connection)) continue
    const decisions = session(event)
    const own = ownOf(event, decisions)
    if (event.kind === "link" && own?.kind === "forward") servers.set(event.connection, serverOf(event.link))
    const server = "connection" in event ? servers.get(event.connection) : undefined
    if (server !== undefined) {
      if (own?.kind === "forward" && server.isRefused) throw difference("nothing after a refusal", "a message")
      if (own?.kind === "forward") count(server, event)
      if (event.kind === "server" && event.type === fromServer.migrate && ((event.head[0] ?? 0) & 1) === 1)
        server.asked++
    }
    for (const decision of decisions)
      if (decision.kind === "refuse") {
        const refused = servers.get(decision.connection)
        if (refused !== undefined) refused.isRefused = true
      }
    if (event.kind === "closed") servers.delete(event.connection)
  }
}

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/session/"],
  detectors: false,
  dictionary: [],
  seeds: () => [
    // main as a migrating session, its request, the acknowledgement, inputs, and the data of both.
    Uint8Array.from([0, 0, 0, 1, 2, 0, 0, 0, 3, 0, types.indexOf(onMain.dstDoSeamless), 1]),
    Uint8Array.from([0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 3, 3, 0, 3, 0, 7, 0, 0, 0]),
  ],
  evidenceOf: (data) => ({ kind: "text", bytes: data }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
