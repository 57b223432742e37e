import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Fate } from "../exposure/fate.js"

/** What became of a target with a spice-server that checks; of the modes in which a blob was tried, the worst. */
export interface LinkedResult {
  readonly name: string
  readonly fate: Fate
}

/** What became of targets with one library. */
export interface LinkedResults {
  readonly library: string
  readonly versions: string
  /** What there is to know before one relies on them, where they are not of one run. */
  readonly caveat?: string
  readonly blobs: readonly LinkedResult[]
  readonly orders: readonly LinkedResult[]
}

const path = fileURLToPath(new URL("results.json", import.meta.url))

/** The library whose results stand beside those of the unmodified server. */
export const principal = "0.15.1-guarded"

export const readLinked = (): readonly LinkedResults[] => JSON.parse(readFileSync(path, "utf8"))

const list = (values: readonly unknown[]): string => `[\n${values.map((value) => JSON.stringify(value)).join(",\n")}\n]`

const text = ({ blobs, orders, ...head }: LinkedResults): string =>
  `${JSON.stringify(head).slice(0, -1)},"blobs":${list(blobs)},"orders":${list(orders)}}`

/** Writes the results of one library in the place of those that it had. */
export const writeLinked = (results: LinkedResults): void => {
  const others = readLinked().filter(({ library }) => library !== results.library)
  const all = [...others, results].sort((one, other) => (one.library < other.library ? -1 : 1))
  writeFileSync(path, `[${all.map(text).join(",\n")}]\n`)
}
