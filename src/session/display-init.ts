import { displayInit, onDisplay } from "../spice/wire/messages.js"
import { sessionRules } from "./rules.js"
import { type ChannelState, refuse, type SessionState, type World } from "./state.js"

/**
 * A display's worker that has taken a link waits for DISPLAY_INIT and does nothing else, for up to 30 s: whatever needs
 * it hangs QEMU's main loop meanwhile. What ends the connection in that time, even in the same read as DISPLAY_INIT, makes
 * it use memory that it has freed (dcc.cpp:373). So a display gets a DISPLAY_INIT soon, the guard's own if need be, and
 * nothing behind it before it has spoken: with its first message it has left the loop.
 */

/** How long a client may take for DISPLAY_INIT, in milliseconds. */
const initTime = 2_000

export const unsettledOf = ({ unsettled }: World, session: SessionState): readonly ChannelState[] =>
  [...unsettled].filter((channel) => channel.session === session)

export const hasUnsettled = ({ unsettled }: World, session: SessionState | undefined): boolean =>
  [...unsettled].some((channel) => channel.session === session)

/** A display that is linked as in a new session owes DISPLAY_INIT from now on. */
export const awaitInit = (world: World, channel: ChannelState): void => {
  if (channel.channel !== "display" || !channel.isLinked || channel.stage !== "ordinary") return
  world.unsettled.add(channel)
  channel.due = world.now + initTime
  world.decisions.push({ kind: "wake", connection: channel.connection, at: channel.due })
}

/** Sends a display the DISPLAY_INIT that its client owes. */
const sendInit = (world: World, channel: ChannelState): void => {
  const { connection } = channel
  world.decisions.push({ kind: "send", connection, type: onDisplay.init, payload: displayInit })
  channel.hadDisplayInit = true
}

/** Makes sure that a display can be ended: once it was heard, which changes its session. Who only observes says that it is late. */
export const settle = (world: World, channel: ChannelState): void => {
  if (channel.hadDisplayInit) return
  if (world.observes()) channel.due = Number.POSITIVE_INFINITY
  else sendInit(world, channel)
  if (!channel.hasLeft) refuse(world, channel, { check: sessionRules.displayInitDue })
}

/** A display has spoken: its worker serves it. */
export const heard = (world: World, channel: ChannelState): void => {
  channel.isHeard = true
  world.unsettled.delete(channel)
  world.changed.add(channel.session)
}

/** Displays whose client took too long get the guard's DISPLAY_INIT. */
export const expireInits = (world: World): void => {
  for (const channel of world.unsettled) if (channel.due <= world.now) settle(world, channel)
}
