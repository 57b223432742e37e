import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type CorpusBlob, regressionInputs } from "../corpus.js"
import { hexByte } from "../violation/bytes.js"
import type { FuzzTarget } from "./target.js"

/** An input's name in a folder of inputs, as libFuzzer would name it. */
export const inputName = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex")

/** What a target is begun with: its own seeds, and what it failed on once. */
export interface Seeds {
  /** Each once, in the order of the names. */
  readonly files: readonly string[]
  /** The size of the longest. */
  readonly longest: number
}

const seedsOf = (
  target: Pick<FuzzTarget, "name" | "seeds">,
  corpora: readonly string[],
  blobs: readonly CorpusBlob[],
) =>
  new Map(
    [...target.seeds(blobs), ...corpora.flatMap((corpus) => regressionInputs(corpus, target.name))].map((bytes) => [
      inputName(bytes),
      bytes,
    ]),
  )

/**
 * Writes the seeds of a target into a folder, which then holds nothing else.
 *
 * @param corpora - the folders in which inputs lie that targets failed on
 */
export const writeSeeds = (
  target: Pick<FuzzTarget, "name" | "seeds">,
  folder: string,
  corpora: readonly string[],
  blobs: readonly CorpusBlob[],
): Seeds => {
  const seeds = seedsOf(target, corpora, blobs)
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (!seeds.has(name)) rmSync(join(folder, name), { force: true })
  for (const [name, bytes] of seeds) {
    const file = join(folder, name)
    if (existsSync(file)) continue
    // A name beside its folder: another run may be reading the folder.
    const unfinished = `${folder}.${name}.${process.pid}`
    writeFileSync(unfinished, bytes)
    renameSync(unfinished, file)
  }
  const files = [...seeds.keys()].sort().map((name) => join(folder, name))
  return { files, longest: Math.max(0, ...[...seeds.values()].map(({ length }) => length)) }
}

/** The text of a libFuzzer dictionary: an entry a line, all of it escaped. */
export const dictionaryText = ({ dictionary }: Pick<FuzzTarget, "dictionary">): string => {
  const entries = dictionary
    .filter(({ length }) => length > 0)
    .map((entry) => `"${Array.from(entry, (byte) => `\\x${hexByte(byte)}`).join("")}"\n`)
  return [...new Set(entries)].join("")
}
