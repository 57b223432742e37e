import type { MigrateData } from "../spice/migrate-data.js"
import { displayDataOf } from "./display-sync.js"
import type { EventOf } from "./events.js"
import { displaysAreDue, passed } from "./migration.js"
import { sessionRules } from "./rules.js"
import { type ChannelState, refuse, type SessionState, speakerOf, type World } from "./state.js"

/** What decoded data says to the session. */

const onMain = (world: World, { session }: ChannelState, state: MigrateData<"main">): void => {
  // What was migrated has arrived, or the data would not be there.
  world.machineRuns = true
  if (!state.agent_base.connected) return
  session.agentIsConnected = true
  session.agentIsStarted = true
  session.agentHasSpoken = true
}

/** Passes main's data on once the workers of all displays have taken their links. */
export const settleMain = (world: World, session: SessionState): void => {
  const { heldMain } = session
  if (heldMain === undefined) return
  const { channel, state } = heldMain
  if (!channel.hasLeft && displaysAreDue(world, session) !== undefined) return
  session.heldMain = undefined
  if (channel.hasLeft) return
  onMain(world, channel, state)
  passed(world, channel)
  world.decisions.push(...channel.forward)
}

/** Which of a state's forms it is, its members tell: the channel decides which one it has to be. */
const isMain = (state: MigrateData): state is MigrateData<"main"> => "agent_base" in state
const isDisplay = (state: MigrateData): state is MigrateData<"display"> => "glz_dict_id" in state

export const isHeld = ({ displays, heldMain }: SessionState, channel: ChannelState): boolean =>
  heldMain?.channel === channel || displays.get(channel.channelId)?.channel === channel

/** Takes data in. What waits for that of others is decided with the rest of what waits. */
export const data = (world: World, { connection, state, isSealed = false }: EventOf<"data">): void => {
  const channel = speakerOf(world, connection)
  if (channel === undefined) return
  const { session } = channel
  if (channel.stage !== "sending" || isHeld(session, channel)) {
    refuse(world, channel, { check: sessionRules.dataInMigration })
    return
  }
  if ((channel.channel === "main") !== isMain(state) || (channel.channel === "display") !== isDisplay(state)) {
    refuse(world, channel, { check: sessionRules.dataChannel })
    return
  }
  world.changed.add(session)
  if (isDisplay(state)) session.displays.set(channel.channelId, displayDataOf(channel, state, isSealed, world.now))
  else if (isMain(state)) session.heldMain = { channel, state, until: displaysAreDue(world, session) ?? world.now }
  else {
    passed(world, channel)
    world.decisions.push(...channel.forward)
  }
}

/** Until when data is held that was not decided at once. */
export const heldUntil = ({ connections }: World, connection: number): number | undefined => {
  const channel = connections.get(connection)
  if (channel === undefined) return undefined
  const { heldMain, displays } = channel.session
  return heldMain?.channel === channel ? heldMain.until : displays.get(channel.channelId)?.until
}
