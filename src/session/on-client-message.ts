import { carriesData } from "../spice/wire/channels.js"
import { wordAt } from "../spice/wire/fixed-layout.js"
import { fromClient, isDisplayInit, noVersion, onMain, onSpicevmc } from "../spice/wire/messages.js"
import type { Decision, EventOf } from "./events.js"
import { ended, mayReceive, passed } from "./migration.js"
import { isHeld } from "./on-data.js"
import { sessionRules } from "./rules.js"
import { largestDecompressed, largestGathered, largestMessage } from "./sizes.js"
import {
  type ChannelState,
  keyOf,
  type Reason,
  refuse,
  type SessionState,
  speakerOf,
  violationOf,
  type World,
} from "./state.js"
import { type Entry, kindOf, type MessageKind, transitions } from "./transitions.js"

/** What a client's messages come to where the table says that more than the stage decides. */

type Message = EventOf<"message">
type Judge = (world: World, channel: ChannelState, message: Message) => Reason | undefined

/** The only version of the migration's protocol (SPICE_MIGRATION_PROTOCOL_VERSION). */
const migrationVersion = 1

const judgeData: Judge = ({ receiver, asking }, channel, { size }) => {
  const { session, channel: name } = channel
  const most = carriesData(name) ? receiver().maxBlobBytes[name] : 0
  if (size > most) return { check: sessionRules.dataSize, path: "size", actual: size, expected: most }
  if (asking?.session === session) return { check: sessionRules.channelBeforeData }
  channel.stage = "sending"
  session.hasBegun = true
  return undefined
}

const judgeFlushMark: Judge = (_, channel) => {
  const { session } = channel
  if (!channel.owesFlushMark) return { check: sessionRules.flushMark }
  if (channel.channel === "main" && session.agentIsConnected && !session.agentIsStarted)
    return { check: sessionRules.flushMarkAgent }
  channel.owesFlushMark = false
  return undefined
}

const judgeAnswer: Judge = (_, channel, { type }) => {
  const isAsked =
    type === fromClient.ackSync ? channel.setAcks > 0 : type === fromClient.pong ? channel.pings > 0 : channel.wantsAcks
  return isAsked ? undefined : { check: sessionRules.answers }
}

const judgeSeamless: Judge = (_, channel, { size, head }) => {
  if (!channel.session.migrates) return { check: sessionRules.seamlessOnMain }
  if (channel.stage !== "undecided") return { check: sessionRules.seamlessOnce }
  if (size !== 4) return { check: sessionRules.seamlessSize, path: "size", actual: size, expected: 4 }
  const version = wordAt(head, 0)
  if (version !== migrationVersion)
    return { check: sessionRules.seamlessVersion, path: "src_version", actual: version, expected: migrationVersion }
  channel.stage = "asked"
  return undefined
}

const judgeEnd: Judge = (world, channel) => {
  ended(world, channel.session)
  return undefined
}

const judgeDisplayInit: Judge = (_, channel, { head }) => {
  if (channel.hadDisplayInit) return { check: sessionRules.displayInitOnce }
  if (!isDisplayInit(head)) return { check: sessionRules.displayInitValid }
  channel.hadDisplayInit = true
  return undefined
}

const judgeOther: Judge = (_, { channel, session }, { type, head }) => {
  if (channel === "main") {
    if (type === onMain.agentStart) session.agentIsStarted ||= session.agentIsConnected
    return type === onMain.agentToken && !session.agentHasSpoken ? { check: sessionRules.agentToken } : undefined
  }
  if (type !== onSpicevmc.compressedData || head.length < 5) return undefined
  const announced = wordAt(head, 1)
  const most = largestDecompressed(channel)
  if (announced <= most) return undefined
  return { check: sessionRules.decompressedSize, path: "uncompressed_size", actual: announced, expected: most }
}

const judges: Readonly<Record<MessageKind, Judge>> = {
  MIGRATE_DATA: judgeData,
  MIGRATE_FLUSH_MARK: judgeFlushMark,
  answer: judgeAnswer,
  MIGRATE_DST_DO_SEAMLESS: judgeSeamless,
  MIGRATE_END: judgeEnd,
  DISPLAY_INIT: judgeDisplayInit,
  other: judgeOther,
}

/** What the table says, but that data has no place at all on a channel without. */
const entryOf = ({ channel, stage }: ChannelState, kind: MessageKind): Entry =>
  kind === "MIGRATE_DATA" && !carriesData(channel) ? "dataChannel" : transitions[stage][kind]

/** Whether a message of the guard's own may have to follow: while it is not known how a migration goes on, or a display is not heard. */
const mayBeFollowed = ({ channel, stage, isHeard }: ChannelState): boolean =>
  stage === "ordinary" ? channel === "display" && !isHeard : stage !== "moved"

