import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { type CorpusEntry, indexText, isGenuine, readBlob, readIndex, receiverOfEntry } from "../../src/corpus.js"
import { type Channel, channels, decodeMigrateData, encodeMigrateData } from "../../src/index.js"
import { formatOf } from "../../src/spice/formats.js"
import type { Machine } from "./machine.js"

const corpus = new URL("../../corpus/", import.meta.url).pathname

/** A blob that the lab has seen relayed, and its line in the index. */
export interface Capture extends CorpusEntry {
  readonly bytes: Uint8Array
}

/** What a capture is called and where it comes from. */
export interface Provenance {
  readonly name: string
  readonly source: string
  readonly machine: Pick<Machine, "jpegWanCompression">
  /** Whether it is accepted only as its source wrote it. */
  readonly isSealed?: boolean
}

const isChannel = (name: string): name is Channel => channels.some((channel) => channel === name)

export const captureOf = (
  { name, source, machine: { jpegWanCompression }, isSealed = false }: Provenance,
  channel: string,
  bytes: Uint8Array,
): Capture => {
  if (!isChannel(channel)) throw new Error(`${channel} carries no migration data`)
  return {
    file: `${formatOf[channel]}/genuine/${name}.bin`,
    channel,
    origin: "lab",
    source,
    receiver: {
      ...(channel === "display" && jpegWanCompression !== undefined ? { jpegWanCompression } : {}),
      ...(isSealed ? { provenance: "sealed" } : {}),
    },
    verdict: "accept",
    bytes,
  }
}

/**
 * What is wrong with a genuine blob: it has to be accepted by both decoders, as of a server whose source is known, and
 * to come back byte for byte.
 */
export const faultsOf = (capture: Capture): readonly string[] => {
  const receiver = { ...receiverOfEntry(capture), source: "0.15" as const }
  const emitted = decodeMigrateData(capture.channel, capture.bytes, receiver)
  const interpreted = decodeMigrateData(capture.channel, capture.bytes, receiver, { all: true })
  const faults = [emitted, interpreted].flatMap((decoded) =>
    E.isLeft(decoded) ? decoded.left.map(({ rule, message }) => `${rule}: ${message}`) : [],
  )
  if (E.isLeft(emitted)) return faults
  const encoded = encodeMigrateData(capture.channel, emitted.right, receiver)
  const isSame = E.isRight(encoded) && Buffer.compare(encoded.right, capture.bytes) === 0
  return isSame ? faults : [...faults, "it does not come back byte for byte"]
}

const areSame = (one: Capture, other: Capture): boolean =>
  formatOf[one.channel] === formatOf[other.channel] && Buffer.compare(one.bytes, other.bytes) === 0

/**
 * Writes captures into the corpus, in place of those of an earlier run; of blobs of a format that are the same the
 * first is kept, and none that the corpus has from elsewhere.
 */
export const keepCaptures = (captures: readonly Capture[]): void => {
  const index = readIndex(corpus)
  const others = index.filter((entry) => isGenuine(entry) && entry.origin !== "lab")
  const known: Capture[] = others.map((entry) => ({ ...entry, bytes: readBlob(corpus, entry) }))
  const fresh: Capture[] = []
  for (const capture of captures) if (![...known, ...fresh].some((each) => areSame(each, capture))) fresh.push(capture)
  for (const { file, bytes } of fresh) {
    mkdirSync(dirname(join(corpus, file)), { recursive: true })
    writeFileSync(join(corpus, file), bytes)
  }
  const lines = fresh.map(({ bytes: _, ...entry }) => entry)
  const rest = index.filter((entry) => !isGenuine(entry))
  writeFileSync(join(corpus, "index.json"), indexText([...others, ...lines, ...rest]))
}
