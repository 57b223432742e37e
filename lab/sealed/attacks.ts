import { isGenuine } from "../../src/corpus.js"
import type { Channel } from "../../src/index.js"
import { headerSize } from "../../src/seal/envelope.js"
import { overhead } from "../../src/seal/index.js"
import { formatOf, formats } from "../../src/spice/formats.js"
import { hashOf, readBlobs } from "../exposure/cases.js"
import type { Told } from "../migrate/relay.js"

/** What a hostile client knows when it has to bring a channel's data. */
export interface Knowledge {
  readonly channel: Channel
  /** What the source's guard gave it for this channel. */
  readonly own: Buffer
  /** What it gets for another channel, in this migration. */
  readonly of: (channel: Channel) => Promise<Buffer>
  /** What it got for this channel in the migration before, or in another session's. */
  readonly before: Buffer
}

/** One way to lie, on every channel of a migration. */
export interface Attack {
  readonly kind: string
  readonly name: string
  /** The blobs that it brings, by their hashes, where they are not what a guard gave: others make it another attack. */
  readonly brings?: string
  readonly lie: (knowledge: Knowledge) => Promise<Uint8Array> | Uint8Array
  /** What the target's guard is told in another way than the source's. */
  readonly target?: Told
  /** Whether the truth is told first, and the lie follows on the same channel. */
  readonly follows?: boolean
  /** Whether the machine and its session have moved once before. */
  readonly isSecond?: boolean
}

export const channels = ["main", "display", "inputs", "usbredir", "port", "webdav", "smartcard"] as const

const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at)
  return copy
}

/** A bit of each field, and some of the ciphertext and its tag, counted from the end. */
const bits = [
  0, 4, 8, 12, 43, 44, 75, 76, 91, 92, 99, 100, 107, 108, 139, 140, 144, 145, 146, 149, 150, 153, 154, -33, -17, -16,
  -1,
]

const bitAttacks: readonly Attack[] = bits.map((at, index) => ({
  kind: "one bit altered",
  name: `bit ${index % 8} of byte ${at}`,
  lie: ({ own }) => flipped(own, at < 0 ? own.length + at : at, index % 8),
}))

const neighbour: Readonly<Record<(typeof channels)[number], Channel>> = {
  main: "inputs",
  display: "main",
  inputs: "port",
  usbredir: "port",
  port: "webdav",
  webdav: "usbredir",
  smartcard: "display",
}

const isCarrying = (channel: Channel): channel is (typeof channels)[number] => channels.some((each) => each === channel)

const otherAttacks: readonly Attack[] = [
  { kind: "cut", name: "its last byte", lie: ({ own }) => own.subarray(0, -1) },
  { kind: "cut", name: "its tag", lie: ({ own }) => own.subarray(0, -16) },
  { kind: "cut", name: "its ciphertext", lie: ({ own }) => own.subarray(0, headerSize) },
  { kind: "cut", name: "all but its magic", lie: ({ own }) => own.subarray(0, 4) },
  { kind: "padded", name: "with a byte", lie: ({ own }) => Buffer.concat([own, Buffer.alloc(1)]) },
  { kind: "padded", name: "with itself", lie: ({ own }) => Buffer.concat([own, own]) },
  { kind: "replayed in the same migration", name: "after it was opened", lie: ({ own }) => own, follows: true },
  { kind: "replayed in the next migration", name: "of the session", lie: ({ before }) => before, isSecond: true },
  { kind: "replayed in another session", name: "of the machine", lie: ({ before }) => before },
  {
    kind: "on another channel",
    name: "of the same migration",
    lie: ({ channel, of }) => of(isCarrying(channel) ? neighbour[channel] : "main"),
  },
]

/** Genuine states, and hostile ones, as they are in the corpus; none of them is sealed. */
const corpus = readBlobs().map((blob) => ({
  ...blob,
  channel: blob.channel === "spicevmc" ? "usbredir" : blob.channel,
}))

const unsealedOf = (which: readonly (typeof corpus)[number][], kind: string): readonly Attack[] => {
  const byChannel = new Map(channels.map((channel) => [channel, which.filter((blob) => blob.channel === channel)]))
  const most = Math.max(...[...byChannel.values()].map(({ length }) => length))
  const bytesFor = (channel: Channel, index: number): Uint8Array => {
    const blobs = isCarrying(channel) ? (byChannel.get(channel) ?? []) : []
    return blobs[index % Math.max(1, blobs.length)]?.bytes ?? new Uint8Array(overhead)
  }
  return Array.from({ length: most }, (_, index) => ({
    kind,
    name: `number ${index + 1}`,
    brings: channels.map((channel) => hashOf(bytesFor(channel, index))).join(" "),
    lie: ({ channel }) => bytesFor(channel, index),
  }))
}

const genuine = corpus.filter(isGenuine)
const hostile = corpus.filter((blob) => blob.verdict === "reject")

/** A magic and a plausible header in front of what a client made up. */
const forged: readonly Attack[] = [
  {
    kind: "made up",
    name: "a header that was seen, and another state",
    lie: ({ own }) => Buffer.concat([own.subarray(0, headerSize), Buffer.alloc(own.length - headerSize, 0x5a)]),
  },
  {
    kind: "made up",
    name: "a header that was seen, and a state in the clear",
    lie: ({ own, channel }) => {
      const { value } = formats[formatOf[channel]].struct.fields.magic
      const copy = Buffer.from(own)
      copy.writeUInt32LE(Number(value), headerSize)
      return copy
    },
  },
]

/** What the two guards are told differently; the client changes nothing. */
export const misfits = (
  files: { readonly otherId: string; readonly otherKey: string },
  own: Told,
): readonly Attack[] => {
  const { seal } = own
  if (seal === undefined) throw new Error("a guard that does not seal")
  const asItIs: Attack["lie"] = ({ own: envelope }) => envelope
  return [
    { kind: "for another VM", name: "by its name", lie: asItIs, target: { ...own, seal: { ...seal, vm: "another" } } },
    { kind: "after expiry", name: "an hour later", lie: asItIs, target: { ...own, clockAhead: 3_600_000 } },
    { kind: "from the future", name: "an hour earlier", lie: asItIs, target: { ...own, clockAhead: -3_600_000 } },
    {
      kind: "another key id",
      name: "the target has not",
      lie: asItIs,
      target: { ...own, seal: { ...seal, keys: files.otherId } },
    },
    {
      kind: "another key",
      name: "under the same id",
      lie: asItIs,
      target: { ...own, seal: { ...seal, keys: files.otherKey } },
    },
  ]
}

/** The first blob for each channel that breaks a rule, of all rules. */
const ofEachKind = hostile.filter(
  (blob, index) => hostile.findIndex(({ channel, rule }) => channel === blob.channel && rule === blob.rule) === index,
)

/** All that a client can do: with one hostile state of each kind, or with every one of the corpus. */
export const attacks = (takesAll: boolean): readonly Attack[] => [
  ...bitAttacks,
  ...otherAttacks,
  ...forged,
  ...unsealedOf(genuine, "a genuine state, not sealed").filter((_, index) => takesAll || index % 8 === 0),
  ...unsealedOf(takesAll ? hostile : ofEachKind, "a hostile state, not sealed"),
]

/** What CI plays of them: one of each kind. */
export const sample = (all: readonly Attack[]): readonly Attack[] =>
  all.filter(({ kind }, index) => all.findIndex((each) => each.kind === kind) === index)
