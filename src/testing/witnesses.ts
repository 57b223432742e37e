import type { Claim } from "../layout/interpret.js"
import { parametersOf } from "../layout/lower.js"
import type { Arguments } from "../layout/parameters.js"
import type { PlannedRule } from "../layout/plan.js"
import type { Layout, Parameter } from "../layout/types.js"
import { joined } from "../violation/bytes.js"
import { limitOfSetting } from "./attacks.js"
import { poked, resized } from "./bytes.js"
import { sizesBlock } from "./edits.js"
import { type Chooser, leastChooser, walkOf } from "./generate/blob.js"
import { layoutSetting, read, type Setting } from "./setting.js"
import { nearest } from "./solver/interval-set.js"

/** A blob that breaks one rule of a setting's format and no other. */
export interface BrokenRule<S extends Setting = Setting> {
  /** The id of the rule. */
  readonly rule: string
  /** The field at fault; an entry of a list has empty brackets. */
  readonly path: string
  readonly setting: S
  readonly bytes: Uint8Array
}

/** Chooses a little of everything: two entries of each list, two bytes of each run, where that may be. */
export const fewOfAll: Chooser = { ...leastChooser, number: (_, domain) => nearest(domain, 2n) ?? 0n }

/**
 * For every rule of a format, and for every field that it can be broken at, a blob that breaks it alone; likewise for
 * the checks that every layout makes by construction. Of the settings, which are of one layout, the first that serves is
 * taken.
 */
export const witnessesIn = <S extends Setting>(settings: readonly S[]): readonly BrokenRule<S>[] => {
  const found = new Map<string, BrokenRule<S>>()
  const broken = new Set<PlannedRule>()
  /** The rule that a blob breaks alone. */
  const keep = (setting: S, bytes: Uint8Array): string | undefined => {
    const [first, ...others] = read(setting, bytes, false).violations
    if (first === undefined || others.some(({ rule }) => rule !== first.rule)) return undefined
    const path = first.path.replace(/\[\d+\]/g, "[]")
    const key = `${first.rule} ${path}`
    if (!found.has(key)) found.set(key, { rule: first.rule, path, bytes, setting })
    return first.rule
  }
  for (const { setting, goals, reaching } of settings.flatMap(walkable)) {
    for (const goal of goals)
      for (const chooser of [leastChooser, fewOfAll]) {
        if (goal.broken !== undefined && broken.has(goal.broken)) continue
        const blob = reaching(goal, chooser)
        if (blob === undefined) continue
        const rule = keep(setting, blob)
        if (goal.broken === undefined)
          for (const edited of structuralEdits(setting, blob)) keep(edited.setting, edited.bytes)
        else if (rule === goal.broken.rule.id) broken.add(goal.broken)
      }
  }
  return [...found.values()]
}

/** Arguments that leave no valid blob have no witness either: nothing is broken alone. */
const walkable = <S extends Setting>(setting: S) => {
  try {
    return [{ setting, ...walkOf(setting) }]
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

interface Edited<S extends Setting> {
  readonly setting: S
  readonly bytes: Uint8Array
}

/** A limit that is larger, and no parameter, is not exceeded: it would take too long. */
const longest = 2 ** 16

function* structuralEdits<S extends Setting>(setting: S, seed: Uint8Array): Generator<Edited<S>> {
  const { layout, plan } = setting
  const { limit } = layout
  const [most, size] = [limitOfSetting(setting), seed.length]
  if (limit.op === "parameter" && limit.kind === "number" && size > limit.least)
    yield { setting: { ...setting, arguments: { ...setting.arguments, [limit.name]: size - 1 } }, bytes: seed }
  else if (most < longest) yield { setting, bytes: resized(seed, most + 1) }
  if (size > 0) yield { setting, bytes: resized(seed, size - 1) }
  if (plan.size > 0) yield { setting, bytes: resized(seed, plan.size - 1) }
  yield { setting, bytes: joined(seed, new Uint8Array(1)) }
  for (const claim of read(setting, seed).claims) {
    const { type, offset } = claim
    if (type === undefined) continue
    for (const value of wrongValues(setting, claim)) yield { setting, bytes: poked(seed, { offset, type }, value) }
  }
}

/** Numbers that a field's type or role may not like. */
const wrongValues = (setting: Setting, { path, type, value = 0 }: Claim): readonly bigint[] => {
  const own = BigInt(value)
  if (sizesBlock(setting, path)) return [own + 1n, own - 1n, BigInt(setting.plan.size) - 1n, BigInt(setting.plan.size)]
  switch (type?.kind) {
    case "constant":
      return [own + 1n]
    case "boolean":
      return [2n]
    case "enumeration": {
      const numbers = Object.values<number>(type.names)
      return [BigInt([2, 0, ...numbers.map((number) => number + 1)].find((number) => !numbers.includes(number)) ?? 0)]
    }
    case "bits":
      return Array.from({ length: type.bits }, (_, bit) => own ^ (1n << BigInt(bit)))
    default:
      return []
  }
}

/** The arguments that a layout has by default, and those that differ from them in one parameter. */
export const variedSettings = (layout: Layout, given: Arguments = {}): readonly Setting[] => [
  layoutSetting(layout, given),
  ...parametersOf(layout).flatMap((parameter) =>
    otherValues(parameter).map((value) => layoutSetting(layout, { ...given, [parameter.name]: value })),
  ),
]

const otherValues = (parameter: Parameter): readonly (number | string | readonly string[])[] => {
  switch (parameter.kind) {
    case "number":
      return [parameter.least, 64, parameter.most].filter(
        (value) => parameter.least <= value && value <= parameter.most,
      )
    case "word":
      return parameter.words
    case "words":
      return [[], parameter.words]
  }
}
