import { carriesData } from "../spice/wire/channels.js"
import { noVersion, onMain } from "../spice/wire/messages.js"
import { awaitInit, hasUnsettled } from "./display-init.js"
import { dropSession, gone } from "./endings.js"
import type { EventOf, LinkRequest } from "./events.js"
import { awaitTaking, mayReceive } from "./migration.js"
import { sessionRules } from "./rules.js"
import {
  type ChannelState,
  keyOf,
  newChannel,
  newSession,
  type PendingLink,
  type Reason,
  refuse,
  type SessionState,
  violationOf,
  type World,
} from "./state.js"
import type { Stage } from "./transitions.js"

/**
 * How channels come. The server is asked for one link at a time: so the order in which it takes them is known, a link
 * counts for others only once the server has taken it, and one that depends on what is not known yet waits.
 */

const tellRefusal = ({ decisions }: World, { connection, link }: PendingLink, reason: Reason): void => {
  const { channel, channelId } = link
  decisions.push({ kind: "refuse", connection, violation: violationOf(keyOf(channel, channelId), reason) })
}

const refuseLink = (world: World, pending: PendingLink, reason: Reason): void => {
  const { connection } = pending
  world.pending.delete(connection)
  tellRefusal(world, pending, reason)
  if (!world.observes()) world.decisions.push({ kind: "end", connection })
}

const waitIn = (pending: PendingLink, place: Set<PendingLink>): void => {
  pending.place = place
  place.add(pending)
}

/** Asks the server for a link: its bytes may go on, and nobody else's until the result is there. */
const ask = (world: World, { connection, link }: PendingLink, session: SessionState, stage: Stage): void => {
  const channel = newChannel(connection, link.channel, link.channelId, session, stage)
  world.pending.delete(connection)
  world.connections.set(connection, channel)
  world.asking = channel
  session.channels.set(keyOf(link.channel, link.channelId), channel)
  world.decisions.push(...channel.forward)
}

/** How long a session that migrates keeps the server once no machine can be on its way any more, in milliseconds. */
const reservation = 30_000

/** Whether a session that migrates keeps another main from being linked: the server would drop it, and its data. */
const isReserved = (world: World): boolean => {
  const { migration, now } = world
  const main = migration?.channels.get("main")
  if (migration === undefined || main === undefined || main.hasLeft) return false
  if (mayReceive(world)) migration.reservedUntil = now + reservation
  return now < migration.reservedUntil
}

/** Why a main channel must not be linked now. */
const objectionTo = (world: World, connectionId: number): Reason | undefined => {
  if (world.sessions.has(connectionId)) return { check: sessionRules.idOnce }
  return isReserved(world) ? { check: sessionRules.oneMigration } : undefined
}

const considerMain = (world: World, pending: PendingLink): void => {
  const { connectionId } = pending.link
  const migrates = connectionId !== 0
  const objection = objectionTo(world, connectionId)
  if (objection !== undefined && !world.observes()) {
    refuseLink(world, pending, objection)
    return
  }
  if (objection !== undefined) tellRefusal(world, pending, objection)
  else if (hasUnsettled(world, world.current) && !world.observes()) {
    waitIn(pending, world.waitingMains)
    return
  }
  ask(world, pending, newSession(migrates ? connectionId : undefined, migrates), migrates ? "undecided" : "ordinary")
}

/** Turns the server's seamless flag off, which only this session's main can turn on again. */
const turnFlagOff = ({ decisions }: World, session: SessionState, main: ChannelState): void => {
  if (session.flag !== "unknown") return
  session.flag = "asked"
  decisions.push({ kind: "send", connection: main.connection, type: onMain.dstDoSeamless, payload: noVersion })
}

