import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Fate } from "../exposure/fate.js"

/** What became of a target with a spice-server that checks; of the modes in which a blob was tried, the worst. */
export interface LinkedResult {
  readonly name: string
  readonly fate: Fate
}

export interface LinkedResults {
  readonly versions: string
  readonly blobs: readonly LinkedResult[]
  readonly orders: readonly LinkedResult[]
}

const path = fileURLToPath(new URL("results.json", import.meta.url))

export const readLinked = (): LinkedResults => JSON.parse(readFileSync(path, "utf8"))

const list = (values: readonly unknown[]): string => `[\n${values.map((value) => JSON.stringify(value)).join(",\n")}\n]`

export const writeLinked = ({ versions, blobs, orders }: LinkedResults): void =>
  writeFileSync(path, `{"versions":${JSON.stringify(versions)},"blobs":${list(blobs)},"orders":${list(orders)}}\n`)
