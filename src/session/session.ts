import { defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { data, heldUntil, settleMain } from "./data.js"
import { expireInits, hasUnsettled } from "./display-init.js"
import { settleDisplays } from "./displays.js"
import { endWhatIsReady, gone } from "./endings.js"
import type { Connection, Decision, SessionEvent } from "./events.js"
import { admit, link, linked, requeue, withdrawLink } from "./links.js"
import { message, settleMessages, whole } from "./messages.js"
import { observe } from "./server.js"
import { leave, type World } from "./state.js"

/** What a session judges by: read with each event, so that what changes meanwhile counts from then on. */
export interface SessionOptions {
  /** What the receiver of the data is; its limits on blobs hold for what a header announces. */
  readonly receiver?: ReceiverState
  /**
   * Whether a machine may be on its way to the server. Default false: spice-server acknowledges a migration whether it
   * awaits one or not, and crashes by its data if not. Without one a migration is declined: it goes on, not seamlessly.
   */
  readonly awaitsMachine?: boolean
  /** Whether decisions are only told, as in a relay's monitor mode: nothing waits, and what is refused goes on. Default false. */
  readonly observes?: boolean
}

/** Takes what happened and says what is to become of it: about the event's connection first, then about others. */
export type Session = (event: SessionEvent) => readonly Decision[]

/** Looks again at what waits in the sessions of which something has changed, until nothing changes any more. */
const proceed = (world: World): void => {
  for (const session of world.changed) {
    world.changed.delete(session)
    settleMessages(world, session)
    settleDisplays(world, session)
    settleMain(world, session)
    endWhatIsReady(world, session)
    requeue(world, session.waiting)
  }
  if (!hasUnsettled(world, world.current)) requeue(world, world.waitingMains)
  admit(world)
}

const time = (world: World, now: number): void => {
  world.now = Math.max(world.now, now)
  expireInits(world)
  if (world.migration !== undefined) world.changed.add(world.migration)
}

const left = (world: World, connection: Connection): void => {
  const channel = world.connections.get(connection)
  if (channel !== undefined) {
    leave(world, channel)
    return
  }
  withdrawLink(world, connection)
  world.decisions.push({ kind: "end", connection })
}

const closed = (world: World, connection: Connection): void => {
  const channel = world.connections.get(connection)
  if (channel === undefined) withdrawLink(world, connection)
  else gone(world, channel)
}

/** Shared by all events that come to nothing: never changed. */
const none: readonly Decision[] = []

/** What an event means, but for a message, which is judged by itself. */
const take = (world: World, event: Exclude<SessionEvent, { readonly kind: "message" }>): void => {
  switch (event.kind) {
    case "server":
      observe(world, event)
      break
    case "whole":
      whole(world, event)
      break
    case "link":
      link(world, event)
      break
    case "linked":
      linked(world, event)
      break
    case "data":
      data(world, event)
      break
    case "left":
      left(world, event.connection)
      break
    case "closed":
      closed(world, event.connection)
      break
    case "time":
      time(world, event.now)
      break
  }
}

/** Whether what waits may go on after an event. */
const isDecisive = ({ kind }: SessionEvent): boolean => kind === "link" || kind === "closed" || kind === "left"

/** What an event has come to, its own connection's decision first; what is not decided yet is held. */
const decided = (world: World, event: SessionEvent): readonly Decision[] => {
  const { decisions } = world
  if (event.kind === "time") return decisions.length === 0 ? none : decisions
  const { connection } = event
  const own = decisions.find((each) => each.connection === connection && each.kind !== "wake")
  if (own !== undefined) return [own, ...decisions.filter((each) => each !== own)]
  const until = event.kind === "data" ? heldUntil(world, connection) : undefined
  const isWaiting = event.kind === "link" && world.pending.has(connection)
  if (until === undefined && !isWaiting) return decisions.length === 0 ? none : decisions
  return [{ kind: "hold", connection, until: until ?? Number.POSITIVE_INFINITY }, ...decisions]
}

/**
 * The order of messages on all connections to one server process, as a state machine without I/O: events in, decisions
 * out. A `link`, `message` or `data` gets one decision on its own connection, first; decisions on other connections can
 * come with any event. What is known of a session is dropped when its main channel closes; for a server that was
 * restarted a new state machine is needed. docs/session.md has its table and its rules.
 *
 * It never throws, whatever the order of events. An ordinary message takes constant time, the events of a migration
 * time that grows with the number of the session's channels.
 *
 * @example
 * const session = createSession()
 * const link = { channel: "inputs", channelId: 0, connectionId: 7 } as const
 * const [decision] = session({ kind: "link", connection: 1, link })
 * decision?.kind === "refuse" && decision.violation.rule
 * // "session/known-id"
 * @since 0.4.0
 */
export const createSession = (options: SessionOptions = {}): Session => {
  const world: World = {
    receiver: () => options.receiver ?? defaultReceiver,
    awaitsMachine: () => options.awaitsMachine ?? false,
    observes: options.observes ?? false,
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
  }
  return (event) => {
    if (world.decisions.length > 0) world.decisions = []
    if (event.kind === "message") {
      const passes = message(world, event)
      if (passes !== undefined) return passes
    } else take(world, event)
    if (world.changed.size > 0 || isDecisive(event)) proceed(world)
    return decided(world, event)
  }
}
