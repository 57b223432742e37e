import type { SpiceChannel } from "./channel.js"
import { mainFromClient, mainFromServer } from "./numbers.js"

/** Messages of an agent (spice/vd_agent.h), as far as the lab sends them. */
export const agentMessages = { monitorsConfig: 2, announceCapabilities: 6, clipboard: 4 } as const

/** A VDAgentMessage: protocol 1, type, opaque 0, size, and the data. */
export const agentMessage = (type: number, data: Uint8Array): Buffer => {
  const header = Buffer.alloc(20)
  header.writeUInt32LE(1, 0)
  header.writeUInt32LE(type, 4)
  header.writeUInt32LE(data.length, 16)
  return Buffer.concat([header, data])
}

/** A chunk as the guest's side of the port writes and reads it: VDIChunkHeader for the client's port, and a piece of a message. */
export const chunkOf = (piece: Uint8Array, size = piece.length): Buffer => {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(1, 0) // VDP_CLIENT_PORT
  header.writeUInt32LE(size, 4)
  return Buffer.concat([header, piece])
}

/** Waits for the guest's agent and starts the conversation, as every client does; tokens without end, as spice-gtk gives. */
export const startAgent = async (main: SpiceChannel): Promise<void> => {
  await main.receive(mainFromServer.agentConnected, mainFromServer.agentConnectedTokens)
  const tokens = Buffer.alloc(4)
  tokens.writeUInt32LE(0xffffffff)
  main.send(mainFromClient.agentStart, tokens)
}
