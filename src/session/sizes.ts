import { type LinkedChannel, registry } from "../spice/registry.js"
import { onMain } from "../spice/wire/messages.js"

/**
 * The largest ordinary message of a client by channel, in bytes. Where spice-server 0.15.1 has a buffer of its own,
 * the size of that one: it closes the channel beyond. Where it allocates what the header says, the most that a genuine
 * client can have a use for, which is far below 2^31; a smartcard's is the input buffer of QEMU's card and a header.
 */
const largest = (channel: LinkedChannel): number => registry[channel].largestMessage

/** The most of an agent's message that one of main carries (VD_AGENT_MAX_DATA_SIZE); it is allocated as announced. */
const largestAgentData = 2048

export const largestMessage = (channel: LinkedChannel, type: number): number =>
  channel === "main" && type === onMain.agentData ? largestAgentData : largest(channel)

/** What a compressed message may come to: what a plain one may hold. */
export const largestDecompressed = (channel: LinkedChannel): number => largest(channel)

/** The largest message that passes only as a whole: answers to the server, DISPLAY_INIT, a display's preferences. */
export const largestGathered = 1024
