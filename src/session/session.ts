import { expireInits, hasUnsettled } from "./display-init.js"
import { endWhatIsReady, gone } from "./endings.js"
import type { Connection, Decision, SessionEvent } from "./events.js"
import { onClientMessage, settleMessages, whole } from "./on-client-message.js"
import { data, heldUntil, settleDisplays, settleMain } from "./on-data.js"
import { admit, link, linked, requeue, withdrawLink } from "./on-link.js"
import { observe, onSilence } from "./on-server-message.js"
import { leave, newWorld, type SessionOptions, type World } from "./state.js"

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
const hear = (world: World, event: Exclude<SessionEvent, { readonly kind: "message" }>): void => {
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
    case "silent":
      onSilence(world)
      break
    case "time":
      time(world, event.now)
      break
  }
}

/** What an event has come to, its own connection's decision first; what is not decided yet is held. */
const decided = (world: World, event: SessionEvent): readonly Decision[] => {
  const { decisions } = world
  if (event.kind === "time" || event.kind === "silent") return decisions.length === 0 ? none : decisions
  const { connection } = event
  const own = decisions.find((each) => each.connection === connection && each.kind !== "wake")
  if (own !== undefined) return [own, ...decisions.filter((each) => each !== own)]
  const until = event.kind === "data" ? heldUntil(world, connection) : undefined
  if (until === undefined) return decisions.length === 0 ? none : decisions
  return [{ kind: "hold", connection, until }, ...decisions]
}

/** Takes an event in and says what is to become of it. */
export const step = (world: World, event: SessionEvent): readonly Decision[] => {
  if (world.decisions.length > 0) world.decisions = []
  if (event.kind === "message") {
    const passes = onClientMessage(world, event)
    if (passes !== undefined) return passes
  } else hear(world, event)
  if (world.changed.size > 0) proceed(world)
  return decided(world, event)
}

/** Takes what happened and says what is to become of it: about the event's connection first, then about others. */
export type Session = (event: SessionEvent) => readonly Decision[]

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
  const world = newWorld(options)
  return (event) => step(world, event)
}
