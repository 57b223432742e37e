import type { MigrateData } from "../spice/migrate-data.js"
import { defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import type { LinkedChannel } from "../spice/wire/channels.js"
import { type Measure, type Rule, Violation } from "../violation/violation.js"
import type { Connection, Decision, EventOf } from "./events.js"
import { sessionRules } from "./rules.js"
import type { Stage } from "./transitions.js"

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
  /** Whether the client is gone or refused: nothing of it follows, but the server may not know yet. */
  hasLeft: boolean
  /** Whether the connection to the server is being ended. */
  isEnding: boolean
  /** Whether the server waits for a MIGRATE_FLUSH_MARK. */
  owesFlushMark: boolean
  hadDisplayInit: boolean
  /** A display's message that follows DISPLAY_INIT before the display is heard. */
  heldMessage: EventOf<"whole"> | undefined
  /** Whether a display has spoken since its DISPLAY_INIT or its data: its worker has taken that. */
  isHeard: boolean
  /** When a display's worker has taken its link for certain, if it has not spoken before. */
  takenBy: number
  /** When a display that owes DISPLAY_INIT gets the guard's. */
  due: number
  /** What the server has asked for: SET_ACKs and PINGs without an answer, and whether it wants acknowledgements at all. */
  setAcks: number
  pings: number
  wantsAcks: boolean
  /** How many messages the server has sent that no ACK counts, and how many one counts; it stops at two of them. */
  unacknowledged: number
  window: number
  refused: Violation | undefined
}

/** What a display's data says of what it shares with other displays. */
export interface DisplayData {
  readonly channel: ChannelState
  /** Whether it is as its source wrote it. */
  readonly isSealed: boolean
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
  /** Links that wait for what becomes of this session. */
  readonly waiting: Set<PendingLink>
  /** The server's seamless flag as this session's main has set it: `unknown` until the server answered that. */
  flag: "unknown" | "asked" | "off"
  /** Whether the seamless migration has been acknowledged and not all data has passed. */
  isSeamless: boolean
  /** Whether MIGRATE_END has passed, and the server has not begun the session by MAIN_INIT yet. */
  isEnding: boolean
  /** Whether a channel left that the server waits for ever for. */
  isAbandoned: boolean
  /** Until when no other main is linked; later while a machine can be on its way. */
  reservedUntil: number
  /** Whether data is on its way: a channel that is linked from then on may await its own or not. */
  hasBegun: boolean
  /** Main's data that waits for displays, and until when. */
  heldMain: { readonly channel: ChannelState; readonly state: MigrateData<"main">; readonly until: number } | undefined
  agentIsConnected: boolean
  /** Whether the client has begun to speak with the agent that is connected. */
  agentIsStarted: boolean
  /** Whether something of the agent's has reached the client, on this server or the one before. */
  agentHasSpoken: boolean
}

/** A link that the server has not been asked for, and where it waits. */
export interface PendingLink extends EventOf<"link"> {
  place: Set<PendingLink>
}

/** One server. */
export interface World {
  readonly receiver: () => ReceiverState
  /** Whether a machine may be on its way to the server, as far as its caller knows. */
  readonly awaitsMachine: () => boolean
  /** Whether decisions are only told: everything goes on whatever they are. */
  readonly observes: () => boolean
  readonly connections: Map<Connection, ChannelState>
  /** Sessions by connection id, until the server has closed their main. */
  readonly sessions: Map<number, SessionState>
  now: number
  readonly pending: Map<Connection, PendingLink>
  /** Links whose turn has not come, in their order. */
  readonly queue: Set<PendingLink>
  /** Links of main that wait for displays of the session that the server has, and of displays that come behind one. */
  readonly waitingMains: Set<PendingLink>
  /** Displays whose worker may still wait for DISPLAY_INIT: it must get one before the connection or its session ends. */
  readonly unsettled: Set<ChannelState>
  /** The link that the server is asked for. There is one at a time, so that the server's order is the guard's. */
  asking: ChannelState | undefined
  /** The session of the main channel that the server took last: it has no other. */
  current: SessionState | undefined
  /** The current session while it says that it migrates and is not done. */
  migration: SessionState | undefined
  /** Whether the server's machine is known to run: nothing can migrate to it. */
  machineRuns: boolean
  /** What the event at hand has come to so far. */
  decisions: Decision[]
  /** Sessions of which something has changed: what waits in them is looked at again. */
  readonly changed: Set<SessionState>
}

