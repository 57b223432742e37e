import type { SpiceChannel } from "../../client/channel.js"
import type { OnTheWay } from "../../client/migration.js"
import type { ChannelName } from "../../client/numbers.js"

/** The shell's way to write bytes. */
export const written = (bytes: Uint8Array): string =>
  `printf '${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}'`

/** What the client sends on a channel when the machine has stopped: the server queues it and has no device to write it to. */
export const lateOn = (name: ChannelName, send: (channel: SpiceChannel) => void): OnTheWay => ({
  beforeFlush: (channel) => {
    if (channel.name === name) send(channel)
  },
})
