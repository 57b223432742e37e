import { createHash } from "node:crypto"
import type { Channel } from "../spice/receiver.js"
import { carriesData, channelTypes, type LinkedChannel } from "../spice/wire/channels.js"
import { Violation } from "../violation/violation.js"
import { sealRules } from "./rules.js"
import { isWithin } from "./times.js"

/**
 * A channel that carries migration data, as a link names it.
 *
 * @since 0.6.0
 */
export type DataChannel = Exclude<Channel, "spicevmc">

/**
 * What an envelope is bound to: both guards have to say the same.
 *
 * @since 0.6.0
 */
export interface Binding {
  /** The virtual machine's UUID or name, of 1 to 256 bytes in UTF-8, taken as it is. */
  readonly vm: string
  /** The session's connection id: what the source's server gave it, and a client that migrates says on the target. */
  readonly connectionId: number
  readonly channel: DataChannel
  readonly channelId: number
  /**
   * Where the source's server sent its client, as `host:port`. What is sealed for one destination is not opened where
   * another one is asked for; without it, anywhere.
   */
  readonly destination?: string | undefined
}

/** A binding as an envelope has it. */
export interface BoundEnvelope {
  readonly vm: Uint8Array
  readonly connectionId: number
  readonly channelType: number
  readonly channelId: number
  readonly destination: Uint8Array | undefined
}

/** The name of a machine is short, and a lone surrogate would be another name than the one that was meant. */
export const isVmName = (name: unknown): name is string => {
  if (typeof name !== "string" || name.length > 256) return false
  const bytes = Buffer.byteLength(name)
  return bytes > 0 && bytes <= 256 && Buffer.from(name).toString() === name
}

const isChannel = (channel: unknown): channel is DataChannel =>
  typeof channel === "string" && Object.hasOwn(channelTypes, channel) && carriesData(channel as LinkedChannel)

/** A name as an envelope has it: of one size, and not for the client to read. */
export const digestOf = (name: string): Uint8Array => createHash("sha256").update(name).digest()

/** A binding as an envelope has it, or why it is none. */
export const boundOf = ({ vm, connectionId, channel, channelId, destination }: Binding): BoundEnvelope | Violation => {
  if (!isVmName(vm) || !isWithin(connectionId, 1, 0xffffffff) || !isChannel(channel) || !isWithin(channelId, 0, 255))
    return new Violation(sealRules.binding, { path: "", offset: 0, length: 0 })
  return {
    vm: digestOf(vm),
    destination: destination === undefined ? undefined : digestOf(destination),
    connectionId,
    channelType: channelTypes[channel],
    channelId,
  }
}
