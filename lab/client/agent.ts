import { happens } from "../patience.js"
import type { SpiceChannel } from "./channel.js"
import { mainFromClient, mainFromServer } from "./numbers.js"
import { words } from "./words.js"

/** Messages of an agent (spice/vd_agent.h), as far as the lab sends them. */
export const agentMessages = { monitorsConfig: 2, clipboard: 4, announceCapabilities: 6 } as const

/** The most that one message of main carries of an agent's (VD_AGENT_MAX_DATA_SIZE). */
export const agentPieceSize = 2048

/** A VDAgentMessage: protocol 1, type, opaque 0, size, and the data. */
export const agentMessage = (type: number, data: Uint8Array): Buffer => {
  const header = Buffer.alloc(20)
  header.writeUInt32LE(1, 0)
  header.writeUInt32LE(type, 4)
  header.writeUInt32LE(data.length, 16)
  return Buffer.concat([header, data])
}

/** A chunk as the guest's side of the port writes and reads it: a VDIChunkHeader for the client's port, then the piece. */
export const agentChunk = (piece: Uint8Array): Buffer => {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(1, 0) // VDP_CLIENT_PORT
  header.writeUInt32LE(piece.length, 4)
  return Buffer.concat([header, piece])
}

/** A client's side of the conversation with the guest's agent. */
export interface Agent {
  /** Sends pieces for as long as the server gives tokens, and says how many it took; `patience` in milliseconds. */
  readonly sendAll: (pieces: readonly Uint8Array[], patience: number) => Promise<number>
}

/** Waits for the guest's agent and starts the conversation, as every client does; tokens without end, as spice-gtk gives. */
export const startAgent = async (main: SpiceChannel): Promise<Agent> => {
  const connected = await main.receive(mainFromServer.agentConnectedTokens)
  let tokens = connected.payload.readUInt32LE(0)
  main.send(mainFromClient.agentStart, words(0xffffffff))

  const token = async (): Promise<void> => {
    tokens += (await main.receive(mainFromServer.agentToken)).payload.readUInt32LE(0)
  }

  const sendAll = async (pieces: readonly Uint8Array[], patience: number): Promise<number> => {
    for (const [index, piece] of pieces.entries()) {
      while (tokens === 0) if (!(await happens(token(), patience))) return index
      tokens--
      main.send(mainFromClient.agentData, piece)
    }
    return pieces.length
  }

  return { sendAll }
}
