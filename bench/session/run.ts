/**
 * Measures what a session's state costs at 10,000 connections and ids: memory, and time for each event. With --write the
 * table goes to docs/relay.md as well.
 */

import { markdownTable } from "../../src/report/markdown.js"
import { createSession, type LinkedChannel, type Session } from "../../src/session/index.js"
import { duration, writeInto } from "../markdown.js"

const many = 10_000

const kinds: readonly LinkedChannel[] = [
  "inputs",
  "cursor",
  "playback",
  "record",
  "smartcard",
  "usbredir",
  "port",
  "webdav",
]

const { gc } = globalThis
if (gc === undefined) throw new Error("run node with --expose-gc")

interface Measured {
  readonly says: string
  readonly bytes: number
  readonly nanoseconds: number
}

/** Does something `many` times; says what stays in memory of each, and how long each takes. */
const measured = (says: string, count: number, session: Session, act: (index: number) => void): Measured => {
  gc()
  const before = process.memoryUsage().heapUsed
  const began = process.hrtime.bigint()
  for (let index = 0; index < count; index++) act(index)
  const nanoseconds = Number(process.hrtime.bigint() - began) / count
  gc()
  const bytes = Math.max(0, (process.memoryUsage().heapUsed - before) / count)
  // Whatever is measured has to be reachable until here.
  session({ kind: "time", now: 0 })
  return { says, bytes, nanoseconds }
}

const link = (session: Session, connection: number, channel: LinkedChannel, channelId: number, connectionId: number) =>
  session({ kind: "link", connection, link: { channel, channelId, connectionId } })

const begin = (id: number): Uint8Array => {
  const head = new Uint8Array(20)
  new DataView(head.buffer).setUint32(0, id, true)
  return head
}

/** A session with a main channel that the server has taken and begun. */
const ordinary = (session: Session, connection: number, id: number): void => {
  link(session, connection, "main", 0, 0)
  session({ kind: "linked", connection, error: 0 })
  session({ kind: "server", connection, type: 103, size: 20, head: begin(id) })
}

const waitingLinks = (): readonly Measured[] => {
  const session = createSession({ awaitsMachine: true })
  link(session, 0, "main", 0, 1)
  return [
    measured("links of main that wait for one in flight, each with an id of its own", many, session, (index) =>
      link(session, index + 1, "main", 0, index + 2),
    ),
    measured("one of them leaves", many, session, (index) => session({ kind: "left", connection: index + 1 })),
  ]
}

const waitingChannels = (): readonly Measured[] => {
  const session = createSession({ awaitsMachine: true })
  link(session, 0, "main", 0, 7)
  session({ kind: "linked", connection: 0, error: 0 })
  return [
    measured("links of channels that wait for the server's answer on main", many, session, (index) =>
      link(session, index + 1, "usbredir", index & 255, 7),
    ),
  ]
}

const channels = kinds.flatMap((kind) => Array.from({ length: 256 }, (_, id) => ({ kind, id })))

const linkedChannels = (): readonly Measured[] => {
  const session = createSession()
  ordinary(session, 0, 7)
  const head = new Uint8Array()
  return [
    measured("channels that are linked", channels.length, session, (index) => {
      const { kind, id } = channels[index] ?? { kind: "inputs", id: 0 }
      link(session, index + 1, kind, id, 7)
      session({ kind: "linked", connection: index + 1, error: 0 })
    }),
    measured("a message on one of them", 100 * many, session, (index) =>
      session({ kind: "message", connection: 1 + (index % channels.length), type: 105, size: 4, head }),
    ),
    measured("one of them is closed", channels.length, session, (index) =>
      session({ kind: "closed", connection: index + 1 }),
    ),
  ]
}

const endedSessions = (): readonly Measured[] => {
  const session = createSession()
  return [
    measured("sessions that begin and end, one after the other", many, session, (index) => {
      ordinary(session, index, index + 1)
      session({ kind: "left", connection: index })
      session({ kind: "closed", connection: index })
    }),
  ]
}

const all = [...waitingLinks(), ...waitingChannels(), ...linkedChannels(), ...endedSessions()]
const text = markdownTable(
  ["what", "bytes that stay, each", "time, each"],
  all.map(({ says, bytes, nanoseconds }) => [says, bytes < 16 ? "0" : bytes.toFixed(0), duration(nanoseconds)]),
)
process.stdout.write(`${text}\n`)
if (process.argv.includes("--write")) writeInto("docs/relay.md", "npm run bench:session -- --write", text)
