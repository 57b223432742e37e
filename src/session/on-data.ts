import type { DisplayState } from "../spice/display.js"
import type { MigrateData } from "../spice/migrate-data.js"
import type { EventOf } from "./events.js"
import { displaysAreDue, passed } from "./migration.js"
import { sessionRules } from "./rules.js"
import {
  type ChannelState,
  type DisplayData,
  keyOf,
  type Reason,
  refuse,
  type SessionState,
  speakerOf,
  type World,
} from "./state.js"

/**
 * What decoded data says to the session. That of main waits for the workers of displays, that of a display for other
 * displays' that it names; the others' passes at once.
 */

const onMain = (world: World, { session }: ChannelState, state: MigrateData<"main">): void => {
  // What was migrated has arrived, or the data would not be there.
  world.machineRuns = true
  if (!state.agent_base.connected) return
  session.agentIsConnected = true
  session.agentIsStarted = true
  session.agentHasSpoken = true
}

/** Passes data on. Where nothing is held back it has gone on before it is judged, and once is enough. */
const pass = (world: World, channel: ChannelState): void => {
  if (channel.stage !== "sending") return
  passed(world, channel)
  world.decisions.push(...channel.forward)
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
  pass(world, channel)
}

/** How long a display's data waits for that of others, in milliseconds: well within the 10 s that a target waits. */
const holdLimit = 3_000

/**
 * Images that one message can hold: source, brush and mask. The dictionary counts the images that were encoded, and a
 * serial the messages, of which most hold none.
 */
const imagesOfMessage = 3n

const displayDataOf = (channel: ChannelState, state: DisplayState, isSealed: boolean, now: number): DisplayData => ({
  channel,
  isSealed,
  serial: state.message_serial,
  cacheId: state.pixmap_cache_id,
  freezer: state.pixmap_cache_freezer,
  clients: state.pixmap_cache_clients,
  dictionaryId: state.glz_dict_id,
  lastImageId: state.glz.last_image_id,
  until: now + holdLimit,
  held: true,
})

/** Whether a channel's data is still to come. */
const isToCome = (session: SessionState, channel: ChannelState | undefined): boolean =>
  channel !== undefined &&
  !channel.hasLeft &&
  !session.displays.has(channel.channelId) &&
  (channel.stage === "awaiting" || channel.stage === "sending")

const othersAreToCome = (session: SessionState): boolean =>
  [...session.channels.values()].some((channel) => channel.channel === "display" && isToCome(session, channel))

type Judgement = "fits" | "waits" | Reason

/** The displays whose data counts while another's is judged. */
type Counted = ReadonlyMap<number, DisplayData>

/** One display's entry in the cache of another, or its own. */
const judgeClient = (session: SessionState, counted: Counted, index: number, serial: bigint): Judgement => {
  if (serial === 0n) return "fits"
  const path = `pixmap_cache_clients[${index}]`
  const other = counted.get(index)
  if (other !== undefined)
    return serial <= other.serial
      ? "fits"
      : { check: sessionRules.cacheSerial, path, actual: serial, expected: other.serial }
  const mayCount = session.displays.has(index) || isToCome(session, session.channels.get(keyOf("display", index)))
  return mayCount ? "waits" : { check: sessionRules.cacheDisplay, path, actual: serial, expected: 0 }
}

const judgeImages = (session: SessionState, counted: Counted, data: DisplayData): Judgement => {
  // Its source has counted them; how many one message can have is no more than a bound.
  if (data.isSealed) return "fits"
  let most = 0n
  for (const other of counted.values())
    if (other.dictionaryId === data.dictionaryId) most += imagesOfMessage * other.serial
  if (data.lastImageId <= most) return "fits"
  if (othersAreToCome(session)) return "waits"
  return { check: sessionRules.imageId, path: "glz.last_image_id", actual: data.lastImageId, expected: most }
}

const judgeFreezer = (counted: Counted, data: DisplayData): Judgement => {
  const isAnother = (other: DisplayData) => other !== data && other.freezer && other.cacheId === data.cacheId
  return data.freezer && [...counted.values()].some(isAnother)
    ? { check: sessionRules.oneFreezer, path: "pixmap_cache_freezer", actual: 1, expected: 0 }
    : "fits"
}

/** What a display's data comes to by what counts of the others: the first thing wrong, or what it waits for. */
const judge = (session: SessionState, counted: Counted, data: DisplayData): Judgement => {
  const judgements = [
    judgeFreezer(counted, data),
    ...data.clients.map((serial, index) => judgeClient(session, counted, index, serial)),
    judgeImages(session, counted, data),
  ]
  return judgements.find((each) => typeof each === "object") ?? (judgements.includes("waits") ? "waits" : "fits")
}

const heldOf = ({ displays }: SessionState): readonly DisplayData[] => [...displays.values()].filter(({ held }) => held)

/** Takes back the data of displays that left before it was decided. */
const withdrawLeft = (session: SessionState): void => {
  for (const { channel } of heldOf(session)) if (channel.hasLeft) session.displays.delete(channel.channelId)
}

/**
 * Refuses what is wrong by all that is known, the latest first; what is refused counts for the others no more. A
 * display that leaves can make others' data wrong, and none right.
 */
const refuseWrong = (world: World, session: SessionState): void => {
  for (const data of heldOf(session).toReversed()) {
    const judgement = judge(session, session.displays, data)
    if (typeof judgement !== "object") continue
    session.displays.delete(data.channel.channelId)
    refuse(world, data.channel, judgement)
    refuseWrong(world, session)
    return
  }
}

/**
 * The held displays that fit by those that have passed and by each other. One that still waits may yet be refused, so
 * that nothing may rest on it: what does waits with it.
 */
const fitting = (session: SessionState): readonly DisplayData[] => {
  const counted = new Map(session.displays)
  let before: number
  do {
    before = counted.size
    for (const data of heldOf(session))
      if (judge(session, counted, data) === "waits") counted.delete(data.channel.channelId)
  } while (counted.size < before)
  return [...counted.values()].filter(({ held }) => held)
}

/** Decides all held data of a session that can be decided now, and refuses what has been held for too long. */
export const settleDisplays = (world: World, session: SessionState): void => {
  if (session.displays.size === 0) return
  withdrawLeft(session)
  refuseWrong(world, session)
  const passing = fitting(session)
  for (const data of passing) data.held = false
  for (const { channel } of passing) pass(world, channel)
  for (const { channel, until } of heldOf(session)) {
    if (until <= world.now) {
      session.displays.delete(channel.channelId)
      refuse(world, channel, { check: sessionRules.hold })
    } else if (world.observes()) pass(world, channel)
  }
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
  else pass(world, channel)
}

/** Until when data is held that was not decided at once. */
export const heldUntil = ({ connections }: World, connection: number): number | undefined => {
  const channel = connections.get(connection)
  if (channel === undefined) return undefined
  const { heldMain, displays } = channel.session
  return heldMain?.channel === channel ? heldMain.until : displays.get(channel.channelId)?.until
}
