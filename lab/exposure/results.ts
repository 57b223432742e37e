import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Fate } from "./fate.js"
import type { Mode } from "./modes.js"
import type { Order } from "./orders/order.js"

/** What became of the target in each mode that a case was tried in. */
export type Fates = Partial<Record<Mode, Fate>>

export interface BlobResult {
  readonly name: string
  /** Of the blob, so that a result of another blob under this name shows. */
  readonly hash: string
  /** The rule that our decoder refuses it with; none if it accepts it. */
  readonly rule?: string
  /** Whether the decoder was told that nobody can have changed it on its way. */
  readonly isSealed?: true
  readonly fates: Fates
}

/** What became of it without a relay. */
export const withoutRelay = ({ relayed: _, told: __, ...fates }: Fates): readonly Fate[] => Object.values(fates)

/** Whether a real server has written the blob. */
export const isGenuine = ({ name }: Pick<BlobResult, "name">): boolean => name.includes("/genuine/")

export interface OrderResult extends Pick<Order, "name" | "sentence" | "channel"> {
  readonly fates: Fates
}

export interface Results {
  /** What the targets were. */
  readonly versions: string
  readonly blobs: readonly BlobResult[]
  readonly orders: readonly OrderResult[]
}

const path = fileURLToPath(new URL("results.json", import.meta.url))

export const readResults = (): Results => JSON.parse(readFileSync(path, "utf8"))

const list = (values: readonly unknown[]): string => `[\n${values.map((value) => JSON.stringify(value)).join(",\n")}\n]`

/** A line for each case, so that a change of one shows as a change of one line. */
export const writeResults = ({ versions, blobs, orders }: Results): void =>
  writeFileSync(path, `{"versions":${JSON.stringify(versions)},"blobs":${list(blobs)},"orders":${list(orders)}}\n`)
