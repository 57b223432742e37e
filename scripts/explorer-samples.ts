import { type Fate, outcomeOf, outcomes } from "../lab/exposure/fate.js"
import { type Fates, readResults } from "../lab/exposure/results.js"
import type { PackedSamples, Sample } from "../site/explorer/sample.js"
import { pageSettings } from "../src/cli/explorer-page.js"
import { type CorpusEntry, isGenuine, receiverOfEntry } from "../src/corpus.js"
import { readBlob, readIndex } from "./corpus.js"

/** A sample of which all is known. */
type Fated = Required<Omit<Sample, "rule">> & Pick<Sample, "rule">

/** Genuine blobs that show what is in a format; the first captures of every channel are taken beside them. */
const genuine = new Set([
  "main/genuine/main-queue-and-partial-header.bin",
  "main/genuine/main-message-header-12.bin",
  "display/genuine/display-surfaces-2-always.bin",
  "display/genuine/display-jpeg-auto-slow.bin",
  "inputs/genuine/inputs-motions-3.bin",
  "spicevmc/genuine/usbredir-queue-hello.bin",
  "spicevmc/genuine/port-queue.bin",
  "smartcard/genuine/smartcard-queue.bin",
  "smartcard/genuine/smartcard-partial-message.bin",
])

/** Larger blobs are not put into the page. */
const mostBytes = 512

const severityOf = (fate: Fate): number => outcomes.indexOf(outcomeOf(fate))

/** Each fate with the modes that it was met in; worst first, and what a relay makes of it last. */
const fatesOf = ({ relayed, ...fates }: Fates): Fated["fates"] => {
  const modesOf = (fate: Fate) => Object.entries(fates).flatMap(([mode, each]) => (each === fate ? [mode] : []))
  const met = [...new Set(Object.values(fates))].sort((one, other) => severityOf(other) - severityOf(one))
  const unguarded = met.map((fate) => [fate, ...modesOf(fate)] as const)
  return relayed === undefined ? unguarded : [...unguarded, [relayed, "relayed"]]
}

/** What the source says beside what the name, the rule and the programs say, which are the same for all. */
const shortSource = ({ source, origin }: CorpusEntry): string =>
  origin === "witness" ? "" : source.replace(/^relayed by .*?: /, "")

const sampleOf = (entry: CorpusEntry, fates: Fated["fates"]): Fated => ({
  name: entry.file,
  channel: entry.channel,
  source: shortSource(entry),
  ...(entry.rule === undefined || isGenuine(entry) ? {} : { rule: entry.rule }),
  settings: pageSettings(entry.channel, receiverOfEntry(entry)),
  base64: Buffer.from(readBlob(entry)).toString("base64"),
  fates,
})

/** The worst fate of a sample; one that was never tried is the least. */
const worst = ({ fates: [first] }: Fated): number => (first === undefined ? -1 : severityOf(first[0]))

/** Of every rule the blob that does the most harm, and of those one for the most ordinary receiver, and the smallest. */
const worstOfEachRule = (samples: readonly Fated[]): readonly Fated[] => {
  const ordered = [...samples].sort(
    (one, other) =>
      worst(other) - worst(one) ||
      Object.keys(one.settings).length - Object.keys(other.settings).length ||
      one.base64.length - other.base64.length,
  )
  const byRule = new Map<string | undefined, Fated>()
  for (const sample of ordered) if (!byRule.has(sample.rule)) byRule.set(sample.rule, sample)
  return [...byRule.values()]
}

/** Samples without what is empty, or the same for many, and with long runs of zeros in short. */
const packed = (target: string, samples: readonly Fated[]): PackedSamples => {
  const fates = [...new Set(samples.map((sample) => JSON.stringify(sample.fates)))]
  const settings = [...new Set(samples.map((sample) => JSON.stringify(sample.settings)))]
  return {
    target,
    fates: fates.map((text) => JSON.parse(text)),
    settings: settings.map((text) => JSON.parse(text)),
    samples: samples.map(({ channel, source, ...sample }) => ({
      ...sample,
      ...(sample.name.startsWith(`${channel}/`) ? {} : { channel }),
      settings: settings.indexOf(JSON.stringify(sample.settings)),
      ...(source === "" ? {} : { source }),
      base64: sample.base64.replace(/A{5,}/g, ({ length }) => `*${length};`),
      fates: fates.indexOf(JSON.stringify(sample.fates)),
    })),
  }
}

/** The samples that the explorer offers: some of the corpus, with what the lab measured. */
export const samplesOf = (): PackedSamples => {
  const { versions, blobs } = readResults()
  const fates = new Map(blobs.map((blob) => [`${blob.name}.bin`, fatesOf(blob.fates)]))
  const samples = readIndex()
    .filter((entry) => readBlob(entry).length <= mostBytes)
    .filter((entry) => !isGenuine(entry) || entry.origin === "capture" || genuine.has(entry.file))
    .map((entry) => sampleOf(entry, fates.get(entry.file) ?? []))
  return packed(versions, [
    ...samples.filter(({ rule }) => rule === undefined),
    ...worstOfEachRule(samples.filter(({ rule }) => rule !== undefined)),
  ])
}
