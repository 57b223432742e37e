import { carriesData } from "../spice/wire/channels.js"
import type { ChannelState, SessionState, World } from "./state.js"

/** How a migration goes on from its announcement to its end. */

/**
 * How long after the last data a server is given to have read it, in milliseconds, before a channel that is linked can
 * be taken for an ordinary one: as long as a display's thread waits for data.
 */
export const settleTime = 10_000

/** Whether a machine can be on its way to the server. */
export const mayReceive = ({ machineRuns, awaitsMachine }: World): boolean => !machineRuns && awaitsMachine()

/** MIGRATE_END: the channels begin as in a new session. */
export const ended = (world: World, session: SessionState): void => {
  session.isEnding = true
  for (const channel of session.channels.values()) channel.stage = "ordinary"
  world.migration = undefined
}

/** The target has agreed to a seamless migration: what carries data awaits it. */
export const acknowledged = (world: World, session: SessionState): void => {
  world.hasAcknowledged = true
  session.isSeamless = true
  for (const each of session.channels.values()) each.stage = carriesData(each.channel) ? "awaiting" : "ordinary"
}

/** The first data is on its way. */
export const begun = (session: SessionState): void => {
  session.settles = Number.POSITIVE_INFINITY
}

const isOutstanding = ({ stage }: ChannelState): boolean => stage === "awaiting" || stage === "sending"

/** Ends a seamless migration when all data has passed; one that a channel left never ends for the server. */
export const finishSeamless = (world: World, session: SessionState): void => {
  if (!session.isSeamless || session.isAbandoned || [...session.channels.values()].some(isOutstanding)) return
  session.isSeamless = false
  session.settles = world.now + settleTime
  world.migration = undefined
}

/** A channel's data has passed. */
export const passed = (world: World, channel: ChannelState): void => {
  channel.stage = "moved"
  finishSeamless(world, channel.session)
}
