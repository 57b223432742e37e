import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Counted {
  readonly runs: number
  readonly harms: number
}

/** What became of targets with another spice-server. */
export interface Newer {
  readonly version: string
  /** Of what is accepted by default, in every mode. */
  readonly default: Counted
  /** Of what is accepted of a channel from whom one trusts with everything, in plain mode. */
  readonly usbredir: Counted
  readonly smartcard: Counted
}

const path = fileURLToPath(new URL("newer.json", import.meta.url))

export const readNewer = (): readonly Newer[] => JSON.parse(readFileSync(path, "utf8"))

/** A line for each version. */
export const writeNewer = (newer: Newer): void => {
  const all = [...readNewer().filter(({ version }) => version !== newer.version), newer]
  const sorted = all.sort((one, other) => (one.version < other.version ? -1 : 1))
  writeFileSync(path, `[\n${sorted.map((each) => JSON.stringify(each)).join(",\n")}\n]\n`)
}
