import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** What became of the targets of accepted things other than blobs. */
export interface Other {
  /** What the targets were. */
  readonly versions: string
  readonly runs: number
  /** Arguments that QEMU took, and did not refuse for its state; messages and links of orders that were sent. */
  readonly taken: number
  readonly harms: number
}

export interface Others {
  readonly arguments: Other
  readonly orders: Other
}

const path = fileURLToPath(new URL("others.json", import.meta.url))

export const readOthers = (): Others => JSON.parse(readFileSync(path, "utf8"))

export const writeOther = (name: keyof Others, other: Other): void =>
  writeFileSync(path, `${JSON.stringify({ ...readOthers(), [name]: other }, undefined, 2)}\n`)
