import { wordAt } from "../spice/wire/fixed-layout.js"
import { firstOfChannel, fromServer, mainFromServer } from "../spice/wire/messages.js"
import { heard } from "./display-init.js"
import type { EventOf } from "./events.js"
import { acknowledged, finishSeamless } from "./migration.js"
import { sessionRules } from "./rules.js"
import { type ChannelState, refuse, type SessionState, type World } from "./state.js"

/** What the server's messages change. The server is trusted: nothing of it is refused. */

const needFlush = 1

/** Whether a word of a head is there at all: a caller of the library may pass less. */
const word = (head: Uint8Array, offset: number): number => (head.length < offset + 4 ? 0 : wordAt(head, offset))

const agentConnected = (world: World, session: SessionState): void => {
  session.agentIsConnected = true
  // An agent is only ever connected while the machine runs.
  world.machineRuns = true
}

/** An agent that comes later does not know a client that began to speak with this one (reds.cpp:1010). */
const agentDisconnected = (session: SessionState): void => {
  session.agentIsConnected = false
  session.agentIsStarted = false
}

/** MAIN_INIT: the session's id at 0, at 16 whether an agent is connected. */
const init = (world: World, { session }: ChannelState, head: Uint8Array): void => {
  session.isEnding = false
  world.changed.add(session)
  if (session.id === undefined && head.length >= 4) {
    session.id = word(head, 0)
    world.sessions.set(session.id, session)
  }
  if (word(head, 16) !== 0) agentConnected(world, session)
}

/** An answer to the guard's own question first, which the client must not see, and else to the client's. */
const answered = (world: World, main: ChannelState, isAcknowledged: boolean): void => {
  const { session, connection } = main
  world.changed.add(session)
  if (session.flag === "asked") {
    session.flag = isAcknowledged ? "unknown" : "off"
    world.decisions.push({ kind: "drop", connection })
  } else if (main.stage !== "asked") return
  else if (isAcknowledged) acknowledged(world, session)
  else main.stage = "declined"
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
      agentDisconnected(session)
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
 * A display's worker says nothing before it has taken DISPLAY_INIT or data: its window for messages is closed until
 * then (red-channel-client.cpp, ack_zero_messages_window). One that speaks while it should await data is drawn by a
 * streaming agent, and carries none.
 */
const onDisplay = (world: World, channel: ChannelState, type: number): void => {
  if (channel.stage === "awaiting" && type >= firstOfChannel) {
    channel.stage = "ordinary"
    finishSeamless(world, channel.session)
  }
  if (!channel.isHeard) heard(world, channel)
}

const waitsForAck = ({ channel, window, unacknowledged }: ChannelState): boolean =>
  (channel === "display" || channel === "cursor") && window > 0 && unacknowledged >= 2 * window

/**
 * QEMU's main loop does not answer. It may wait for the worker of a display, and that for a client to acknowledge what it
 * was sent, for up to 30 s (red-channel.cpp, wait_all_sent).
 */
export const onSilence = (world: World): void => {
  for (const channel of world.connections.values())
    if (!channel.hasLeft && waitsForAck(channel)) refuse(world, channel, { check: sessionRules.ackDue })
}

/** Takes a server's message in. */
export const observe = (world: World, { connection, type, head }: EventOf<"server">): void => {
  const channel = world.connections.get(connection)
  if (channel === undefined || channel.stage === "orphaned") return
  channel.unacknowledged++
  if (channel.channel === "display") onDisplay(world, channel, type)
  if (type === fromServer.migrate) channel.owesFlushMark ||= (word(head, 0) & needFlush) !== 0
  else if (type === fromServer.ping) channel.pings++
  else if (type === fromServer.setAck) {
    channel.setAcks++
    channel.wantsAcks = true
    channel.window = word(head, 4)
    channel.unacknowledged = 0
  } else if (channel.channel === "main") onMain(world, channel, type, head)
}
