import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { type CorpusBlob, type CorpusEntry, readCorpus, receiverOfEntry } from "../../src/corpus.js"
import type { ReceiverState } from "../../src/index.js"
import type { Machine } from "../migrate/machine.js"
import type { Told } from "../migrate/relay.js"
import type { Play } from "./attack.js"
import { allocationsOf, attackedChannel, sendBlob } from "./blob-attack.js"
import { type Mode, modes } from "./modes.js"
import { connectionOrders } from "./orders/connections.js"
import { deviceOrders } from "./orders/devices.js"
import { displayOrders } from "./orders/displays.js"
import { guardOrders } from "./orders/guards.js"
import { migratingOrders } from "./orders/migrating.js"
import type { Order } from "./orders/order.js"
import { sessionOrders } from "./orders/session.js"
import { sourceOrders } from "./orders/source.js"
import { stallOrders } from "./orders/stalls.js"
import { machine } from "./state.js"

/** Something that is done to a target of its own. */
export interface Case {
  readonly name: string
  readonly mode: Mode
  /** What its fate depends on beside QEMU: cases of one key are one. */
  readonly key: string
  readonly machine: Machine
  /** What a relay in front of it is told of it; undefined where there is none. */
  readonly relay: Told | undefined
  /** Sizes of the allocations that are guarded in the mode for that. */
  readonly guarded: readonly number[]
  readonly play: Play
  /** How often it is done at most, each time to another target, until it does harm. */
  readonly tries: number
  /** How long it takes to play, in milliseconds, where that is long. */
  readonly takes?: number
  /** Whether it can end in several ways, none of which does harm. */
  readonly varies?: boolean
}

export const corpus = fileURLToPath(new URL("../../corpus", import.meta.url))

export const nameOf = ({ file }: Pick<CorpusEntry, "file">): string => file.replace(/\.bin$/, "")

export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16)

/** Every blob of the corpus by name. */
export const readBlobs = (): readonly CorpusBlob[] =>
  [...readCorpus(corpus)].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))

/** The modes in which a blob for a channel is tried: early is main's own, and a buffer that is fixed has no end to guard. */
const modesOf = (entry: CorpusEntry): readonly Mode[] => {
  if (entry.channel === "main") return modes
  return modes.filter((mode) => mode !== "early" && !(mode === "guard" && entry.channel === "inputs"))
}

/**
 * What a relay can be told of a receiver: some of the corpus bound queues of channels that have none, and what a client
 * brings is never sealed.
 */
const told = ({ maxWriteBytes, provenance: _, ...receiver }: Partial<ReceiverState>): Told => {
  if (maxWriteBytes === undefined) return { receiver }
  const { main, usbredir, port, webdav, spicevmc, smartcard } = maxWriteBytes
  return { receiver: { ...receiver, maxWriteBytes: { main, usbredir, port, webdav, spicevmc, smartcard } } }
}

export const blobCases = (blob: CorpusBlob): readonly Case[] => {
  const channel = attackedChannel(blob.channel)
  const { jpegWanCompression } = receiverOfEntry(blob)
  return modesOf(blob).map((mode) => ({
    name: nameOf(blob),
    mode,
    key: [
      channel,
      ...(channel === "display" ? [jpegWanCompression] : []),
      hashOf(blob.bytes),
      mode,
      ...(mode === "relayed" ? [JSON.stringify(blob.receiver)] : []),
    ].join(" "),
    machine: { ...machine, jpegWanCompression },
    relay: mode === "relayed" ? told(blob.receiver) : undefined,
    guarded: allocationsOf(blob.channel, blob.bytes.length),
    play: sendBlob(channel, blob.bytes, mode),
    tries: 1,
  }))
}

/** Every order of messages by name. */
export const orders: readonly Order[] = [
  ...sessionOrders,
  ...migratingOrders,
  ...displayOrders,
  ...stallOrders,
  ...connectionOrders,
  ...guardOrders,
  ...deviceOrders,
  ...sourceOrders,
]

/** The header says what an order allocates, and the guard would have to be told beforehand. */
const orderModes: readonly Mode[] = ["plain", "malloc-check", "relayed"]

/** What is decided by luck is as likely with one memory allocator as with another. */
const raceModes: readonly Mode[] = ["plain", "relayed"]

/** How often a race is run: without the relay it only has to land. */
const raceTries = (mode: Mode): number => (mode === "relayed" ? 200 : 50)

const relays: Partial<Record<Mode, Told>> = { relayed: {}, told: { awaitsMachine: false } }

const modesOfOrder = ({ isRace = false, machineRuns = false }: Order): readonly Mode[] => [
  ...(isRace ? raceModes : orderModes),
  ...(machineRuns ? ["told" as const] : []),
]

export const orderCases = (order: Order): readonly Case[] =>
  modesOfOrder(order).map((mode) => ({
    name: order.name,
    mode,
    key: `order ${order.name} ${mode}`,
    machine,
    relay: relays[mode],
    guarded: [],
    play: order.play,
    tries: order.isRace === true ? raceTries(mode) : 1,
    ...(order.takes === undefined ? {} : { takes: order.takes }),
    varies: order.varies === true,
  }))
