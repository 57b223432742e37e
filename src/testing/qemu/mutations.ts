import * as E from "fp-ts/lib/Either.js"
import { readJson } from "../../data/json.js"
import type { Mutation } from "../edits.js"
import { everyTreeEdit } from "./edits.js"
import { type Tree, textOf, treeOf } from "./json-cst.js"
import { textEdits } from "./text-edits.js"

const limits = { maxBytes: 2 ** 24, maxDepth: 256, maxMembers: 2 ** 20 }

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

interface Original {
  readonly bytes: Uint8Array
  /** What it says, unless it is no JSON. */
  readonly tree?: Tree
}

const originalOf = (valid: string | Uint8Array | object): Original => {
  if (typeof valid !== "string" && !(valid instanceof Uint8Array))
    return { bytes: utf8(textOf(treeOf(valid))), tree: treeOf(valid) }
  const bytes = typeof valid === "string" ? utf8(valid) : valid
  const json = readJson(bytes, limits)
  return E.isLeft(json) ? { bytes } : { bytes, tree: treeOf(json.right.value) }
}

const areSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])

function* everyMutation({ bytes, tree }: Original): Generator<Mutation> {
  if (tree !== undefined) {
    const before = textOf(tree)
    for (const { name, tree: edited } of everyTreeEdit(tree)) {
      const text = textOf(edited)
      if (text !== before) yield { name, bytes: utf8(text) }
    }
  }
  yield* textEdits(bytes)
}

/**
 * The classic shapes of hostile arguments, made from one text: each member dropped, given twice, misspelt, renamed to
 * `__proto__` and to what the draft of 2022 called it; each member that the declarations know put where it does not
 * belong, a `uri` beside `channels` among them; each value of another type, nested too deep, in a list too long;
 * numbers at and beyond each limit, wrapped, negative, with exponents and leading zeros; strings with U+0000, bare
 * control characters, half pairs, as long as some limit and longer; addresses with the members of another kind; URIs
 * with options that QEMU ignores; trailing text, bytes that are no UTF-8, and the text cut off at every byte.
 * Deterministic; what leaves the text as it was is left out. Few are still valid.
 *
 * @param valid - arguments, or a text of them; of a text that is no JSON there are edits of the text only
 * @example
 * const names = [...argumentsMutationsOf({ uri: "tcp:10.0.0.9:49152" })].map(({ name }) => name)
 * [names.includes("uri-twice"), names.includes("uri.with-nul"), names.includes("truncated-to-7")]
 * // [true, true, true]
 * @since 0.3.0
 */
export function* argumentsMutationsOf(valid: string | Uint8Array | object): Generator<Mutation> {
  const original = originalOf(valid)
  for (const mutation of everyMutation(original)) if (!areSame(mutation.bytes, original.bytes)) yield mutation
}
