import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** A spice-server that checks migration data by itself (c/spice-server/build.sh). */
export interface Library {
  readonly version: string
  readonly folder: string
  /** Changes with anything that it was made of beside spice-server. */
  readonly madeOf: string
}

/** The one of a version, or undefined where it has not been built. */
export const libraryOf = (version: string): Library | undefined => {
  const folder = fileURLToPath(new URL(`../../.lab/spice-server/${version}-guarded/`, import.meta.url))
  const made = `${folder}made-of`
  if (!existsSync(made)) return undefined
  return { version, folder: `${folder}build/server`, madeOf: readFileSync(made, "utf8").slice(0, 16) }
}
