import { settle, unsettledOf } from "./display-init.js"
import { sessionRules } from "./rules.js"
import { type ChannelState, keyOf, leave, refuse, type SessionState, type World } from "./state.js"

/** How connections and sessions end. */

const end = (world: World, channel: ChannelState): void => {
  channel.isEnding = true
  world.decisions.push({ kind: "end", connection: channel.connection })
}

/**
 * Ends a connection that its client left, as soon as its server can stand it. A pending one is linked later all the
 * same: a display that has ended by then is freed while it is used (dcc.cpp:373), and so is a port (spicevmc.cpp:600).
 */
const endIfReady = (world: World, channel: ChannelState): void => {
  if (channel.isEnding || !channel.hasLeft || world.asking === channel) return
  const { session, stage } = channel
  if (channel.channel === "main") {
    const unsettled = unsettledOf(world, session)
    for (const display of unsettled) settle(world, display)
    if (world.asking?.session !== session && unsettled.length === 0) end(world, channel)
  } else if (world.unsettled.has(channel)) settle(world, channel)
  else if (stage !== "pending") end(world, channel)
}

/** Ends what can end of a session. Displays first: main may wait for them. */
export const endWhatIsReady = (world: World, { channels }: SessionState): void => {
  for (const channel of channels.values()) if (channel.channel !== "main") endIfReady(world, channel)
  const main = channels.get("main")
  if (main !== undefined) endIfReady(world, main)
}

/** The session's main is gone, at the server too: so are its channels. */
export const dropSession = (world: World, session: SessionState): void => {
  if (session.id !== undefined && world.sessions.get(session.id) === session) world.sessions.delete(session.id)
  if (world.migration === session) world.migration = undefined
  if (world.current === session) world.current = undefined
  const held = [...session.displays.values()].filter((data) => data.held)
  session.displays.clear()
  session.heldMain = undefined
  for (const channel of session.channels.values()) {
    // The server waits for the worker of a display that waits for DISPLAY_INIT, also where it ended main by itself.
    if (world.unsettled.has(channel)) settle(world, channel)
    channel.stage = "orphaned"
  }
  for (const { channel } of held) refuse(world, channel, { check: sessionRules.mainOpen })
  world.changed.add(session)
}

/** Nothing is left of a connection, at the server either. */
export const gone = (world: World, channel: ChannelState): void => {
  const { connection, session } = channel
  leave(world, channel)
  world.connections.delete(connection)
  world.unsettled.delete(channel)
  if (world.asking === channel) world.asking = undefined
  session.channels.delete(keyOf(channel.channel, channel.channelId))
  if (channel.channel === "main") dropSession(world, session)
  // What its end waited for may have been this one.
  world.changed.add(session)
}
