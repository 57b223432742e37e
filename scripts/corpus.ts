import { existsSync, readdirSync } from "node:fs"
import { join, relative } from "node:path"
import {
  type CorpusEntry,
  indexText,
  isKept,
  readBlob as readBlobOf,
  readIndex as readIndexOf,
  receiverOfEntry,
} from "../src/corpus.js"
import type { Layout } from "../src/layout/types.js"
import { type Format, formats } from "../src/spice/formats.js"
import { differencesOf } from "../src/spice/receiver.js"
import { layoutOf } from "../src/spice/registry.js"
import { walkOf } from "../src/testing/generate/blob.js"
import { read } from "../src/testing/setting.js"
import { mutationsOf, receiverSetting, settingsOf, witnessesOf } from "../src/testing/spice.js"
import { fewOfAll } from "../src/testing/witnesses.js"

export const root = join(import.meta.dirname, "..")

const corpus = join(root, "corpus")

/** Every entry of the index. */
export const readIndex = (): readonly CorpusEntry[] => readIndexOf(corpus)

export const readBlob = (entry: Pick<CorpusEntry, "file">): Uint8Array => readBlobOf(corpus, entry)

interface Hostile extends CorpusEntry {
  readonly bytes: Uint8Array
}

const witnesses = (layout: (typeof formats)[Format]): readonly Hostile[] =>
  witnessesOf(layout).map(({ rule, path, channel, receiver, bytes }) => ({
    file: `${layout.format}/hostile/${["witness", ...rule.split("/"), ...(path === "" ? [] : [path])].join("-").replace("[]", "")}.bin`,
    channel,
    origin: "witness",
    source: `breaks ${rule} alone`,
    receiver: differencesOf(receiver),
    verdict: "reject",
    rule,
    bytes,
  }))

/** What the classic shapes are made of: the captures of a format and a valid blob with a little of all. */
const originals = (layout: Layout, captures: readonly CorpusEntry[]): readonly Hostile[] => {
  const own = captures.filter(({ channel }) => layoutOf(channel) === layout)
  const [setting] = settingsOf(layout)
  const full = setting && {
    file: "full.bin",
    channel: setting.channel,
    origin: "shape" as const,
    source: "a valid blob with a little of all",
    receiver: differencesOf(setting.receiver),
    verdict: "accept" as const,
    bytes: walkOf(setting).valid(fewOfAll),
  }
  return [...own.map((capture) => ({ ...capture, bytes: readBlob(capture) })), ...(full === undefined ? [] : [full])]
}

const firstRule = ({ channel, receiver, bytes }: Hostile): string | undefined =>
  read(receiverSetting(layoutOf(channel), channel, receiverOfEntry({ receiver })), bytes, false).violations[0]?.rule

const nameOf = ({ file }: CorpusEntry): string => file.replace(/^.*\//, "").replace(/\.bin$/, "")

const shapes = (layout: Layout, original: Hostile): readonly Hostile[] => {
  const setting = receiverSetting(layout, original.channel, receiverOfEntry(original))
  const name = nameOf(original)
  return [...mutationsOf(setting, original.bytes)].map(({ name: mutation, bytes }) => {
    const rule = firstRule({ ...original, bytes })
    if (rule === undefined) throw new Error(`${name}, ${mutation}: accepted, a rule is missing`)
    return {
      ...original,
      file: `${layout.format}/hostile/${name}-${mutation}.bin`,
      origin: "shape" as const,
      source: `${name}: ${mutation}`,
      verdict: "reject" as const,
      rule,
      bytes,
    }
  })
}

/** What was generated once stays: results elsewhere name these blobs. It must still break the rule that it was made for. */
const frozen = (index: readonly CorpusEntry[], format: Format): readonly Hostile[] =>
  index
    .filter((entry) => !isKept(entry) && entry.file.startsWith(`${format}/`))
    .map((entry) => ({ ...entry, bytes: readBlob(entry) }))
    .map((entry) => {
      const rule = firstRule(entry)
      if (rule === entry.rule) return entry
      throw new Error(
        `${entry.file}: ${rule ?? "nothing"} is broken instead of ${entry.rule}; remove it from the index`,
      )
    })

/** The hostile blobs of a format: those that there are, and behind them what they do not have yet. */
const hostileOf = (index: readonly CorpusEntry[], format: Format): readonly Hostile[] => {
  const layout = formats[format]
  const before = frozen(index, format)
  const names = new Set(before.map(({ file }) => file))
  const isNew = (original: Hostile) => !before.some(({ source }) => source.startsWith(`${nameOf(original)}: `))
  const captures = index.filter(({ origin }) => origin === "capture")
  const made = [
    ...witnesses(layout),
    ...originals(layout, captures)
      .filter(isNew)
      .flatMap((each) => shapes(layout, each)),
  ]
  return distinct([...before, ...made.filter(({ file }) => !names.has(file))])
}

const distinct = (entries: readonly Hostile[]): readonly Hostile[] => [
  ...new Map(
    [...entries]
      .reverse()
      .map((entry) => [`${JSON.stringify(entry.receiver)} ${entry.channel} ${entry.bytes.join()}`, entry]),
  ).values(),
]

export const formatNames = Object.keys(formats).filter((name): name is Format => Object.hasOwn(formats, name))

/**
 * Every generated file of the corpus by its path: the hostile blobs and the index. Captures and regressions stay as
 * the index has them, and so do the hostile blobs that there are: only what a new rule or a new format asks for is made.
 */
export const generatedCorpus = (): ReadonlyMap<string, Uint8Array | string> => {
  const index = readIndex()
  const hostile = formatNames
    .flatMap((format) => hostileOf(index, format))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
  const entries = [...index.filter(isKept), ...hostile.map(({ bytes: _, ...entry }) => entry)]
  return new Map<string, Uint8Array | string>([
    ["corpus/index.json", indexText(entries)],
    ...hostile.map(({ file, bytes }) => [`corpus/${file}`, bytes] as const),
  ])
}

/** The files that lie in the hostile folders now. */
export const hostileFiles = (): readonly string[] =>
  formatNames.flatMap((format) => {
    const folder = join(root, "corpus", format, "hostile")
    return existsSync(folder) ? readdirSync(folder).map((name) => relative(root, join(folder, name))) : []
  })
