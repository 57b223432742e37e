import type { Channel, Layouts } from "./registry.js"
import { channels, layoutOf } from "./registry.js"

/** The name of a format: of its declaration, its corpus folder and its document. */
export type Format = keyof Layouts

/** Every format, under its name. */
export const formats = Object.fromEntries(
  channels.map((channel) => [layoutOf(channel).format, layoutOf(channel)]),
) as unknown as Layouts

/** Which format the blobs of a channel have. */
export const formatOf = Object.fromEntries(channels.map((channel) => [channel, layoutOf(channel).format])) as Readonly<
  Record<Channel, Format>
>
