import { nodesOf } from "../../layout/expression.js"
import type { FieldRule } from "../../layout/language.js"
import type { Flat } from "../../layout/plan.js"
import { writeScalar } from "../../layout/scalar.js"
import { viewOf } from "../../violation/bytes.js"
import type { Setting } from "../blob.js"
import { assign, type Choose, type Numbers } from "../solver/solve.js"
import { previousKey, type Variables, variablesOf } from "../solver/variable.js"

/** What is known of a list's entries before anything is chosen. */
export interface Entries {
  readonly flat: Flat
  readonly variables: Variables
  /** What rules read of the entry before, and what stands in for it in the first one. */
  readonly previous: readonly { readonly path: string; readonly first: bigint }[]
}

export const entriesOf = (setting: Setting, flat: Flat): Entries => {
  const rules = flat.struct.rules.map((rule) => ({ rule, prefix: "" }))
  const nodes = rules.flatMap(({ rule }) => [...nodesOf(rule.holds)])
  return {
    flat,
    variables: variablesOf(setting, flat.fields, rules),
    previous: nodes.flatMap((node) => (node.op === "previous" ? [{ path: node.path, first: BigInt(node.first) }] : [])),
  }
}

/** How the entries of a list are chosen. */
export interface Wish {
  /** As many entries, or as find numbers that the rules still leave to them. */
  readonly count: bigint
  /** Whether the first field takes the least number that it can, in each entry. */
  readonly dense: boolean
  /** The rule that the last entry breaks. */
  readonly broken: FieldRule | undefined
  readonly choose: (index: number) => Choose
}

/** A list with its count. */
export const listBytes = (
  { flat, variables, previous }: Entries,
  { count, dense, broken, choose }: Wish,
): Uint8Array => {
  const [first] = flat.fields
  const entries: Numbers[] = []
  for (let index = 0; BigInt(index) < count; index++) {
    const last = entries.at(-1)
    const numbers: Numbers = new Map(previous.map((of) => [previousKey(of.path), last?.get(of.path) ?? of.first]))
    const free = choose(index)
    const chosen: Choose = (path, domain, edges) =>
      dense && path === first?.path ? (domain[0]?.from ?? 0n) : free(path, domain, edges)
    if (!assign(variables, numbers, chosen, BigInt(index) === count - 1n ? broken : undefined)) break
    entries.push(numbers)
  }
  return written(entries, flat)
}

const written = (entries: readonly Numbers[], { fields, size }: Flat): Uint8Array => {
  const bytes = new Uint8Array(4 + entries.length * size)
  const view = viewOf(bytes)
  view.setUint32(0, entries.length, true)
  for (const [index, numbers] of entries.entries())
    for (const { path, offset, type } of fields)
      writeScalar(view, type, 4 + index * size + offset, numbers.get(path) ?? 0n)
  return bytes
}
