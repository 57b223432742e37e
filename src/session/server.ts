import { wordAt } from "../spice/wire/declared.js"
import { firstOfChannel, fromServer, mainFromServer } from "../spice/wire/messages.js"
import type { EventOf } from "./events.js"
import { acknowledged, finishSeamless } from "./migration.js"
import type { ChannelState, SessionState, World } from "./state.js"

/** What the server's messages change. The server is trusted: nothing of it is refused. */

const needFlush = 1

/** Whether a word of a head is there at all: a caller of the library may pass less. */
const word = (head: Uint8Array, offset: number): number => (head.length < offset + 4 ? 0 : wordAt(head, offset))

const agentConnected = (world: World, session: SessionState): void => {
  session.agentIsConnected = true
  // An agent is only ever connected while the machine runs.
  world.machineRuns = true
}

/** MAIN_INIT: the session's id at 0, at 16 whether an agent is connected. */
const init = (world: World, { session }: ChannelState, head: Uint8Array): void => {
  session.isEnding = false
  if (session.id === undefined && head.length >= 4) {
    session.id = word(head, 0)
    world.sessions.set(session.id, session)
  }
  if (word(head, 16) !== 0) agentConnected(world, session)
}

const answered = (world: World, main: ChannelState, isAcknowledged: boolean): void => {
  if (main.stage !== "asked") return
  if (isAcknowledged) acknowledged(world, main.session)
  else {
    main.stage = "declined"
    world.hasAcknowledged = false
  }
}

const onMain = (world: World, main: ChannelState, type: number, head: Uint8Array): void => {
  const { session } = main
  switch (type) {
    case mainFromServer.init:
      init(world, main, head)
      break
    case mainFromServer.agentConnected:
    case mainFromServer.agentConnectedTokens:
      agentConnected(world, session)
      break
    case mainFromServer.agentDisconnected:
      session.agentIsConnected = false
      break
    case mainFromServer.agentData:
      session.agentHasSpoken = true
      session.agentIsStarted = true
      break
    case mainFromServer.dstSeamlessAck:
    case mainFromServer.dstSeamlessNack:
      answered(world, main, type === mainFromServer.dstSeamlessAck)
  }
}

/**
 * A display that awaits data sends nothing of its own before: one that does is drawn by a streaming agent, and
 * carries none.
 */
const isStream = ({ channel, stage }: ChannelState, type: number): boolean =>
  channel === "display" && stage === "awaiting" && type >= firstOfChannel

/** Takes a server's message in. */
export const observe = (world: World, { connection, type, head }: EventOf<"server">): void => {
  const channel = world.connections.get(connection)
  if (channel === undefined || channel.stage === "orphaned") return
  if (type === fromServer.migrate) channel.owesFlushMark ||= (word(head, 0) & needFlush) !== 0
  else if (type === fromServer.ping) channel.pings++
  else if (type === fromServer.setAck) {
    channel.setAcks++
    channel.wantsAcks = true
  } else if (channel.channel === "main") onMain(world, channel, type, head)
  else if (isStream(channel, type)) {
    channel.stage = "ordinary"
    finishSeamless(world, channel.session)
  }
}
