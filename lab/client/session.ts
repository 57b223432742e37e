import type { NetConnectOpts } from "node:net"
import { channelNameOf } from "../../src/spice/wire/channels.js"
import { type ChannelOptions, openChannel, type SpiceChannel } from "./channel.js"
import { type ChannelName, displayFromClient, mainFromClient, mainFromServer } from "./numbers.js"

/** A client's session with a server: main, and every other channel that the server has and this client knows. */
export interface Session {
  readonly connectionId: number
  readonly options: SessionOptions
  readonly main: SpiceChannel
  readonly channels: readonly SpiceChannel[]
  readonly close: () => void
}

/** How a session is spoken. */
export interface SessionOptions extends Pick<ChannelOptions, "password" | "fullHeader" | "beforePong"> {
  readonly address: NetConnectOpts
  /** Channels that this client leaves out. */
  readonly without?: readonly ChannelName[]
}

/** The channel of a session by name and id, which has to be there. */
export const channelOf = ({ channels }: Session, name: ChannelName, id = 0): SpiceChannel => {
  const found = channels.find((channel) => channel.name === name && channel.id === id)
  if (found === undefined) throw new Error(`the session has no channel ${name} ${id}`)
  return found
}

/** DISPLAY_INIT: which caches the client keeps. Nothing is ever drawn here, so their sizes are free. */
const displayInit = (): Buffer => {
  const payload = Buffer.alloc(14)
  payload.writeUInt8(1, 0) // pixmap_cache_id
  payload.writeBigInt64LE(20n << 20n, 1) // pixmap_cache_size in pixels
  payload.writeUInt8(1, 9) // glz_dictionary_id
  payload.writeInt32LE(4 << 20, 10) // glz_dictionary_window_size in pixels
  return payload
}

interface Listed {
  readonly name: ChannelName
  readonly id: number
}

/** CHANNELS_LIST: a count, and for each channel its type and id, a byte each. */
const listed = (payload: Buffer): readonly Listed[] =>
  Array.from({ length: payload.readUInt32LE(0) }, (_, index) => ({
    name: channelNameOf(payload.readUInt8(4 + 2 * index)),
    id: payload.readUInt8(5 + 2 * index),
  })).filter((channel): channel is Listed => channel.name !== undefined)

/** A session of these channels, main first. */
export const sessionOf = (
  connectionId: number,
  options: SessionOptions,
  main: SpiceChannel,
  others: readonly SpiceChannel[],
): Session => {
  const channels = [main, ...others]
  const close = (): void => {
    for (const channel of channels) channel.close()
  }
  return { connectionId, options, main, channels, close }
}

/** Links a channel of a session. A display's client says at once what it keeps: the server's thread waits for that. */
const linkOther = async (options: ChannelOptions): Promise<SpiceChannel> => {
  const channel = await openChannel(options)
  if (channel.name === "display") channel.send(displayFromClient.init, displayInit())
  return channel
}

/** Links main and then every channel of the list, as a new session. */
export const openSession = async (options: SessionOptions): Promise<Session> => {
  const main = await openChannel({ ...options, channel: "main", id: 0, connectionId: 0 })
  const connectionId = (await main.receive(mainFromServer.init)).payload.readUInt32LE(0)
  main.send(mainFromClient.attachChannels)
  const list = listed((await main.receive(mainFromServer.channelsList)).payload)
  const others = await Promise.all(
    list
      .filter(({ name }) => name !== "main" && options.without?.includes(name) !== true)
      .map(({ name, id }) => linkOther({ ...options, channel: name, id, connectionId })),
  )
  return sessionOf(connectionId, options, main, others)
}
