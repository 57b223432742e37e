import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { isGenuine, readCorpus } from "../../src/corpus.js"
import { decodeMigrateData, defaultReceiver, encodeMigrateData, type ReceiverState } from "../../src/index.js"
import { formatOf, formats } from "../../src/spice/formats.js"
import { blobsOf } from "../../src/testing/spice.js"
import { corpus } from "../exposure/cases.js"
import { carrying } from "../exposure/orders/order.js"
import { queues } from "./queues.js"

export type Carrying = (typeof carrying)[number]

/** A blob that the decoders accept for a receiver. */
export interface Subject {
  readonly channel: Carrying
  readonly receiver: ReceiverState
  readonly blob: Uint8Array
}

/** What a subject is made for and from: the same number gives the same subject. */
type Made = Omit<Subject, "blob"> & { readonly seed: number }

type Way = (made: Made) => Uint8Array | undefined

export const isAccepted = ({ channel, receiver, blob }: Subject): boolean =>
  E.isRight(decodeMigrateData(channel, blob, receiver))

const sample = <T>(arbitrary: fc.Arbitrary<T>, seed: number, numRuns: number): readonly T[] =>
  fc.sample(arbitrary, { seed, numRuns })

const arbitrary =
  (numRuns: number): Way =>
  ({ channel, receiver, seed }) =>
    sample(blobsOf(formats[formatOf[channel]], receiver, channel), seed, numRuns).at(-1)

const changes = fc.array(
  fc.record({ at: fc.nat(), value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)) }),
  { minLength: 1, maxLength: 4 },
)

/** The first of many changes of some bytes that leaves a blob accepted. */
const changed = (made: Made, blob: Uint8Array): Uint8Array | undefined =>
  sample(changes, made.seed, 200)
    .map((each) => {
      const copy = Uint8Array.from(blob)
      for (const { at, value } of each) copy[at % copy.length] = value
      return copy
    })
    .find((copy) => Buffer.compare(copy, blob) !== 0 && isAccepted({ ...made, blob: copy }))

const genuine = readCorpus(corpus).filter(isGenuine)

const changedGenuine: Way = (made) => {
  const mine = genuine.filter(
    (entry) => formatOf[entry.channel] === formatOf[made.channel] && isAccepted({ ...made, blob: entry.bytes }),
  )
  const blob = mine[made.seed % mine.length]?.bytes
  return blob === undefined ? undefined : changed(made, blob)
}

const changedArbitrary: Way = (made) => {
  const blob = arbitrary(40)(made)
  return blob === undefined ? undefined : changed(made, blob)
}

/** An arbitrary state whose queue is a sequence of messages. */
const queued: Way = (made) => {
  const { channel, receiver, seed } = made
  const arbitraryQueue = queues[channel]
  if (arbitraryQueue === undefined) return undefined
  const blobs = sample(blobsOf(formats[formatOf[channel]], receiver, channel), seed, 40)
  for (const [index, queue] of sample(arbitraryQueue, seed, 40).entries()) {
    const decoded = decodeMigrateData(channel, blobs[index], receiver)
    if (E.isLeft(decoded)) continue
    const state = decoded.right
    const base = "agent_base" in state ? "agent_base" : "base"
    const encoded = encodeMigrateData(
      channel,
      { ...state, [base]: { ...Reflect.get(state, base), write_data: queue } },
      receiver,
    )
    if (E.isRight(encoded) && queue.length > 0) return encoded.right
  }
  return undefined
}

const ways: readonly Way[] = [arbitrary(1), arbitrary(30), changedArbitrary, changedGenuine, queued]

const settings: readonly Partial<ReceiverState>[] = [
  { jpegWanCompression: "auto" },
  { jpegWanCompression: "never", source: "0.15" },
  { jpegWanCompression: "always" },
]

/**
 * The subject of a number; undefined where its way comes to nothing. All ways and receivers come by turns, on every
 * channel. The receiver accepts what is given beside what it accepts by default.
 */
export const subjectAt = (number: number, accept: ReceiverState["accept"] = []): Subject | undefined => {
  const channel = carrying[number % carrying.length]
  const round = Math.floor(number / carrying.length)
  const way = ways[round % ways.length]
  const setting = settings[Math.floor(round / ways.length) % settings.length]
  if (channel === undefined || way === undefined) return undefined
  const made: Made = { channel, receiver: { ...defaultReceiver, ...setting, accept }, seed: number }
  const blob = way(made)
  return blob === undefined ? undefined : { channel, receiver: made.receiver, blob }
}
