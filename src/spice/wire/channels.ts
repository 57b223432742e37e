import type { Channel } from "../receiver.js"

/** The types of channel that a server links, by the number in a link message (spice-protocol, enums.h). */
export const channelTypes = {
  main: 1,
  display: 2,
  inputs: 3,
  cursor: 4,
  playback: 5,
  record: 6,
  smartcard: 8,
  usbredir: 9,
  port: 10,
  webdav: 11,
} as const

/** A channel under the name that SPICE gives its type, whether it carries migration data or not. */
export type LinkedChannel = keyof typeof channelTypes

const names = new Map(Object.entries(channelTypes).map(([name, type]) => [type as number, name as LinkedChannel]))

export const channelNameOf = (type: number): LinkedChannel | undefined => names.get(type)

/** Whether a channel of this name may carry migration data; of displays only those that a graphics card draws do. */
export const carriesData = (name: LinkedChannel): name is LinkedChannel & Channel =>
  name !== "cursor" && name !== "playback" && name !== "record"
