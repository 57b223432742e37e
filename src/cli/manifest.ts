import { readFileSync } from "node:fs"

/** What the package says of itself. */
export interface Manifest {
  readonly version: string
  /** Where its documents are, with a slash at the end. */
  readonly homepage: string
}

export const manifest = (): Manifest => JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
