import { expireInits, hasUnsettled } from "./display-init.js"
import { settleDisplays } from "./display-sync.js"
import { endWhatIsReady, gone } from "./endings.js"
import type { Connection, Decision, SessionEvent } from "./events.js"
import { onClientMessage, settleMessages, whole } from "./on-client-message.js"
import { data, heldUntil, settleMain } from "./on-data.js"
import { admit, link, linked, requeue, withdrawLink } from "./on-link.js"
import { observe, onSilence } from "./on-server-message.js"
import { leave, type World } from "./state.js"

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
