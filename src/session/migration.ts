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
export const acknowledged = (world: World, session: SessionState): void => {
  session.isSeamless = true
  for (const channel of session.channels.values()) {
    channel.stage = carriesData(channel.channel) ? "awaiting" : "ordinary"
    awaitTaking(world, channel)
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

/** How long a display's worker takes for a link at most, in milliseconds: it has nothing else to do before a machine runs. */
const takingTime = 300

/** A display is linked, or begins to await data: its worker is told, and takes it a little later. */
export const awaitTaking = (world: World, channel: ChannelState): void => {
  if (channel.channel === "display") channel.takenBy = world.now + takingTime
}

/**
 * Until when main's data must wait for displays; undefined if it need not. Until a display's worker has taken the link
 * the migration could be over without it (red-client.cpp, seamless_migration_done_for_channel). The server's main loop
 * has taken all other channels by then, and main's data should not be late: the guest's agent may leave meanwhile.
 * Who only observes holds nothing back.
 */
export const displaysAreDue = ({ now, observes }: World, { channels }: SessionState): number | undefined => {
  if (observes()) return undefined
  const due = [...channels.values()]
    .filter(({ channel, hasLeft, isHeard }) => channel === "display" && !hasLeft && !isHeard)
    .map(({ takenBy }) => takenBy)
    .filter((takenBy) => takenBy > now)
  return due.length === 0 ? undefined : Math.max(...due)
}
