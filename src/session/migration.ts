import { carriesData } from "../spice/wire/channels.js"
import { awaitInit } from "./display-init.js"
import type { ChannelState, SessionState, World } from "./state.js"

/** How a migration goes on from its announcement to its end. */

/** Whether a machine can be on its way to the server. */
export const mayReceive = ({ machineRuns, awaitsMachine }: World): boolean => !machineRuns && awaitsMachine()

/** MIGRATE_END: the channels begin as in a new session. */
export const ended = (world: World, session: SessionState): void => {
  session.isEnding = true
  world.migration = undefined
  world.changed.add(session)
  for (const channel of session.channels.values()) {
    channel.stage = "ordinary"
    awaitInit(world, channel)
  }
}

/** The target has agreed to a seamless migration: what carries data awaits it. */
export const acknowledged = (session: SessionState): void => {
  session.isSeamless = true
  for (const channel of session.channels.values()) {
    channel.stage = carriesData(channel.channel) ? "awaiting" : "ordinary"
    session.isAbandoned ||= channel.hasLeft && channel.stage === "awaiting"
  }
}

const isOutstanding = ({ stage }: ChannelState): boolean => stage === "awaiting" || stage === "sending"

/** Ends a seamless migration when all data has passed; one that a channel left never ends for the server. */
export const finishSeamless = (world: World, session: SessionState): void => {
  if (!session.isSeamless || session.isAbandoned || [...session.channels.values()].some(isOutstanding)) return
  session.isSeamless = false
  world.migration = undefined
}

/** A channel's data has passed. */
export const passed = (world: World, channel: ChannelState): void => {
  channel.stage = "moved"
  channel.isHeard = false
  world.changed.add(channel.session)
  finishSeamless(world, channel.session)
}

const isDue = (channel: ChannelState): boolean =>
  channel.channel === "display" ? !channel.isHeard : isOutstanding(channel)

/**
 * Whether main's data must wait. Until a display has spoken it is not known whether its worker has taken the link, and
 * the migration would be over without it (red-client.cpp, seamless_migration_done_for_channel).
 */
export const othersAreDue = ({ channels }: SessionState): boolean =>
  [...channels.values()].some((each) => each.channel !== "main" && !each.hasLeft && isDue(each))
