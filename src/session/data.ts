import type { MigrateData } from "../spice/migrate-data.js"
import { displayDataOf, settleDisplays } from "./displays.js"
import type { Decision, EventOf } from "./events.js"
import { passed } from "./migration.js"
import { rules } from "./rules.js"
import { type ChannelState, refuse, violationOf, type World } from "./state.js"

/** What decoded data says to the session. */

const onMain = (world: World, { session }: ChannelState, state: MigrateData<"main">): void => {
  // What was migrated has arrived, or the data would not be there.
  world.machineRuns = true
  if (!state.agent_base.connected) return
  session.agentIsConnected = true
  session.agentIsStarted = true
  session.agentHasSpoken = true
}

/** The decision on one display's data first, then those on others that waited for it. */
const onDisplay = (world: World, channel: ChannelState, state: MigrateData<"display">): readonly Decision[] => {
  const { connection, session } = channel
  const data = displayDataOf(channel, state, world.now)
  session.displays.set(channel.channelId, data)
  const decisions = settleDisplays(session, (each) => passed(world, each))
  const isOwn = (decision: Decision) => decision.connection === connection
  const own = decisions.find(isOwn) ?? { kind: "hold", connection, until: data.until }
  return [own, ...decisions.filter((decision) => !isOwn(decision))]
}

/** Which of a state's forms it is, its members tell: the channel decides which one it has to be. */
const isMain = (state: MigrateData): state is MigrateData<"main"> => "agent_base" in state
const isDisplay = (state: MigrateData): state is MigrateData<"display"> => "glz_dict_id" in state

export const data = (world: World, { connection, state }: EventOf<"data">): readonly Decision[] => {
  const channel = world.connections.get(connection)
  if (channel === undefined)
    return [{ kind: "refuse", connection, violation: violationOf("link", { check: rules.linked }) }]
  if (channel.refused !== undefined) return [refuse(channel, { check: rules.linked })]
  const isHeld = channel.session.displays.get(channel.channelId)?.channel === channel
  if (channel.stage !== "sending" || isHeld) return [refuse(channel, { check: rules.dataInMigration })]
  if ((channel.channel === "main") !== isMain(state) || (channel.channel === "display") !== isDisplay(state))
    return [refuse(channel, { check: rules.dataChannel })]
  if (isDisplay(state)) return onDisplay(world, channel, state)
  if (isMain(state)) onMain(world, channel, state)
  passed(world, channel)
  return channel.forward
}
