import { blobLimitOf } from "../schema/reader.js"
import { carriesData } from "../spice/wire/channels.js"
import { wordAt } from "../spice/wire/declared.js"
import { fromClient, onMain, onSpicevmc } from "../spice/wire/messages.js"
import type { Decision, EventOf } from "./events.js"
import { begun, ended, mayReceive } from "./migration.js"
import { rules } from "./rules.js"
import { largestDecompressed, largestMessage } from "./sizes.js"
import { type ChannelState, type Reason, refuse, violationOf, type World } from "./state.js"
import { type Entry, kindOf, type MessageKind, table } from "./table.js"

/** What a client's messages come to where the table says that more than the stage decides. */

type Message = EventOf<"message">
type Judge = (world: World, channel: ChannelState, message: Message) => Reason | undefined

/** The only version of the migration's protocol (SPICE_MIGRATION_PROTOCOL_VERSION). */
const migrationVersion = 1

const judgeData: Judge = ({ receiver }, channel, { size }) => {
  const most = blobLimitOf(receiver(), channel.channel)
  if (size > most) return { check: rules.dataSize, path: "size", actual: size, expected: most }
  channel.stage = "sending"
  begun(channel.session)
  return undefined
}

const judgeFlushMark: Judge = (_, channel) => {
  const { session } = channel
  if (!channel.owesFlushMark) return { check: rules.flushMark }
  if (channel.channel === "main" && session.agentIsConnected && !session.agentIsStarted)
    return { check: rules.flushMarkAgent }
  channel.owesFlushMark = false
  return undefined
}

const judgeAnswer: Judge = (_, channel, { type }) => {
  const isAsked =
    type === fromClient.ackSync ? channel.setAcks > 0 : type === fromClient.pong ? channel.pings > 0 : channel.wantsAcks
  return isAsked ? undefined : { check: rules.answers }
}

const judgeSeamless: Judge = (world, channel, { size, head }) => {
  if (!channel.session.migrates) return { check: rules.seamlessOnMain }
  if (channel.stage !== "undecided") return { check: rules.seamlessOnce }
  if (!mayReceive(world)) return { check: rules.machineAwaited }
  if (size !== 4 || head.length !== 4) return { check: rules.seamlessSize, path: "size", actual: size, expected: 4 }
  const version = wordAt(head, 0)
  if (version !== migrationVersion)
    return { check: rules.seamlessVersion, path: "src_version", actual: version, expected: migrationVersion }
  channel.stage = "asked"
  return undefined
}

const judgeEnd: Judge = (world, channel) => {
  ended(world, channel.session)
  return undefined
}

const judgeDisplayInit: Judge = (_, channel) => {
  if (channel.hadDisplayInit) return { check: rules.displayInitOnce }
  channel.hadDisplayInit = true
  return undefined
}

const judgeOther: Judge = (_, { channel, session }, { type, head }) => {
  if (channel === "main") {
    if (type === onMain.agentStart) session.agentIsStarted ||= session.agentIsConnected
    return type === onMain.agentToken && !session.agentHasSpoken ? { check: rules.agentToken } : undefined
  }
  if (type !== onSpicevmc.compressedData || head.length < 5) return undefined
  const announced = wordAt(head, 1)
  const most = largestDecompressed(channel)
  if (announced <= most) return undefined
  return { check: rules.decompressedSize, path: "uncompressed_size", actual: announced, expected: most }
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
  kind === "MIGRATE_DATA" && !carriesData(channel) ? "dataChannel" : table[stage][kind]

const judgeMessage: Judge = (world, channel, message) => {
  const { type, size } = message
  const kind = kindOf(channel.channel, type)
  const entry = entryOf(channel, kind)
  if (entry !== "pass" && entry !== "judge") return { check: rules[entry] }
  if (!channel.isLinked) return { check: rules.linked }
  const most = largestMessage(channel.channel, type)
  if (kind !== "MIGRATE_DATA" && size > most)
    return { check: rules.messageSize, path: "size", actual: size, expected: most }
  return entry === "judge" ? judges[kind](world, channel, message) : undefined
}

/** Answers are counted whatever the stage, so that none is left over for a later one. */
const countAnswer = (channel: ChannelState, type: number): void => {
  if (type === fromClient.ackSync && channel.setAcks > 0) channel.setAcks--
  else if (type === fromClient.pong && channel.pings > 0) channel.pings--
}

/** Judges a message of a client by its header. */
export const message = (world: World, event: Message): readonly Decision[] => {
  const { connection, type } = event
  const channel = world.connections.get(connection)
  if (channel === undefined)
    return [{ kind: "refuse", connection, violation: violationOf("link", { check: rules.linked }) }]
  const reason = channel.refused === undefined ? judgeMessage(world, channel, event) : { check: rules.linked }
  if (reason !== undefined) return [refuse(channel, reason)]
  countAnswer(channel, type)
  return channel.forward
}
