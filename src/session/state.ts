import { type Check, type Measure, Violation } from "../schema/violation.js"
import type { ReceiverState } from "../spice/receiver.js"
import type { LinkedChannel } from "../spice/wire/channels.js"
import type { Connection, Decision } from "./events.js"
import type { Stage } from "./table.js"

/** What is known of one server's sessions. Only the functions of this folder see and change it. */

export interface ChannelState {
  readonly connection: Connection
  readonly channel: LinkedChannel
  readonly channelId: number
  readonly session: SessionState
  /** The decision that nearly every message gets, made once. */
  readonly forward: readonly [Decision]
  stage: Stage
  /** Whether the server has taken the link. */
  isLinked: boolean
  /** Whether the server waits for a MIGRATE_FLUSH_MARK. */
  owesFlushMark: boolean
  hadDisplayInit: boolean
  /** What the server has asked for: SET_ACKs and PINGs without an answer, and whether it wants acknowledgements at all. */
  setAcks: number
  pings: number
  wantsAcks: boolean
  refused: Violation | undefined
}

/** What a display's data says of what it shares with other displays. */
export interface DisplayData {
  readonly channel: ChannelState
  readonly serial: bigint
  readonly cacheId: number
  readonly freezer: boolean
  readonly clients: readonly bigint[]
  readonly dictionaryId: number
  readonly lastImageId: bigint
  /** When it is refused if it is still held then. */
  readonly until: number
  held: boolean
}

export interface SessionState {
  /** The connection id; undefined until the server has named one. */
  id: number | undefined
  readonly migrates: boolean
  readonly channels: Map<string, ChannelState>
  readonly displays: Map<number, DisplayData>
  /** Whether the seamless migration has been acknowledged and not all data has passed. */
  isSeamless: boolean
  /** Whether MIGRATE_END has passed, and the server has not begun the session by MAIN_INIT yet. */
  isEnding: boolean
  /** Whether a channel left that the server waits for ever for. */
  isAbandoned: boolean
  /** Until when no further channel with data may be linked. */
  settles: number
  agentIsConnected: boolean
  /** Whether the client has begun to speak with an agent that was there. */
  agentIsStarted: boolean
  /** Whether something of the agent's has reached the client, on this server or the one before. */
  agentHasSpoken: boolean
}

/** One server. */
export interface World {
  readonly receiver: () => ReceiverState
  /** Whether a machine may be on its way to the server, as far as its caller knows. */
  readonly awaitsMachine: () => boolean
  readonly connections: Map<Connection, ChannelState>
  readonly sessions: Map<number, SessionState>
  now: number
  /** The session that says that it migrates and is not done. */
  migration: SessionState | undefined
  /** The server's flag for seamless migrations, which it never takes back but for another answer. */
  hasAcknowledged: boolean
  /** Whether the server's machine is known to run: nothing can migrate to it. */
  machineRuns: boolean
}

export const keyOf = (channel: LinkedChannel, id: number): string => (channel === "main" ? "main" : `${channel}[${id}]`)

export const newSession = (id: number | undefined, migrates: boolean): SessionState => ({
  id,
  migrates,
  channels: new Map(),
  displays: new Map(),
  isSeamless: false,
  isEnding: false,
  isAbandoned: false,
  settles: Number.NEGATIVE_INFINITY,
  agentIsConnected: false,
  agentIsStarted: false,
  agentHasSpoken: false,
})

export const newChannel = (
  connection: Connection,
  channel: LinkedChannel,
  channelId: number,
  session: SessionState,
  stage: Stage,
): ChannelState => ({
  connection,
  channel,
  channelId,
  session,
  forward: [{ kind: "forward", connection }],
  stage,
  isLinked: false,
  owesFlushMark: false,
  hadDisplayInit: false,
  setAcks: 0,
  pings: 0,
  wantsAcks: false,
  refused: undefined,
})

/** Why, with what was found against what may be. */
export interface Reason {
  readonly check: Check
  readonly path?: string
  readonly actual?: Measure
  readonly expected?: Measure
}

/** A violation by what a channel did: its path names the channel, and the field at fault where there is one. */
export const violationOf = (name: string, { check, path, actual, expected }: Reason): Violation =>
  new Violation(check, { path: path === undefined ? name : `${name}.${path}`, offset: 0, length: 0 }, actual, expected)

/** Refuses a connection, and remembers it: whatever else comes on it is refused for the same reason. */
export const refuse = (channel: ChannelState, reason: Reason): Decision => {
  channel.refused ??= violationOf(keyOf(channel.channel, channel.channelId), reason)
  return { kind: "refuse", connection: channel.connection, violation: channel.refused }
}
