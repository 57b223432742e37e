import { cut, viewOf } from "../violation/bytes.js"
import { known, type PlannedField, scopeOf } from "./plan.js"
import { readScalar, writeScalar } from "./scalar.js"
import type { Chain } from "./types.js"

export const chain = (name: string, options: Omit<Chain, "name">): Chain => ({ name, ...options })

/** A chain's header, laid flat. */
export interface ChainPlan {
  /** Bytes of the header. */
  readonly size: number
  readonly length: PlannedField
  /** The fields of which not every number is one of their type, with those that are. */
  readonly named: readonly { readonly field: PlannedField; readonly numbers: readonly number[] }[]
  /** A run of so many bytes always holds: nothing can be said of what is shorter than a header, or may be a rest. */
  readonly silent: number
}

const plans = new WeakMap<Chain, ChainPlan>()

export const chainPlanOf = (chain: Chain): ChainPlan => {
  const done = plans.get(chain)
  if (done !== undefined) return done
  const { header, length, most, begins } = chain
  const { fields, size } = scopeOf(header)
  const named = fields.flatMap((field) =>
    field.type.kind === "enumeration" ? [{ field, numbers: Object.values<number>(field.type.names) }] : [],
  )
  const silent = begins === "whole" ? size - 1 : size + most
  const plan = { size, length: known(new Map(fields.map((field) => [field.path, field])), length), named, silent }
  plans.set(chain, plan)
  return plan
}

const numberAt = (view: DataView, at: number, { type, offset }: PlannedField): number =>
  type.kind === "bytes" ? 0 : Number(readScalar(view, type, at + offset))

/** Where the entry at a position ends; undefined where none can be there. */
const endOf = (chain: Chain, view: DataView, at: number): number | undefined => {
  const { size, length, named } = chainPlanOf(chain)
  if (at + size > view.byteLength) return undefined
  const follows = numberAt(view, at, length)
  const isEntry =
    follows <= chain.most && named.every(({ field, numbers }) => numbers.includes(numberAt(view, at, field)))
  return isEntry && at + size + follows <= view.byteLength ? at + size + follows : undefined
}

/** Whether a run is what a chain says. */
export const chainHolds = (chain: Chain, bytes: Uint8Array): boolean => {
  const { size, silent } = chainPlanOf(chain)
  const end = bytes.length
  if (end <= silent) return true
  const view = viewOf(bytes)
  if (chain.begins === "whole") {
    let at: number | undefined = 0
    while (at !== undefined && at < end) at = endOf(chain, view, at)
    return at === end
  }
  const reachesEnd = new Uint8Array(end + 1)
  reachesEnd[end] = 1
  for (let at = end - size; at >= 0; at--) reachesEnd[at] = Number(reachesEnd[endOf(chain, view, at) ?? at])
  return reachesEnd.subarray(0, silent + 1).includes(1)
}

/** A run that a chain refuses, as short as one can be: zeros, unless an entry may be zeros. */
export const chainRefused = (chain: Chain): Uint8Array => {
  const { silent, size, length, named } = chainPlanOf(chain)
  const bytes = new Uint8Array(silent + 1)
  const isZeroNamed = named.every(({ numbers }) => numbers.includes(0))
  if (isZeroNamed) for (let at = 0; at + size <= bytes.length; at += size) writeAt(viewOf(bytes), at, length, 0xff)
  return bytes
}

const writeAt = (view: DataView, at: number, { type, offset }: PlannedField, value: number): void => {
  if (type.kind !== "bytes") writeScalar(view, type, at + offset, value)
}

/**
 * The same bytes cut into the entries of a chain: what stands at the places of a header's fields stays as far as it can.
 * Only headers are written. Where the run may begin with a rest, its first four bytes say how long that is.
 */
export const chainMended = (chain: Chain, run: Uint8Array): Uint8Array => {
  if (chainHolds(chain, run)) return run
  const { size, length, named, silent } = chainPlanOf(chain)
  const bytes = cut(run, 0, run.length, false)
  const view = viewOf(bytes)
  let at = chain.begins === "whole" ? 0 : Math.min(view.getUint32(0, true) % (silent + 1), bytes.length - size)
  while (at < bytes.length) {
    const left = bytes.length - at - size
    const said = Math.min(numberAt(view, at, length) % (Math.min(chain.most, 0xfffffffe) + 1), left)
    const fitting = left === said || left - said >= size
    const follows = fitting ? said : left <= chain.most ? left : said - size
    for (const { field, numbers } of named) {
      const number = numberAt(view, at, field)
      if (!numbers.includes(number)) writeAt(view, at, field, numbers[number % numbers.length] ?? 0)
    }
    writeAt(view, at, length, follows)
    at += size + follows
  }
  return bytes
}
