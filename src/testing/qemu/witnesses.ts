import * as E from "fp-ts/lib/Either.js"
import { type JsonLimits, readJson } from "../../data/json.js"
import { placed } from "../../data/locate.js"
import { type CommandOptions, type Context, contextOf } from "../../qemu/context.js"
import { defaultJsonLimits } from "../../qemu/limits.js"
import { argumentsReader } from "../../qemu/parse.js"
import type { Checked } from "../../violation/checked.js"
import type { Violation } from "../../violation/violation.js"
import { everyTreeEdit, type IsDue } from "./edits.js"
import { memberName, type Tree, textOf, treeMembers, treeOf } from "./json-cst.js"
import { leastArguments } from "./minimal.js"
import { textEdits } from "./text-edits.js"

/**
 * A text of arguments that breaks one check and no other.
 *
 * @since 0.3.0
 */
export interface ArgumentsWitness {
  /** The id of the check. */
  readonly rule: string
  /** The member at fault, `[]` for whichever entry of a list. */
  readonly path: string
  /** The command, the QEMU and the limits that the text breaks it for, as `parseMigrateArguments` takes them. */
  readonly options: Context & { readonly limits: JsonLimits }
  readonly bytes: Uint8Array
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Limits within which a list can be longer than any reader takes, and the least bytes of a text with such a list. */
const wide: JsonLimits = { maxBytes: 2 ** 20, maxDepth: 64, maxMembers: 2 ** 14 }
const leastOfLongList = 2 * 4097

/** Says what is wrong with a text, though not where in it: its place is found by reading it once more. */
const judgeOf = (context: Context): ((bytes: Uint8Array, limits: JsonLimits) => readonly Violation[]) => {
  const read = argumentsReader(context)
  return (bytes, limits) => {
    const json = readJson(bytes, limits)
    const checked: Checked<unknown> = E.isLeft(json) ? json : placed(read(json.right.value))
    return E.isLeft(checked) ? checked.left : []
  }
}

/**
 * For each check that a text of arguments can fail, and for each member that it can fail it at, a short text that
 * fails it and no other. Found by trying every mutation of the least arguments of every kind: deterministic. What a
 * host's policy denies is no check of these.
 *
 * @param options - the command and the QEMU; some checks there are for one of them only
 * @example
 * const witnesses = argumentsWitnessesOf({ command: "migrate-incoming" })
 * witnesses.find(({ rule }) => rule === "qemu/one-channel")?.path
 * // "channels"
 * @since 0.3.0
 */
export const argumentsWitnessesOf = (options: CommandOptions = {}): readonly ArgumentsWitness[] => {
  const context = contextOf(options)
  const found = new Map<string, ArgumentsWitness>()
  const judge = judgeOf(context)
  const keep = (bytes: Uint8Array, limits: JsonLimits): void => {
    const [first, ...others] = judge(bytes, limits)
    if (first === undefined || others.some(({ rule }) => rule !== first.rule)) return
    const path = first.path.replace(/\[\d+\]/g, "[]")
    const known = found.get(`${first.rule} ${path}`)
    if (known === undefined || bytes.length < known.bytes.length)
      found.set(`${first.rule} ${path}`, { rule: first.rule, path, options: { ...context, limits }, bytes })
    if (first.rule === "json/max-members" && bytes.length > leastOfLongList) keep(bytes, wide)
  }
  for (const bytes of candidates(context)) keep(bytes, defaultJsonLimits)
  return [...found.values()]
}

/** What stands around a part, as far as it matters: of an object which members there are. */
const surroundings = (part: Tree, around: Tree): string =>
  part.kind === "literal" ? treeMembers(around).map(memberName).join() : ""

/**
 * The least arguments after every edit. A part that was edited in like surroundings is not edited again, and what does
 * not depend on what a text says is tried with one text only.
 */
function* candidates(context: Context): Generator<Uint8Array> {
  const trees = leastArguments(context).map(treeOf)
  const seen = new Set<string>()
  const isNew: IsDue = (part, path, around) => {
    const key = `${path} ${textOf(part)} ${surroundings(part, around)}`
    const isKnown = seen.has(key)
    seen.add(key)
    return !isKnown
  }
  for (const tree of trees) for (const edited of everyTreeEdit(tree, isNew)) yield utf8(textOf(edited.tree))
  for (const tree of trees.slice(0, 1)) for (const { bytes } of textEdits(utf8(textOf(tree)))) yield bytes
}
