import { cut, viewOf } from "../violation/bytes.js"
import { known, type PlannedField, scopeOf } from "./plan.js"
import { readScalar, writeScalar } from "./scalar.js"
import type { Chain, Scalar } from "./types.js"

/**
 * Declares a look at the bytes of a run: entries behind one another to its end, each a header and as many bytes as one of its
 * fields says. The name is two words or more; emitted code uses it.
 *
 * @example
 * L.chain("itemsFit", { doc: "Items to the end.", header: L.struct("A header.", { size: L.u8("Bytes.") }), length: "size", most: 255, begins: "whole" }).name
 * // "itemsFit"
 * @since 0.6.0
 */
export const chain = (name: string, options: Omit<Chain, "name">): Chain => ({ name, ...options })

type NumberField = PlannedField & { readonly type: Scalar }

/** A chain's header, laid flat. */
export interface ChainPlan {
  /** Bytes of the header. */
  readonly size: number
  readonly length: NumberField
  /** The fields of which not every number is one of their type, with those that are. */
  readonly named: readonly { readonly field: NumberField; readonly numbers: readonly number[] }[]
  /** A run of so many bytes always holds: nothing can be said of what is shorter than a header, or may be a rest. */
  readonly silent: number
}

const plans = new WeakMap<Chain, ChainPlan>()

export const chainPlanOf = (chain: Chain): ChainPlan => {
  const done = plans.get(chain)
  if (done !== undefined) return done
  const { header, length, most, begins } = chain
  const { fields: all, size } = scopeOf(header)
  const fields = all.filter((field): field is NumberField => field.type.kind !== "bytes")
  const named = fields.flatMap((field) =>
    field.type.kind === "enumeration" ? [{ field, numbers: Object.values<number>(field.type.names) }] : [],
  )
  const silent = begins === "whole" ? size - 1 : size + most
  const plan = { size, length: known(new Map(fields.map((field) => [field.path, field])), length), named, silent }
  plans.set(chain, plan)
  return plan
}

const numberAt = (view: DataView, at: number, { type, offset }: NumberField): number =>
  Number(readScalar(view, type, at + offset))

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

/** So many bytes a run needs at least for a chain to refuse it. */
export const leastRefused = (chain: Chain): number => chainPlanOf(chain).silent + 1

/** A run that a chain refuses, as short as one can be where no size is given: zeros, unless an entry may be zeros. */
export const chainRefused = (chain: Chain, size = leastRefused(chain)): Uint8Array => {
  const mayBeZeros = chainPlanOf(chain).named.every(({ numbers }) => numbers.includes(0))
  return new Uint8Array(size).fill(mayBeZeros ? 0xff : 0)
}

const writeAt = (view: DataView, at: number, { type, offset }: NumberField, value: number): void =>
  writeScalar(view, type, at + offset, value)

/** The number that a run's first four bytes are, or as many as it has. */
const restOf = (run: Uint8Array): number => run.subarray(0, 4).reduceRight((number, byte) => number * 256 + byte, 0)

/**
 * The same bytes cut into the entries of a chain: what stands at the places of a header's fields stays as far as it can.
 * Only headers are written. Where the run may begin with a rest, its first four bytes say how long that is.
 */
export const chainMended = (chain: Chain, run: Uint8Array): Uint8Array => {
  if (chainHolds(chain, run)) return run
  const { size, length, named, silent } = chainPlanOf(chain)
  const bytes = cut(run, 0, run.length, false)
  const view = viewOf(bytes)
  let at = chain.begins === "whole" ? 0 : Math.min(restOf(bytes) % (silent + 1), bytes.length - size)
  while (at < bytes.length) {
    const left = bytes.length - at - size
    const said = Math.min(numberAt(view, at, length) % (Math.min(chain.most, 0xfffffffe) + 1), left)
    const fitting = left === said || left - said >= size
    const follows = fitting ? said : left <= chain.most ? left : Math.max(said - size, 0)
    for (const { field, numbers } of named) {
      const number = numberAt(view, at, field)
      if (!numbers.includes(number))
        writeAt(view, at, field, known(new Map(numbers.entries()), number % numbers.length))
    }
    writeAt(view, at, length, follows)
    at += size + follows
  }
  return bytes
}
