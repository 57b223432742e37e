import { parametersOf } from "../layout/lower.js"
import type { Layout, NumberParameter } from "../layout/types.js"
import { display } from "./display.js"
import { inputs } from "./inputs.js"
import { main } from "./main.js"
import { type Limit, limitDocs } from "./parameters.js"
import { smartcard } from "./smartcard.js"
import { spicevmc } from "./spicevmc.js"

interface Row {
  /** The type of channel in a link message (spice-protocol, enums.h); none for what is no channel of its own. */
  readonly wireType?: number
  /** The format of its MIGRATE_DATA, where it carries any. */
  readonly format?: Layout
  /** The largest ordinary message of a client, in bytes: see session/sizes.ts. */
  readonly largestMessage?: number
}

/** The longest bulk packet of usbredir (usbredirparser.c), and room for its headers. */
const longestPacket = 0x8000000 + 64

/** The channels of SPICE: whatever depends on the kind of channel is said here, once. */
export const registry = {
  main: { wireType: 1, format: main, largestMessage: 26624 },
  display: { wireType: 2, format: display, largestMessage: 1024 },
  inputs: { wireType: 3, format: inputs, largestMessage: 2048 },
  cursor: { wireType: 4, largestMessage: 1024 },
  playback: { wireType: 5, largestMessage: 32768 },
  record: { wireType: 6, largestMessage: 32768 },
  usbredir: { wireType: 9, format: spicevmc, largestMessage: longestPacket },
  port: { wireType: 10, format: spicevmc, largestMessage: longestPacket },
  webdav: { wireType: 11, format: spicevmc, largestMessage: longestPacket },
  smartcard: { wireType: 8, format: smartcard, largestMessage: 65548 },
  /** Where it is not known which of the three channels of its format a blob is for. */
  spicevmc: { format: spicevmc },
} as const satisfies Readonly<Record<string, Row>>

type Registry = typeof registry

/** The names of the rows that have a member. */
type RowsWith<Member extends keyof Row> = {
  [K in keyof Registry]: Registry[K] extends { readonly [M in Member]: unknown } ? K : never
}[keyof Registry]

/**
 * A channel that carries migration data, under the name that SPICE gives it.
 *
 * @since 0.1.0
 */
export type Channel = RowsWith<"format">

/** A channel that a server links, whether it carries migration data or not. */
export type LinkedChannel = RowsWith<"wireType">

/** The formats by name. */
export type Layouts = { readonly [C in Channel as Registry[C]["format"]["format"]]: Registry[C]["format"] }

const rows: Readonly<Record<string, Row>> = registry

const namesWith = (member: keyof Row): readonly string[] =>
  Object.keys(rows).filter((name) => rows[name]?.[member] !== undefined)

/**
 * The kinds of channel that carry migration data; `spicevmc` where it is not known which of its three it is.
 *
 * @since 0.1.0
 */
export const channels: readonly Channel[] = namesWith("format") as Channel[]

/** The channels that a server links. */
export const linkedChannels: readonly LinkedChannel[] = namesWith("wireType") as LinkedChannel[]

/** The format of a channel's blobs. */
export const layoutOf = <C extends Channel>(channel: C): Registry[C]["format"] => registry[channel].format

/** The parameter of a channel's format that is one of the limits by channel. */
export const limitOf = (channel: Channel, limit: Limit): NumberParameter | undefined =>
  parametersOf(layoutOf(channel)).find(
    (parameter): parameter is NumberParameter => parameter.kind === "number" && parameter.name === limit,
  )

/** The limits by channel, each with the channels that have one. */
export const limits = (Object.keys(limitDocs) as Limit[]).map((name) => ({
  name,
  doc: limitDocs[name],
  by: channels.flatMap((channel) => {
    const parameter = limitOf(channel, name)
    return parameter === undefined ? [] : [{ channel, parameter }]
  }),
}))
