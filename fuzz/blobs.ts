import { isDeepStrictEqual } from "node:util"
import { type CorpusBlob, receiverOfEntry } from "../src/corpus.js"
import type { BlobEvidence } from "../src/fuzz/target.js"
import { nodesOf } from "../src/layout/expression.js"
import { planOf } from "../src/layout/plan.js"
import { rulesOf } from "../src/layout/rules.js"
import { type Format, formats } from "../src/spice/formats.js"
import { chosen } from "../src/testing/arbitrary/choice-arbitrary.js"
import { attacksOn } from "../src/testing/attacks.js"
import { fromFuzzerBytes, toFuzzerBytes } from "../src/testing/bridge.js"
import { brinksOf } from "../src/testing/edits.js"
import type { Setting } from "../src/testing/setting.js"
import type { ReceiverSetting } from "../src/testing/spice.js"
import { receivers, settingsOf } from "./settings.js"

/** A blob as it meets a decoder. */
export interface Case {
  readonly setting: ReceiverSetting
  readonly blob: Uint8Array
}

/** How the inputs of a target stand for cases. */
export interface Reading {
  readonly caseOf: (data: Uint8Array) => Case
  /** The inputs that stand for what is in the corpus. */
  readonly seeds: (corpus: readonly CorpusBlob[]) => Iterable<Uint8Array>
}

export const formatNames: readonly Format[] = ["main", "display", "inputs", "spicevmc", "smartcard"]

/** The setting that a blob of the corpus is for, or the most like it. */
const settingFor = (settings: readonly ReceiverSetting[], entry: CorpusBlob): number => {
  const receiver = receiverOfEntry(entry)
  const likeness = (setting: ReceiverSetting): number =>
    Number(setting.channel === entry.channel) +
    Object.entries(receiver).filter(([name, value]) => isDeepStrictEqual(Reflect.get(setting.receiver, name), value))
      .length
  return settings.reduce(
    (best, setting, index) => (likeness(setting) > likeness(settings[best] ?? setting) ? index : best),
    0,
  )
}

/** The longest blob that is a seed, in bytes. The inputs of a run are as long as its longest seed, and as slow. */
const longestSeed = 32_768

const seedsAmong = (corpus: readonly CorpusBlob[]): readonly CorpusBlob[] =>
  corpus.filter(({ bytes }) => bytes.length <= longestSeed)

/** The first byte says which setting, all others are the blob: it begins at an odd offset. */
export const rawReading = (format: Format): Reading => {
  const settings = settingsOf(format, receivers.raw)
  const [first] = settings
  return {
    caseOf: (data) => ({ setting: settings[Number(data[0]) % settings.length] ?? first, blob: data.subarray(1) }),
    *seeds(corpus) {
      for (const entry of seedsAmong(corpus)) yield Uint8Array.of(settingFor(settings, entry), ...entry.bytes)
    },
  }
}

/** A setting and a blob that is made for it, wrong in some way; no blob where the rest of the input is one. */
interface Attack {
  readonly setting: number
  readonly way: number
  readonly blob: Uint8Array | undefined
}

/** Attacks under some settings of one format: which of them, in which way, with which blob. */
export const attackOf = (settings: readonly [Setting, ...Setting[]]) => {
  const attacks = settings.map(attacksOn)
  const { ways = 0 } = attacks[0] ?? {}
  const arbitrary = chosen<Attack>({
    make: (choices) => {
      const setting = Number(choices.below(BigInt(settings.length)))
      const way = Number(choices.below(BigInt(ways + 1)))
      return { setting, way, blob: way === ways ? undefined : attacks[setting]?.make(way, choices) }
    },
    follow: ({ setting, way, blob }, notes) => {
      notes.number(BigInt(settings.length), BigInt(setting))
      notes.number(BigInt(ways + 1), BigInt(way))
      return blob === undefined || attacks[setting]?.follow(blob, notes) === true
    },
  })
  return { arbitrary, ways }
}

/** Attacks on a format, and the case that one is with bytes for what it does not make. */
export const attacksFor = (format: Format) => {
  const settings = settingsOf(format, receivers.structured)
  const [first] = settings
  const caseOf = ({ setting, blob }: Attack, tail: Uint8Array): Case => ({
    setting: settings[setting] ?? first,
    blob: blob ?? tail,
  })
  return { settings, ...attackOf(settings), caseOf }
}

/**
 * The input's bytes steer the making of a hostile blob, or are one behind the choice not to make one. Seeds are every
 * blob as it is, and the choices of every valid one for each way to be wrong; the lab's, which are many and alike, as
 * they are only.
 */
export const structuredReading = (format: Format): Reading => {
  const { settings, arbitrary, ways, caseOf } = attacksFor(format)
  const read = fromFuzzerBytes(arbitrary)
  return {
    caseOf: (data) => {
      const { value, tail } = read(data)
      return caseOf(value, tail)
    },
    *seeds(corpus) {
      for (const entry of seedsAmong(corpus)) {
        const setting = settingFor(settings, entry)
        const wanted = toFuzzerBytes(arbitrary, { setting, way: ways, blob: undefined }) ?? []
        yield Uint8Array.of(...wanted, ...entry.bytes)
        if (entry.origin === "lab") continue
        for (let way = 0; way < ways; way++) {
          const made = toFuzzerBytes(arbitrary, { setting, way, blob: entry.bytes })
          if (made !== undefined) yield made
        }
      }
    },
  }
}

/** The first byte says which format, all others are read as that one's target reads them. */
export const anyReading = (): Reading => {
  const readings = formatNames.map(structuredReading)
  return {
    caseOf: (data) => {
      const reading = readings[Number(data[0]) % readings.length] ?? structuredReading("main")
      return reading.caseOf(data.subarray(1))
    },
    *seeds(corpus) {
      for (const [index, reading] of readings.entries())
        for (const seed of reading.seeds(corpus)) yield Uint8Array.of(index, ...seed)
    },
  }
}

const littleEndian = (number: bigint, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, index) => Number(BigInt.asUintN(64, number) >> BigInt(8 * index)) & 0xff)

/** Magics, versions, the numbers that rules name and their neighbours, and those at which sizes go wrong. */
export const dictionaryOf = (names: readonly Format[]): readonly Uint8Array[] => {
  const named = names
    .flatMap((name) => rulesOf(formats[name]))
    .flatMap((rule) => {
      return [...nodesOf(rule.holds)].flatMap((node) =>
        node.op === "literal" && typeof node.value !== "string" ? [BigInt(node.value)] : [],
      )
    })
  const limits = receivers.raw.flatMap((receiver) =>
    Object.values(receiver).flatMap((value) => (typeof value === "number" ? [BigInt(value)] : [])),
  )
  const sizes = names.flatMap((name) => brinksOf(planOf(formats[name]).size)).map(BigInt)
  const magics = Object.values(formats).map(({ struct }) => BigInt(struct.fields.magic.value))
  const numbers = [...named, ...limits, ...sizes].flatMap((number) => [number - 1n, number, number + 1n])
  return [...new Set([...magics, ...numbers])].map((number) => littleEndian(number, 4))
}

export const evidenceOf = ({ setting: { channel, receiver }, blob }: Case): BlobEvidence => ({
  kind: "blob",
  channel,
  receiver,
  bytes: blob,
})