/**
 * Whether a message passes only as a whole: one that a message of the guard's may follow, and data for the agent, of
 * which all clients share one buffer at the server (reds.cpp:1077).
 */
const passesWhole = (channel: ChannelState, type: number): boolean =>
  type !== fromClient.migrateData &&
  (mayBeFollowed(channel) || (channel.channel === "main" && type === onMain.agentData))

const owesInit = ({ channel, stage, hadDisplayInit, isHeard }: ChannelState): boolean =>
  channel === "display" && stage === "ordinary" && !hadDisplayInit && !isHeard

/** What a header alone tells. */
const judgeHeader = (
  channel: ChannelState,
  kind: MessageKind,
  { type, size }: Message,
): Reason | "judge" | undefined => {
  const entry = entryOf(channel, kind)
  if (entry !== "pass" && entry !== "judge") return { check: sessionRules[entry] }
  if (!channel.isLinked) return { check: sessionRules.linked }
  if (kind !== "DISPLAY_INIT" && owesInit(channel)) return { check: sessionRules.displayInitFirst }
  if (kind === "MIGRATE_DATA") return "judge"
  const most = mayBeFollowed(channel) ? largestGathered : largestMessage(channel.channel, type)
  if (size > most) return { check: sessionRules.messageSize, path: "size", actual: size, expected: most }
  return entry === "judge" ? "judge" : undefined
}

/** Answers are counted whatever the stage, so that none is left over for a later one. */
const countAnswer = (channel: ChannelState, type: number): void => {
  if (type === fromClient.ackSync && channel.setAcks > 0) channel.setAcks--
  else if (type === fromClient.pong && channel.pings > 0) channel.pings--
  else if (type === fromClient.ack) channel.unacknowledged = Math.max(0, channel.unacknowledged - channel.window)
}

/** Where nothing is held back, data that did not decode has gone on to the server like any other. */
const overlookData = (world: World, channel: ChannelState): void => {
  if (world.observes() && channel.stage === "sending" && !isHeld(channel.session, channel)) passed(world, channel)
}

/** Judges a message of a client by its header; returns the decision that nearly all get. */
export const onClientMessage = (world: World, event: Message): readonly Decision[] | undefined => {
  const { connection, type } = event
  const channel = speakerOf(world, connection)
  if (channel === undefined) return undefined
  overlookData(world, channel)
  const kind = kindOf(channel.channel, type)
  const judgement = judgeHeader(channel, kind, event)
  if (typeof judgement === "object") return void refuse(world, channel, judgement)
  if (passesWhole(channel, type)) return void world.decisions.push({ kind: "gather", connection })
  const reason = judgement === "judge" ? judges[kind](world, channel, event) : undefined
  if (reason !== undefined) return void refuse(world, channel, reason)
  countAnswer(channel, type)
  return channel.forward
}

/** What goes to a server that awaits no machine instead of MIGRATE_DST_DO_SEAMLESS: it answers that it will not. */
const declining = (channel: ChannelState): Decision => ({
  kind: "replace",
  connection: channel.connection,
  payload: noVersion,
  violation: violationOf(keyOf(channel.channel, channel.channelId), { check: sessionRules.machineAwaited }),
})

/** Judges what waited behind DISPLAY_INIT of a display that was heard since. */
export const settleMessages = (world: World, session: SessionState): void => {
  for (const channel of session.channels.values()) {
    const { heldMessage } = channel
    if (heldMessage === undefined || world.unsettled.has(channel)) continue
    channel.heldMessage = undefined
    if (!channel.hasLeft) whole(world, heldMessage)
  }
}

/**
 * Judges a message that was gathered, by the stage that the channel has by now. What follows DISPLAY_INIT waits until
 * the display is heard: one read of both may free it (dcc.cpp:373).
 */
export const whole = (world: World, { connection, type, payload }: EventOf<"whole">): void => {
  const channel = speakerOf(world, connection)
  if (channel === undefined) return
  const kind = kindOf(channel.channel, type)
  if (world.unsettled.has(channel) && channel.hadDisplayInit && !world.observes()) {
    channel.heldMessage = { kind: "whole", connection, type, payload }
    world.decisions.push({ kind: "hold", connection, until: Number.POSITIVE_INFINITY })
    return
  }
  const event: Message = { kind: "message", connection, type, size: payload.length, head: payload }
  const judgement = judgeHeader(channel, kind, event)
  const reason = judgement === "judge" ? judges[kind](world, channel, event) : judgement
  if (reason !== undefined) {
    refuse(world, channel, reason)
    return
  }
  countAnswer(channel, type)
  const declines = kind === "MIGRATE_DST_DO_SEAMLESS" && !mayReceive(world)
  if (declines) world.decisions.push(declining(channel))
  else world.decisions.push(...channel.forward)
}
