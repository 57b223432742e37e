import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Fate } from "./fate.js"

/** What has been run already, so that a run that was interrupted goes on and one over a larger corpus runs what is new. */
export interface Journal<A = Fate> {
  readonly fates: ReadonlyMap<string, A>
  readonly add: (key: string, fate: A) => void
}

interface Line<A> {
  readonly key: string
  readonly fate: A
}

const folder = fileURLToPath(new URL("../../.lab/exposure/", import.meta.url))

/** The journal of what has been done to targets of these versions. An order that changes has to change its name. */
export const openJournal = <A = Fate>(versions: string): Journal<A> => {
  const file = `${folder}${versions.replaceAll(/[^\w.]+/g, "-")}.jsonl`
  const lines: readonly Line<A>[] = existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : []
  const fates = new Map(lines.map(({ key, fate }) => [key, fate]))
  const add = (key: string, fate: A): void => {
    fates.set(key, fate)
    mkdirSync(folder, { recursive: true })
    appendFileSync(file, `${JSON.stringify({ key, fate })}\n`)
  }
  return { fates, add }
}
