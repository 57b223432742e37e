import { viewOf } from "../schema/bytes.js"
import { nodesOf } from "../schema/expression.js"
import type { Rule } from "../schema/language.js"
import type { Flat } from "../schema/plan.js"
import { writeScalar } from "../schema/scalar.js"
import { assign, type Choose, type Numbers } from "./assign.js"
import type { Setting } from "./blob.js"
import { previousKey, type Variables, variablesOf } from "./variables.js"

/** What is known of a list's entries before anything is chosen. */
export interface Entries {
  readonly flat: Flat
  readonly variables: Variables
  /** What rules read of the entry before, and what stands in for it in the first one. */
  readonly previous: readonly { readonly path: string; readonly first: bigint }[]
}

export const entriesOf = (setting: Setting, flat: Flat, ignored: Rule | undefined): Entries => {
  const rules = flat.struct.rules.map((rule) => ({ rule, prefix: "" }))
  const nodes = rules.flatMap(({ rule }) => [...nodesOf(rule.holds)])
  return {
    flat,
    variables: variablesOf(setting, flat.fields, rules, ignored),
    previous: nodes.flatMap((node) => (node.op === "previous" ? [{ path: node.path, first: BigInt(node.first) }] : [])),
  }
}

/**
 * A list with its count: as many entries as are wished for, or as find numbers that the rules still leave to them.
 * In a dense list the first field takes the least number that it can, in each entry.
 */
export const listBytes = (
  { flat, variables, previous }: Entries,
  wished: bigint,
  dense: boolean,
  choose: (index: number) => Choose,
): Uint8Array => {
  const first = flat.fields[0]?.path
  const entries: Numbers[] = []
  while (BigInt(entries.length) < wished) {
    const last = entries.at(-1)
    const numbers: Numbers = new Map(previous.map((of) => [previousKey(of.path), last?.get(of.path) ?? of.first]))
    const free = choose(entries.length)
    const chosen: Choose = (path, domain, edges) =>
      dense && path === first ? (domain[0]?.from ?? 0n) : free(path, domain, edges)
    if (!assign(variables, numbers, chosen)) break
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