/** Where a channel begins that is linked now, why it must not be, or that it waits. */
const beginningOf = (
  world: World,
  session: SessionState,
  main: ChannelState,
  link: LinkRequest,
): Stage | Reason | "waits" => {
  if (carriesData(link.channel) && session.hasBegun) return { check: sessionRules.channelBeforeData }
  if (world.observes() && (main.stage === "undecided" || main.stage === "asked")) return "pending"
  if (main.stage === "undecided") {
    turnFlagOff(world, session, main)
    return session.flag === "off" ? "pending" : "waits"
  }
  if (main.stage === "asked" || session.isEnding) return "waits"
  if (main.stage === "declined") return "pending"
  return session.isSeamless && carriesData(link.channel) ? "awaiting" : "ordinary"
}

const considerOther = (world: World, pending: PendingLink): void => {
  const { link } = pending
  const session = world.sessions.get(link.connectionId)
  const main = session?.channels.get("main")
  if (session === undefined || main === undefined) {
    refuseLink(world, pending, { check: sessionRules.knownSession })
    return
  }
  if (main.hasLeft || session !== world.current) {
    refuseLink(world, pending, { check: sessionRules.mainOpen })
    return
  }
  if (session.channels.has(keyOf(link.channel, link.channelId))) {
    refuseLink(world, pending, { check: sessionRules.channelOnce })
    return
  }
  // A new main would wait for it too, and for the next one.
  if (link.channel === "display" && world.waitingMains.size > 0) {
    waitIn(pending, world.waitingMains)
    return
  }
  const stage = beginningOf(world, session, main, link)
  if (stage === "waits") waitIn(pending, session.waiting)
  else if (typeof stage === "object") refuseLink(world, pending, stage)
  else ask(world, pending, session, stage)
}

/** Asks the server for the links whose turn it is. */
export const admit = (world: World): void => {
  for (const pending of world.queue) {
    if (world.asking !== undefined && !world.observes()) return
    world.queue.delete(pending)
    if (pending.link.channel === "main") considerMain(world, pending)
    else considerOther(world, pending)
  }
}

/** Lets links that waited be considered again. */
export const requeue = (world: World, waiting: Set<PendingLink>): void => {
  for (const pending of waiting) waitIn(pending, world.queue)
  waiting.clear()
}

export const link = (world: World, event: EventOf<"link">): void => {
  const { connection } = event
  const pending = { ...event, place: world.queue }
  const known = world.connections.get(connection)
  if (known !== undefined) {
    refuse(world, known, { check: sessionRules.channelOnce })
    return
  }
  if (world.pending.has(connection)) {
    withdrawLink(world, connection)
    refuseLink(world, pending, { check: sessionRules.channelOnce })
    return
  }
  world.pending.set(connection, pending)
  world.queue.add(pending)
  admit(world)
  if (world.pending.has(connection))
    world.decisions.unshift({ kind: "hold", connection, until: Number.POSITIVE_INFINITY })
}

/** Takes back a link that the server was not asked for. */
export const withdrawLink = (world: World, connection: number): void => {
  const pending = world.pending.get(connection)
  pending?.place.delete(pending)
  world.pending.delete(connection)
}

/** The server has a new client, and no other: every earlier session is over. */
const takeMain = (world: World, { session }: ChannelState): void => {
  if (world.current !== undefined) dropSession(world, world.current)
  world.current = session
  if (session.id !== undefined) world.sessions.set(session.id, session)
  if (!session.migrates) return
  world.migration = session
  session.reservedUntil = world.now + reservation
}

/** The server has taken a link, or not: then it closes the connection. */
export const linked = (world: World, { connection, error }: EventOf<"linked">): void => {
  const channel = world.connections.get(connection)
  if (channel === undefined || (world.asking !== channel && !world.observes())) return
  world.asking = undefined
  world.changed.add(channel.session)
  if (error !== 0) {
    gone(world, channel)
    return
  }
  channel.isLinked = true
  // The server waits for its data, which nobody brings any more.
  channel.session.isAbandoned ||= channel.hasLeft && channel.stage === "awaiting"
  if (channel.channel === "main") takeMain(world, channel)
  else {
    awaitInit(world, channel)
    awaitTaking(world, channel)
  }
}
