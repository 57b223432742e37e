import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { type Channel, defaultReceiver, type ReceiverState } from "./spice/receiver.js"

/** The corpus: blobs in folders, and one index that says of each what it is. */

export interface CorpusEntry {
  readonly file: string
  readonly channel: Channel
  /**
   * capture: relayed by a real client; lab: the same, in a scenario of the lab; witness: breaks one rule alone; shape: a
   * classic mutation of a capture.
   */
  readonly origin: "capture" | "lab" | "witness" | "shape" | "regression"
  readonly source: string
  /** What differs from the default receiver. */
  readonly receiver: Partial<ReceiverState>
  readonly verdict: "accept" | "reject"
  /** The rule of the first violation. */
  readonly rule?: string
}

/** An entry with its blob. */
export interface CorpusBlob extends CorpusEntry {
  readonly bytes: Uint8Array
}

const indexName = "index.json"

const indexOf = (corpus: string): string => join(corpus, indexName)

/** Whether a file is the index of a corpus: it has its name and begins as a list in JSON does, which no blob does. */
export const isIndex = async (file: string): Promise<boolean> => {
  if (basename(file) !== indexName) return false
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0)
    return buffer.toString() === "["
  } finally {
    await handle.close()
  }
}

/** The index of a corpus; empty where there is none. */
export const readIndex = (corpus: string): readonly CorpusEntry[] =>
  existsSync(indexOf(corpus)) ? JSON.parse(readFileSync(indexOf(corpus), "utf8")) : []

/** The text of an index: one entry a line. */
export const indexText = (entries: readonly CorpusEntry[]): string =>
  `[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`

/** Two indexes as one, in linear time: of the second, what comes from where the first has the same file from is left out. */
export const joinedIndex = (known: readonly CorpusEntry[], others: readonly CorpusEntry[]): readonly CorpusEntry[] => {
  const nameOf = ({ file, source }: CorpusEntry): string => JSON.stringify([file, source])
  const names = new Set(known.map(nameOf))
  return [...known, ...others.filter((entry) => !names.has(nameOf(entry)))]
}

export const receiverOfEntry = (entry: Pick<CorpusEntry, "receiver">): ReceiverState => ({
  ...defaultReceiver,
  ...entry.receiver,
})

export const readBlob = (corpus: string, { file }: Pick<CorpusEntry, "file">): Uint8Array =>
  readFileSync(join(corpus, file))

/** Every blob of a corpus. */
export const readCorpus = (corpus: string): readonly CorpusBlob[] =>
  readIndex(corpus).map((entry) => ({ ...entry, bytes: readBlob(corpus, entry) }))

/** Writes a file all at once, and the folders above it. */
const writeWhole = (file: string, content: Uint8Array | string): void => {
  mkdirSync(dirname(file), { recursive: true })
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, file)
}

/** Whether a real server has written a blob. */
export const isGenuine = ({ origin }: Pick<CorpusEntry, "origin">): boolean => origin === "capture" || origin === "lab"

/** Whether a blob is there for good, and not generated with the others. */
export const isKept = (entry: Pick<CorpusEntry, "origin">): boolean => isGenuine(entry) || entry.origin === "regression"

/** Adds a regression to the index, behind what is not generated. Returns false if its file is there already. */
export const addToIndex = (corpus: string, entry: CorpusEntry): boolean => {
  const index = readIndex(corpus)
  if (index.some(({ file }) => file === entry.file)) return false
  const kept = index.filter(isKept)
  const generated = index.filter((each) => !isKept(each))
  writeWhole(indexOf(corpus), indexText([...kept, entry, ...generated]))
  return true
}

/** Writes one file of a corpus, unless it is there already. */
export const addFile = (corpus: string, file: string, content: Uint8Array | string): void => {
  if (!existsSync(join(corpus, file))) writeWhole(join(corpus, file), content)
}

/** The suffix of an input that a target was given, as it was given. */
const inputSuffix = ".input"

/** The file names of a finding, without the corpus's folder. */
export const regressionFiles = (format: string, target: string, hash: string) => {
  const stem = `${format}/regression/${target}-${hash}`
  return { blob: `${stem}.bin`, text: `${stem}.txt`, input: `${stem}${inputSuffix}` }
}

/** The inputs that a target failed on once. */
export const regressionInputs = (corpus: string, target: string): readonly Uint8Array[] => {
  if (!existsSync(corpus)) return []
  const isInput = (name: string) =>
    name.startsWith(`${target}-`) && /^[0-9a-f]+$/.test(name.slice(target.length + 1, -inputSuffix.length))
  return readdirSync(corpus)
    .map((format) => join(corpus, format, "regression"))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(inputSuffix) && isInput(name))
        .sort()
        .map((name) => readFileSync(join(folder, name))),
    )
}
