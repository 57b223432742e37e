import { viewOf } from "../violation/bytes.js"
import { known, type PlannedField, scopeOf } from "./plan.js"
import { readScalar } from "./scalar.js"
import type { Struct } from "./types.js"

/**
 * A declared look at the bytes of a run, for what numbers alone cannot say: entries back to back to the run's end, each
 * a header and as many bytes as one of its fields says, behind the rest of at most one entry. Where the first whole
 * entry begins is not in the bytes, because the entry before it may be partly gone, so every position that the rest of
 * one entry can reach is tried. It takes time linear in the run's size.
 */
export interface Chain {
  /** What emitted code calls it. */
  readonly name: string
  readonly doc: string
  /** Integers and enumerations of at most 32 bits; an entry is one only where each has a value of its type. */
  readonly header: Struct
  /** The header's field that says how many bytes follow the header. */
  readonly length: string
  /** The most that it may say. */
  readonly most: number
}

export const chain = (name: string, options: Omit<Chain, "name">): Chain => ({ name, ...options })

/** A chain's header, laid flat. */
export interface ChainPlan {
  /** Bytes of the header. */
  readonly size: number
  readonly length: PlannedField
  /** The fields of which not every number is one of their type, with those that are. */
  readonly named: readonly { readonly field: PlannedField; readonly numbers: readonly number[] }[]
  /** The most bytes that can be left of an entry that is partly gone. A run that is no longer always holds. */
  readonly longestRest: number
}

export const chainPlanOf = ({ header, length, most }: Chain): ChainPlan => {
  const { fields, size } = scopeOf(header)
  const named = fields.flatMap((field) =>
    field.type.kind === "enumeration" ? [{ field, numbers: Object.values<number>(field.type.names) }] : [],
  )
  return {
    size,
    length: known(new Map(fields.map((field) => [field.path, field])), length),
    named,
    longestRest: size + most,
  }
}

/** Whether a run is what a chain says. From the end backwards each position is judged once. */
export const chainHolds = (chain: Chain, bytes: Uint8Array): boolean => {
  const { size, length, named, longestRest } = chainPlanOf(chain)
  const end = bytes.length
  if (end <= longestRest) return true
  const view = viewOf(bytes)
  const numberAt = (at: number, { type, offset }: PlannedField): number =>
    type.kind === "bytes" ? 0 : Number(readScalar(view, type, at + offset))
  const reachesEnd = new Uint8Array(end + 1)
  reachesEnd[end] = 1
  for (let at = end - size; at >= 0; at--) {
    const follows = numberAt(at, length)
    if (follows <= chain.most && named.every(({ field, numbers }) => numbers.includes(numberAt(at, field))))
      reachesEnd[at] = Number(reachesEnd[at + size + follows])
  }
  return reachesEnd.subarray(0, longestRest + 1).includes(1)
}
