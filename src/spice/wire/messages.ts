import { viewOf } from "../../violation/bytes.js"
import type { LinkedChannel } from "./channels.js"

/** Numbers of messages, as far as the framing and the session know them (spice-protocol, enums.h). */

/** Of the client, on any channel. */
export const fromClient = { ackSync: 1, ack: 2, pong: 3, migrateFlushMark: 4, migrateData: 5 } as const

/** Of the client, on one kind of channel. */
export const onMain = { agentStart: 106, agentData: 107, agentToken: 108, migrateEnd: 109, dstDoSeamless: 110 } as const
export const onDisplay = { init: 101 } as const
export const onSpicevmc = { compressedData: 102 } as const

/**
 * MIGRATE_DST_DO_SEAMLESS of a version that there is not. The server answers with NACK, and its seamless flag is off
 * from then on (reds.cpp:1946).
 */
export const noVersion: Uint8Array = Uint8Array.of(2, 0, 0, 0)

/** DISPLAY_INIT with a small cache and a small dictionary, both 0 by their id: u8, i64, u8, i32. */
export const displayInit: Uint8Array = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)

/** The largest dictionary of GLZ, in pixels (LZ_MAX_WINDOW_SIZE). */
const largestWindow = 0x2000000

/** Whether a payload is a DISPLAY_INIT that a display can be served by. */
export const isDisplayInit = (payload: Uint8Array): boolean => {
  if (payload.length !== displayInit.length) return false
  const view = viewOf(payload)
  const window = view.getInt32(10, true)
  return view.getInt32(5, true) >= 0 && window >= 0 && window <= largestWindow
}

/** Of the server, on any channel. */
export const fromServer = { migrate: 1, migrateData: 2, setAck: 3, ping: 4 } as const

/** Of the server, on main. */
export const mainFromServer = {
  migrateBegin: 101,
  migrateCancel: 102,
  init: 103,
  agentConnected: 107,
  agentDisconnected: 108,
  agentData: 109,
  agentConnectedTokens: 115,
  migrateBeginSeamless: 116,
  dstSeamlessAck: 117,
  dstSeamlessNack: 118,
} as const

/** The first message of a channel's own; those below are common to all. */
export const firstOfChannel = 101

/** How many bytes of a message's payload are looked at, by its type; 0 where it is not in the table. */
export type Heads = ReadonlyMap<number, number>

const none: Heads = new Map()

/** Of SpiceMsgCompressedData the u8 type and the u32 uncompressed_size. */
const compressed: Heads = new Map([[onSpicevmc.compressedData, 5]])

const clientHeads: Partial<Record<LinkedChannel, Heads>> = {
  usbredir: compressed,
  port: compressed,
  webdav: compressed,
}

/** The u32 flags of MIGRATE; the generation and window of SET_ACK; of MAIN_INIT everything up to agent_connected. */
const serverHeads: Heads = new Map<number, number>([
  [fromServer.migrate, 4],
  [fromServer.setAck, 8],
])
const mainServerHeads: Heads = new Map([...serverHeads, [mainFromServer.init, 20]])

export const headsFromClient = (channel: LinkedChannel): Heads => clientHeads[channel] ?? none

export const headsFromServer = (channel: LinkedChannel): Heads => (channel === "main" ? mainServerHeads : serverHeads)

/** No head of a message is longer. */
export const longestHead = 20
