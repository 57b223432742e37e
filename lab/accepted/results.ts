import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Case } from "../exposure/cases.js"
import { type Fate, isHarm, outcomeOf } from "../exposure/fate.js"
import { modes } from "../exposure/modes.js"
import { carrying } from "../exposure/orders/order.js"
import type { Carrying } from "./subjects.js"

/** The modes that accepted blobs are tried in. */
export const acceptedModes = [...modes, "onward"] as const

/** How targets of one kind fared. */
export interface Tally {
  readonly channel: Carrying
  readonly mode: Case["mode"]
  readonly runs: number
  readonly harms: number
  /** How often the target closed the session or the channel: a blob that is accepted should not make it. */
  readonly ended: number
}

export interface Results {
  readonly versions: string
  /** So many different blobs. */
  readonly blobs: number
  readonly tallies: readonly Tally[]
}

/** A run and what became of the target. */
export interface Ran {
  readonly channel: Carrying
  readonly tried: Case
  readonly fate: Fate
}

export const tallied = (runs: readonly Ran[]): readonly Tally[] =>
  carrying.flatMap((channel) =>
    acceptedModes.flatMap((mode) => {
      const fates = runs.filter((ran) => ran.channel === channel && ran.tried.mode === mode).map(({ fate }) => fate)
      const ended = fates.filter((fate) => ["refused", "dropped"].includes(outcomeOf(fate)))
      const harms = fates.filter(isHarm)
      return fates.length === 0 ? [] : [{ channel, mode, runs: fates.length, harms: harms.length, ended: ended.length }]
    }),
  )

const path = fileURLToPath(new URL("results.json", import.meta.url))

export const readAccepted = (): Results => JSON.parse(readFileSync(path, "utf8"))

/** A line for each kind of run. */
export const writeAccepted = ({ versions, blobs, tallies }: Results): void =>
  writeFileSync(
    path,
    `{"versions":${JSON.stringify(versions)},"blobs":${blobs},"tallies":[\n${tallies.map((each) => JSON.stringify(each)).join(",\n")}\n]}\n`,
  )
