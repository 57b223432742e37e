import { type Channel, type LinkedChannel, linkedChannels, registry } from "../registry.js"

export type { LinkedChannel }

/** The types of channel that a server links, by the number in a link message (spice-protocol, enums.h). */
export const channelTypes = Object.fromEntries(
  linkedChannels.map((name) => [name, registry[name].wireType]),
) as Readonly<Record<LinkedChannel, number>>

const names = new Map(linkedChannels.map((name) => [channelTypes[name], name]))

export const channelNameOf = (type: number): LinkedChannel | undefined => names.get(type)

/** Whether a channel of this name may carry migration data; of displays only those that a graphics card draws do. */
export const carriesData = (name: LinkedChannel): name is LinkedChannel & Channel => "format" in registry[name]
