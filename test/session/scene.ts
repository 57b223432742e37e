import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { carrying, genuineData } from "../../lab/exposure/orders/order.js"
import { root } from "../../scripts/corpus.js"
import { type Channel, type DisplayState, decodeMigrateData, type MigrateData } from "../../src/index.js"
import { createSession, type Decision, type LinkedChannel, type SessionOptions } from "../../src/session/index.js"

/** A server's connections as a test plays them: each step says what became of it. */

export const word = (value: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

/** Numbers of the server's messages, written down anew. */
export const serverTypes = {
  migrate: 1,
  setAck: 3,
  ping: 4,
  init: 103,
  agentConnected: 107,
  agentDisconnected: 108,
  agentData: 109,
  agentTokens: 115,
  seamlessAck: 117,
  seamlessNack: 118,
} as const

/** Numbers of the client's. */
export const types = {
  ackSync: 1,
  ack: 2,
  pong: 3,
  flushMark: 4,
  data: 5,
  agentStart: 106,
  agentData: 107,
  agentToken: 108,
  end: 109,
  seamless: 110,
  displayInit: 101,
  compressed: 102,
} as const

/** DISPLAY_INIT with a cache of 2^20 pixels and a dictionary of 2^20. */
export const displayInit = Uint8Array.of(1, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0, 0, 16, 0)

export { carrying }
export type Carrying = (typeof carrying)[number]

const decoded = <C extends Channel>(channel: C, bytes: Uint8Array): MigrateData<C> => {
  const result = decodeMigrateData(channel, bytes)
  if (E.isLeft(result)) throw new TypeError(result.left[0].message)
  return result.right
}

/** Data of a channel that a server has written. */
export const genuine = (channel: Channel & Carrying): MigrateData => decoded(channel, genuineData(channel))

/** Data of main where the source had an agent. */
export const withAgent: MigrateData = decoded("main", readFileSync(join(root, "corpus/main/genuine/main-agent.bin")))

/** Data of a display that shares nothing, with what a test wants otherwise. */
export const displayOf = (overrides: Partial<DisplayState> = {}): DisplayState => ({
  ...decoded("display", genuineData("display")),
  message_serial: 100n,
  pixmap_cache_id: 1,
  pixmap_cache_freezer: false,
  pixmap_cache_clients: [0n, 0n, 0n, 0n],
  glz_dict_id: 1,
  glz: { size: 1000, max_encoders: 4, last_image_id: 0n },
  ...overrides,
})

/** What was decided, as texts: `forward`, `hold`, or the rule. */
export const verdictOf = (decision: Decision | undefined): string =>
  decision?.kind === "refuse" ? decision.violation.rule : (decision?.kind ?? "nothing")

export const sceneOf = (options: SessionOptions = { awaitsMachine: true }) => {
  const session = createSession(options)
  let next = 0
  let decisions: readonly Decision[] = []

  const own = (event: Parameters<typeof session>[0]): string => {
    decisions = session(event)
    return verdictOf(decisions[0])
  }

  /** Asks for a link, and says what was decided. */
  const ask = (channel: LinkedChannel, connectionId = 0, channelId = 0) => {
    const connection = ++next
    return { connection, verdict: own({ kind: "link", connection, link: { channel, channelId, connectionId } }) }
  }
  /** A link that the guard and the server take. */
  const link = (channel: LinkedChannel, connectionId = 0, channelId = 0): number => {
    const { connection, verdict } = ask(channel, connectionId, channelId)
    if (verdict !== "forward") throw new TypeError(verdict)
    session({ kind: "linked", connection, error: 0 })
    return connection
  }
  /** Sends a message; one that is to be gathered comes whole at once. */
  const send = (
    connection: number,
    type: number,
    head: Uint8Array = type === types.displayInit ? displayInit : new Uint8Array(),
    size = head.length,
  ): string => {
    const verdict = own({ kind: "message", connection, type, size, head })
    if (verdict !== "gather") return verdict
    const payload = new Uint8Array(size)
    payload.set(head)
    return own({ kind: "whole", connection, type, payload })
  }
  const server = (connection: number, type: number, head: Uint8Array = new Uint8Array()) => {
    decisions = session({ kind: "server", connection, type, size: head.length, head })
  }
  const data = (connection: number, state: MigrateData): string => {
    const header = send(connection, types.data, undefined, 100)
    return header === "forward" ? own({ kind: "data", connection, state }) : header
  }
  const close = (connection: number): readonly Decision[] => {
    decisions = session({ kind: "closed", connection })
    return decisions
  }
  const leave = (connection: number): readonly Decision[] => {
    decisions = session({ kind: "left", connection })
    return decisions
  }
  const wait = (now: number): readonly Decision[] => {
    decisions = session({ kind: "time", now })
    return decisions
  }

  /** A channel of an ordinary session that may say anything: a display has had its DISPLAY_INIT and has spoken. */
  const ready = (channel: LinkedChannel, connectionId = 7, channelId = 0): number => {
    const connection = link(channel, connectionId, channelId)
    if (channel !== "display") return connection
    if (send(connection, types.displayInit) !== "forward") throw new TypeError("no display")
    server(connection, 105)
    return connection
  }
  /** A channel of a client that migrates and has not said how: the guard turns the seamless flag off for it. */
  const linkEarly = (main: number, channel: LinkedChannel, connectionId = 7, channelId = 0): number => {
    const { connection, verdict } = ask(channel, connectionId, channelId)
    if (verdict !== "hold") throw new TypeError(verdict)
    server(main, serverTypes.seamlessNack)
    if (!decisions.some((each) => each.connection === connection && each.kind === "forward"))
      throw new TypeError("no link")
    session({ kind: "linked", connection, error: 0 })
    return connection
  }

  /** Main of a new session, with the id that the server gives it. */
  const ordinary = (id = 7, agent = 0): number => {
    const main = link("main")
    const head = new Uint8Array(20)
    head.set(word(id))
    head.set(word(agent), 16)
    server(main, serverTypes.init, head)
    return main
  }
  /** Main of a migration that the target has acknowledged. */
  const migrating = (id = 7): number => {
    const main = link("main", id)
    if (send(main, types.seamless, word(1)) !== "forward") throw new TypeError("no migration")
    server(main, serverTypes.seamlessAck)
    return main
  }

  return {
    session,
    ask,
    link,
    ready,
    linkEarly,
    send,
    server,
    data,
    close,
    leave,
    wait,
    ordinary,
    migrating,
    /** All of the last event's decisions. */
    decided: () => decisions.map((decision) => [decision.connection, verdictOf(decision)]),
    /** Messages of the guard's own among them. */
    sent: () =>
      decisions.flatMap((each) => (each.kind === "send" ? [[each.connection, each.type, ...each.payload]] : [])),
  }
}
