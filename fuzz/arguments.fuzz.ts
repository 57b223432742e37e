import { isDeepStrictEqual } from "node:util"
import type { Arbitrary } from "fast-check"
import { readJson } from "../src/data/json.js"
import type { TargetModule } from "../src/fuzz/target.js"
import type { MigrateArguments, MigrateIncomingArguments } from "../src/qemu/arguments.js"
import { migrateCodec, migrateIncomingCodec } from "../src/qemu/codecs.js"
import type { Context } from "../src/qemu/context.js"
import { defaultJsonLimits } from "../src/qemu/limits.js"
import { parseArguments } from "../src/qemu/parse.js"
import type { Policy } from "../src/qemu/policy.js"
import { fromFuzzerBytes } from "../src/testing/bridge.js"
import { argumentsArbitraryOf } from "../src/testing/qemu/arguments.js"
import { someEdit } from "../src/testing/qemu/edits.js"
import { type Tree, textOf, treeOf } from "../src/testing/qemu/json-cst.js"
import { policyAllowing } from "../src/testing/qemu/policy.js"
import type { Checked } from "../src/violation/checked.js"
import type { Codec } from "../src/violation/codec.js"
import { spellings } from "./spellings.js"
import {
  areApart,
  areSayable,
  choiceSeeds,
  contextBy,
  contexts,
  difference,
  inProportion,
  moved,
  picking,
  prototypesAreIntact,
  utf8,
  verdictOf,
} from "./texts.js"

/**
 * Valid arguments, and valid ones after edits: what a codec says of a value, and what parsing says of its text. The first
 * byte of an input says for which command and QEMU, the second one how many edits there are; the next ones steer the
 * making of valid arguments, and what is left chooses edits or a spelling.
 */

type Arguments = MigrateArguments & MigrateIncomingArguments

/** What checks and makes the arguments of a context. */
interface Setting {
  readonly context: Context
  readonly codec: Codec<Arguments, Arguments>
  readonly draw: (bytes: Uint8Array) => { readonly value: Arguments; readonly tail: Uint8Array }
}

const codecOf = (context: Context, policy?: Policy): Codec<Arguments, Arguments> => {
  const options = { ...context, ...(policy === undefined ? {} : { policy }) }
  return context.command === "migrate" ? migrateCodec(options) : migrateIncomingCodec(options)
}

const settingOf = (context: Context): Setting => ({
  context,
  codec: codecOf(context),
  draw: fromFuzzerBytes(argumentsArbitraryOf(context) as Arbitrary<Arguments>),
})

const settings = new Map(contexts.map((context) => [context, settingOf(context)]))

/** What an input stands for. */
interface Case extends Setting {
  readonly valid: Arguments
  /** The arguments after edits; without, there are none. */
  readonly edited?: Tree
  readonly pick: (count: number) => number
}

const mostEdits = 3

const caseOf = (data: Uint8Array): Case => {
  const context = contextBy(data[0])
  const setting = settings.get(context) ?? settingOf(context)
  const edits = Number(data[1] ?? 0) % (mostEdits + 1)
  const { value: valid, tail } = setting.draw(data.subarray(2))
  const pick = picking(tail)
  if (edits === 0) return { ...setting, valid, pick }
  let edited = treeOf(valid)
  for (let edit = 0; edit < edits; edit++) edited = someEdit(edited, pick)
  return { ...setting, valid, edited, pick }
}

const frozen = (value: unknown): void => {
  if (typeof value !== "object" || value === null) return
  Object.freeze(value)
  for (const part of Object.values(value)) frozen(part)
}

const decodedBy = ({ codec }: Setting, value: unknown): Checked<Arguments> => codec.decode(value) as Checked<Arguments>

/** A codec gives a copy of a value that it accepts, its guard comes to the same, and encoding leaves the copy as it is. */
const isDecoded = (setting: Setting, value: unknown): Checked<Arguments> => {
  const { codec } = setting
  frozen(value)
  const decoded = decodedBy(setting, value)
  if (codec.is(value) !== (decoded._tag === "Right"))
    throw difference(verdictOf(decoded), "another verdict of the guard")
  if (decoded._tag === "Left") areSayable(decoded.left, 0)
  else {
    areApart(value, decoded.right)
    if (!isDeepStrictEqual(codec.encode(decoded.right), decoded.right))
      throw difference("the same value", "another one encoded")
  }
  return decoded
}

/** Valid arguments are accepted as they are, by the codec and in every spelling of their text, where a policy allows them. */
const isValid = ({ valid, pick, ...setting }: Case): void => {
  const policy = policyAllowing(valid, setting.context)
  const decoded = isDecoded({ ...setting, codec: codecOf(setting.context, policy) }, valid)
  if (decoded._tag === "Left") throw difference("valid arguments to be accepted", verdictOf(decoded))
  else if (!isDeepStrictEqual(decoded.right, valid)) throw difference("the same value", "another one")
  const options = { ...setting.context, policy, limits: { ...defaultJsonLimits, maxBytes: 2 ** 20 } }
  const text = (spellings[pick(spellings.length)] ?? textOf)(treeOf(valid))
  const parsed = parseArguments(pick(2) === 0 ? text : utf8(text), options)
  if (parsed._tag === "Right" && !isDeepStrictEqual(parsed.right, valid))
    throw difference("the same value", "another one parsed")
  if (parsed._tag === "Left") throw difference("valid arguments to be parsed", verdictOf(parsed))
}

/** What a codec and a parser say of the same is the same. */
const areAlike = (decoded: Checked<unknown>, parsed: Checked<unknown>): void => {
  if (verdictOf(decoded) !== verdictOf(parsed)) throw difference(verdictOf(decoded), verdictOf(parsed))
  if (decoded._tag === "Right" && !isDeepStrictEqual(decoded, parsed))
    throw difference("the same value", "another one parsed")
}

/** A value whose objects are like any other. */
const ordinary = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(ordinary)
  const copy = {}
  for (const [name, part] of Object.entries(value))
    Object.defineProperty(copy, name, { value: ordinary(part), enumerable: true, configurable: true, writable: true })
  return copy
}

/** Of any text the parser says what reading it and the codec say, wherever in memory it stands. */
const isChecked = ({ edited, valid, ...setting }: Case): void => {
  const text = utf8(textOf(edited ?? treeOf(valid)))
  const bytes = text.length % 2 === 0 ? text : moved(text)
  const parsed = inProportion(bytes.length, () => parseArguments(bytes, setting.context))
  if (parsed._tag === "Left") areSayable(parsed.left, bytes.length)
  const read = readJson(text, defaultJsonLimits)
  if (read._tag === "Left") areAlike(read, parsed)
  else {
    areAlike(isDecoded(setting, read.right.value), parsed)
    areAlike(decodedBy(setting, ordinary(read.right.value)), parsed)
  }
}

const check = (data: Uint8Array): void => {
  const each = caseOf(data)
  if (each.edited === undefined) isValid(each)
  else isChecked(each)
  prototypesAreIntact()
}

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/qemu/", "src/net/", "src/data/strict", "src/data/refinement"],
  detectors: true,
  dictionary: [],
  seeds: () => choiceSeeds(400),
  evidenceOf: (data) => {
    const { edited, valid } = caseOf(data)
    return { kind: "text", bytes: utf8(textOf(edited ?? treeOf(valid))) }
  },
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
