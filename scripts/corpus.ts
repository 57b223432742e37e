import { existsSync, readdirSync } from "node:fs"
import { join, relative } from "node:path"
import {
  type CorpusEntry,
  indexText,
  isKept,
  readBlob as readBlobOf,
  readIndex as readIndexOf,
  receiverOf,
} from "../src/corpus.js"
import type { Layout } from "../src/layout/language.js"
import { type Format, formatOf, formats } from "../src/spice/formats.js"
import { read, settingOf } from "../src/testing/blob.js"
import { mutationsOf } from "../src/testing/mutations.js"
import { differencesOf } from "../src/testing/replay.js"
import { explore } from "../src/testing/search.js"
import { settingsOf, witnessesOf } from "../src/testing/witnesses.js"

export const root = join(import.meta.dirname, "..")

const corpus = join(root, "corpus")

/** Every entry of the index. */
export const readIndex = (): readonly CorpusEntry[] => readIndexOf(corpus)

export const readBlob = (entry: Pick<CorpusEntry, "file">): Uint8Array => readBlobOf(corpus, entry)

interface Hostile extends CorpusEntry {
  readonly bytes: Uint8Array
}

const witnesses = (layout: Layout): readonly Hostile[] =>
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

/** What the classic shapes are made of: the captures of a format and the longest valid blob that the search finds. */
const originals = (layout: Layout, captures: readonly CorpusEntry[]): readonly Hostile[] => {
  const valid = settingsOf(layout).flatMap((setting) =>
    [...explore(setting)].filter(({ broken }) => broken.size === 0).map(({ blob }) => ({ setting, blob })),
  )
  const [first, ...others] = valid
  if (first === undefined) return []
  const { setting, blob } = others.reduce((one, other) => (other.blob.length > one.blob.length ? other : one), first)
  return [
    ...captures
      .filter(({ channel }) => formatOf[channel] === layout.format)
      .map((capture) => ({ ...capture, bytes: readBlob(capture) })),
    {
      file: "full.bin",
      channel: setting.channel,
      origin: "shape",
      source: "the longest valid blob that the search finds",
      receiver: differencesOf(setting.receiver),
      verdict: "accept",
      bytes: blob,
    },
  ]
}

const shapes = (layout: Layout, captures: readonly CorpusEntry[]): readonly Hostile[] =>
  originals(layout, captures).flatMap((original) => {
    const setting = settingOf(layout, original.channel, receiverOf(original))
    const name = original.file.replace(/^.*\//, "").replace(/\.bin$/, "")
    return [...mutationsOf(setting, original.bytes)].map((mutation) => {
      const [first] = read(setting, mutation.bytes).violations
      if (first === undefined) throw new Error(`${name}, ${mutation.name}: accepted, a rule is missing`)
      return {
        ...original,
        file: `${layout.format}/hostile/${name}-${mutation.name}.bin`,
        origin: "shape" as const,
        source: `${name}: ${mutation.name}`,
        verdict: "reject" as const,
        rule: first.rule,
        bytes: mutation.bytes,
      }
    })
  })

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
 * the index has them.
 */
export const generatedCorpus = (): ReadonlyMap<string, Uint8Array | string> => {
  const kept = readIndex().filter(isKept)
  const captures = kept.filter(({ origin }) => origin === "capture")
  const hostile = formatNames
    .flatMap((format) => distinct([...witnesses(formats[format]), ...shapes(formats[format], captures)]))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
  const entries = [...kept, ...hostile.map(({ bytes: _, ...entry }) => entry)]
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
