import type { Channel } from "../../src/index.js"
import { fromClient } from "../../src/spice/wire/messages.js"
import type { ChannelName } from "../client/numbers.js"
import type { Play } from "./attack.js"
import type { Mode } from "./modes.js"

/** The channel that a blob is sent on: what leads to a character device is tried on the USB redirection. */
export const attackedChannel = (channel: Channel): ChannelName => (channel === "spicevmc" ? "usbredir" : channel)

/** The header of a buffer for a device (RedCharDeviceWriteBufferFull): smartcard's messages are received behind one. */
const writeBufferHeader = 40

/** The sizes of the allocations that hold a blob while it is read; inputs has one buffer for all messages. */
export const allocationsOf = (channel: Channel, size: number): readonly number[] => {
  if (channel === "inputs") return []
  return channel === "smartcard" ? [size, size + writeBufferHeader] : [size]
}

/**
 * Whether data comes before the machine does. A target waits for a display's before it lets the machine run. Main's is
 * copied to an allocation, which can be guarded, only while the agent is not attached.
 */
const isEarly = (channel: ChannelName, mode: Mode): boolean =>
  channel === "display" || mode === "early" || (channel === "main" && mode === "guard")

/** Sends a blob as a channel's first message, at a moment at which a migrating client does. */
export const sendBlob =
  (channel: ChannelName, blob: Uint8Array, mode: Mode): Play =>
  async (scene) => {
    const main = await scene.migrating()
    const attacked = channel === "main" ? main : await scene.link(channel)
    const send = () => attacked.send(fromClient.migrateData, blob)
    if (isEarly(channel, mode)) send()
    await scene.load()
    if (!isEarly(channel, mode)) send()
    return { main, attacked }
  }
