import type { LinkedChannel } from "../../src/spice/wire/channels.js"

/** Numbers of spice-protocol 0.14.3, from spice/enums.h and spice/protocol.h, beside those that src/spice/wire has. */

/** A channel by the name of its type. */
export type ChannelName = LinkedChannel

/** Capabilities that every channel may have, as bits. */
export const commonCapabilities = { authSelection: 0, authSpice: 1, authSasl: 2, miniHeader: 3 } as const

/** What a client says that it can do on a channel, as bits. */
export const channelCapabilities: Partial<Record<ChannelName, readonly number[]>> = {
  // Semi-seamless migration, name and UUID, tokens with the agent's connection, seamless migration.
  main: [0, 1, 2, 3],
  inputs: [0],
}

/** Messages of the server on any channel. */
export const fromServer = { migrate: 1, migrateData: 2, setAck: 3, ping: 4 } as const

/** Flags of the server's MIGRATE. */
export const migrateFlags = { needFlush: 1, needDataTransfer: 2 } as const

/** Messages of the server on main. */
export const mainFromServer = {
  migrateBegin: 101,
  migrateCancel: 102,
  init: 103,
  channelsList: 104,
  agentConnected: 107,
  agentDisconnected: 108,
  agentData: 109,
  agentToken: 110,
  migrateSwitchHost: 111,
  migrateEnd: 112,
  agentConnectedTokens: 115,
  migrateBeginSeamless: 116,
  migrateDstSeamlessAck: 117,
  migrateDstSeamlessNack: 118,
} as const

/** Messages of the client on main. */
export const mainFromClient = {
  migrateConnected: 102,
  migrateConnectError: 103,
  attachChannels: 104,
  mouseModeRequest: 105,
  agentStart: 106,
  agentData: 107,
  agentToken: 108,
  migrateEnd: 109,
  migrateDstDoSeamless: 110,
  migrateConnectedSeamless: 111,
} as const

/** Messages of the client on display and inputs. */
export const displayFromClient = { init: 101 } as const
export const inputsFromClient = { keyDown: 101, keyUp: 102, mouseMotion: 111, mousePosition: 112 } as const

/** Messages of the server on inputs. */
export const inputsFromServer = { init: 101, mouseMotionAck: 111 } as const

/** Messages of both sides on a channel that carries a stream of bytes (spicevmc), and on smartcard. */
export const spicevmcData = 101
export const portEvent = 201
export const smartcardData = 101
