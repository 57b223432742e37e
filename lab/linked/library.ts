import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** A spice-server that checks migration data by itself (c/spice-server/build.sh). */
export interface Library {
  /** `0.15.1-guarded`; `0.15.1-orders` refuses some messages out of place besides. */
  readonly name: string
  readonly version: string
  readonly folder: string
  /** Changes with anything that it was made of beside spice-server. */
  readonly madeOf: string
}

/** The one of a name, or undefined where it has not been built. */
export const libraryOf = (name: string): Library | undefined => {
  const folder = fileURLToPath(new URL(`../../.lab/spice-server/${name}/`, import.meta.url))
  const made = `${folder}made-of`
  if (!existsSync(made)) return undefined
  const [version = name] = name.split("-")
  return { name, version, folder: `${folder}build/server`, madeOf: readFileSync(made, "utf8").slice(0, 16) }
}

/** Every QEMU that is started from here on loads it. */
export const load = ({ folder }: Library): void => void Object.assign(process.env, { LD_LIBRARY_PATH: folder })