/** What a session judges by: read with each event, so that what changes meanwhile counts from then on. */
export interface SessionOptions {
  /** What the receiver of the data is; its limits on blobs hold for what a header announces. */
  readonly receiver?: ReceiverState
  /**
   * Whether a machine may be on its way to the server. Default false: spice-server acknowledges a migration whether it
   * awaits one or not, and crashes on its data if not. Without one a migration is declined: it goes on, not seamlessly.
   */
  readonly awaitsMachine?: boolean
  /** Whether decisions are only told, as in a relay's monitor mode: nothing waits, and what is refused goes on. Default false. */
  readonly observes?: boolean
}

export const newWorld = (options: SessionOptions): World => ({
  receiver: () => options.receiver ?? defaultReceiver,
  awaitsMachine: () => options.awaitsMachine ?? false,
  observes: () => options.observes ?? false,
  connections: new Map(),
  sessions: new Map(),
  now: 0,
  pending: new Map(),
  queue: new Set(),
  waitingMains: new Set(),
  unsettled: new Set(),
  asking: undefined,
  current: undefined,
  migration: undefined,
  machineRuns: false,
  decisions: [],
  changed: new Set(),
})

export const keyOf = (channel: LinkedChannel, id: number): string => (channel === "main" ? "main" : `${channel}[${id}]`)

export const newSession = (id: number | undefined, migrates: boolean): SessionState => ({
  id,
  migrates,
  channels: new Map(),
  displays: new Map(),
  waiting: new Set(),
  flag: "unknown",
  isSeamless: false,
  isEnding: false,
  isAbandoned: false,
  reservedUntil: Number.NEGATIVE_INFINITY,
  hasBegun: false,
  heldMain: undefined,
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
  hasLeft: false,
  isEnding: false,
  owesFlushMark: false,
  hadDisplayInit: false,
  heldMessage: undefined,
  isHeard: false,
  takenBy: Number.POSITIVE_INFINITY,
  due: Number.POSITIVE_INFINITY,
  setAcks: 0,
  pings: 0,
  wantsAcks: false,
  unacknowledged: 0,
  window: 0,
  refused: undefined,
})

/** Why, with what was found against what may be. */
export interface Reason {
  readonly check: Rule
  readonly path?: string
  readonly actual?: Measure
  readonly expected?: Measure
}

/** A violation by what a channel did: its path names the channel, and the field at fault where there is one. */
export const violationOf = (name: string, { check, path, actual, expected }: Reason): Violation =>
  new Violation(check, { path: path === undefined ? name : `${name}.${path}`, offset: 0, length: 0 }, actual, expected)

/** Lets go of a connection's client. What the server still has of it ends later, as soon as it can. */
export const leave = ({ changed }: World, channel: ChannelState): void => {
  const { session, stage } = channel
  if (channel.hasLeft) return
  channel.hasLeft = true
  session.isAbandoned ||= channel.isLinked && (stage === "awaiting" || stage === "sending")
  changed.add(session)
}

/** Refuses a connection, and remembers why: whatever else comes on it is refused for the same reason. */
export const refuse = (world: World, channel: ChannelState, reason: Reason): void => {
  const { connection } = channel
  if (world.observes()) {
    const violation = violationOf(keyOf(channel.channel, channel.channelId), reason)
    world.decisions.push({ kind: "refuse", connection, violation })
    return
  }
  channel.refused ??= violationOf(keyOf(channel.channel, channel.channelId), reason)
  world.decisions.push({ kind: "refuse", connection, violation: channel.refused })
  leave(world, channel)
}

/** Finds the channel that a client speaks on; refuses what comes on a connection without one, or behind its end. */
export const speakerOf = (world: World, connection: Connection): ChannelState | undefined => {
  const channel = world.connections.get(connection)
  const reason = { check: sessionRules.linked }
  if (channel === undefined)
    world.decisions.push({ kind: "refuse", connection, violation: violationOf("link", reason) })
  else if (channel.hasLeft) refuse(world, channel, reason)
  else return channel
  return undefined
}
