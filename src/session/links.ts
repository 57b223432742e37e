import { carriesData } from "../spice/wire/channels.js"
import { refuseWrong } from "./displays.js"
import type { Connection, Decision, EventOf, LinkRequest } from "./events.js"
import { mayReceive } from "./migration.js"
import { rules } from "./rules.js"
import {
  type ChannelState,
  keyOf,
  newChannel,
  newSession,
  type Reason,
  refuse,
  type SessionState,
  violationOf,
  type World,
} from "./state.js"
import type { Stage } from "./table.js"

/** How channels come and go. */

const refuseLink = (
  connection: Connection,
  { channel, channelId }: LinkRequest,
  reason: Reason,
): readonly Decision[] => [{ kind: "refuse", connection, violation: violationOf(keyOf(channel, channelId), reason) }]

const add = (world: World, channel: ChannelState): readonly Decision[] => {
  channel.session.channels.set(keyOf(channel.channel, channel.channelId), channel)
  world.connections.set(channel.connection, channel)
  return channel.forward
}

/**
 * Whether a session that migrates keeps another main from being linked: one that migrates too in any case, an ordinary
 * one if the server has taken the first, and if a machine can be on its way, so that there is data to lose.
 */
const isReserved = (world: World, migrates: boolean): boolean => {
  const { migration } = world
  if (migration === undefined) return false
  return migrates || (migration.channels.get("main")?.isLinked === true && mayReceive(world))
}

const linkMain = (world: World, { connection, link }: EventOf<"link">): readonly Decision[] => {
  const { channelId, connectionId } = link
  const migrates = connectionId !== 0
  if (isReserved(world, migrates)) return refuseLink(connection, link, { check: rules.oneMigration })
  const session = newSession(migrates ? connectionId : undefined, migrates)
  if (migrates) world.migration = session
  return add(world, newChannel(connection, "main", channelId, session, migrates ? "undecided" : "ordinary"))
}

/** Where a channel begins that is linked now, or why it must not be. */
const beginningOf = (world: World, session: SessionState, link: LinkRequest): Stage | Reason => {
  const main = session.channels.get("main")?.stage
  const isDeciding = main === "undecided" || main === "asked" || main === "declined"
  if (world.hasAcknowledged && (isDeciding || session.isEnding)) return { check: rules.earlyChannel }
  if (isDeciding) return "pending"
  if (!carriesData(link.channel)) return "ordinary"
  if (world.now < session.settles) return { check: rules.channelBeforeData }
  return session.isSeamless ? "awaiting" : "ordinary"
}

const linkOther = (world: World, { connection, link }: EventOf<"link">): readonly Decision[] => {
  const session = world.sessions.get(link.connectionId)
  if (session === undefined) return refuseLink(connection, link, { check: rules.knownSession })
  if (session.channels.has(keyOf(link.channel, link.channelId)))
    return refuseLink(connection, link, { check: rules.channelOnce })
  const stage = beginningOf(world, session, link)
  if (typeof stage === "object") return refuseLink(connection, link, stage)
  return add(world, newChannel(connection, link.channel, link.channelId, session, stage))
}

export const link = (world: World, event: EventOf<"link">): readonly Decision[] => {
  if (world.connections.has(event.connection))
    return refuseLink(event.connection, event.link, { check: rules.channelOnce })
  return event.link.channel === "main" ? linkMain(world, event) : linkOther(world, event)
}

/** The server has taken a link, or not: then the connection ends. */
export const linked = (world: World, { connection, error }: EventOf<"linked">): readonly Decision[] => {
  const channel = world.connections.get(connection)
  if (channel === undefined) return []
  if (error !== 0) return close(world, channel, false)
  channel.isLinked = true
  const { session } = channel
  if (channel.channel === "main" && session.id !== undefined) world.sessions.set(session.id, session)
  return []
}

/** With its main channel a session is over: what is held of it is refused, and what still comes. */
const closeSession = (world: World, session: SessionState): readonly Decision[] => {
  if (session.id !== undefined && world.sessions.get(session.id) === session) world.sessions.delete(session.id)
  if (world.migration === session) world.migration = undefined
  const held = [...session.displays.values()].filter((data) => data.held)
  session.displays.clear()
  for (const channel of session.channels.values()) channel.stage = "orphaned"
  return held.map(({ channel }) => refuse(channel, { check: rules.mainOpen }))
}

/** A channel that leaves before its data leaves a server behind that waits for it for ever, unless it never took it. */
const leave = (channel: ChannelState, isTaken: boolean): readonly Decision[] => {
  const { session, stage } = channel
  const owesData = stage === "awaiting" || stage === "sending" || (stage === "pending" && carriesData(channel.channel))
  if (owesData && isTaken) session.isAbandoned = true
  if (session.displays.get(channel.channelId)?.channel === channel && stage === "sending")
    session.displays.delete(channel.channelId)
  return refuseWrong(session)
}

const close = (world: World, channel: ChannelState, isTaken: boolean): readonly Decision[] => {
  const { connection, session } = channel
  world.connections.delete(connection)
  if (channel.stage === "orphaned") return []
  session.channels.delete(keyOf(channel.channel, channel.channelId))
  return channel.channel === "main" ? closeSession(world, session) : leave(channel, isTaken)
}

export const closed = (world: World, { connection }: EventOf<"closed">): readonly Decision[] => {
  const channel = world.connections.get(connection)
  return channel === undefined ? [] : close(world, channel, true)
}
