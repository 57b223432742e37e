import type { Layout } from "../layout/language.js"
import { isSizing } from "../layout/plan.js"
import type { Claim } from "../layout/reader.js"
import { type Channel, channels, defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { cut, viewOf } from "../violation/bytes.js"
import { channelOf, poked, read, type Setting, settingOf } from "./blob.js"
import { explore } from "./search.js"

/**
 * A blob that breaks one rule of its format and no other.
 *
 * @since 0.1.0
 */
export interface Witness {
  /** The id of the rule. */
  readonly rule: string
  /** The field at fault. */
  readonly path: string
  readonly channel: Channel
  /** The receiver that has the rule broken: some rules depend on what it is, and limits are reached with low ones. */
  readonly receiver: ReceiverState
  readonly bytes: Uint8Array
}

const everyChannel = (bytes: number) =>
  Object.fromEntries(channels.map((channel) => [channel, bytes])) as ReceiverState["maxBlobBytes"]

/** Receivers under which every rule can be broken alone; the first that serves is taken. */
const receivers: readonly ReceiverState[] = [
  { ...defaultReceiver, jpegWanCompression: "always" },
  { ...defaultReceiver, jpegWanCompression: "never" },
  { ...defaultReceiver, provenance: "sealed", source: "0.15" },
  { ...defaultReceiver, provenance: "sealed", maxWriteBytes: everyChannel(16), maxReadBytes: { smartcard: 64 } },
]

/** The settings in which a format is searched: formats are named like a channel that uses them. */
export const settingsOf = (layout: Layout): readonly Setting[] =>
  receivers.map((receiver) => settingOf(layout, channelOf(layout), receiver))

/**
 * For every rule of a format, and for every field that it can be broken at, a blob that breaks it alone; likewise
 * for the checks that every layout makes by construction. Derived from the declaration: deterministic, no randomness.
 *
 * @example
 * witnessesOf(layouts.inputs).some(({ rule }) => rule === "inputs/motion-count-limit")
 * // true
 * @since 0.1.0
 */
export const witnessesOf = (layout: Layout): readonly Witness[] => {
  const found = new Map<string, Witness>()
  const keep = (setting: Setting, bytes: Uint8Array) => {
    const { violations } = read(setting, bytes)
    const [first, ...others] = violations
    if (first === undefined || others.some(({ rule }) => rule !== first.rule)) return
    const path = first.path.replace(/\[\d+\]/, "[]")
    const key = `${first.rule} ${path}`
    if (!found.has(key))
      found.set(key, { rule: first.rule, path, bytes, channel: setting.channel, receiver: setting.receiver })
  }
  for (const setting of settingsOf(layout))
    for (const { blob, broken } of explore(setting)) {
      if (broken.size === 1) keep(setting, blob)
      if (broken.size === 0) for (const edited of structuralEdits(setting, blob)) keep(edited.setting, edited.bytes)
    }
  return [...found.values()]
}

interface Edited {
  readonly setting: Setting
  readonly bytes: Uint8Array
}

function* structuralEdits(setting: Setting, seed: Uint8Array): Generator<Edited> {
  const { receiver } = setting
  const tight = { ...setting, receiver: { ...receiver, maxBlobBytes: everyChannel(seed.length - 1) } }
  yield { setting: tight, bytes: seed }
  yield { setting, bytes: cut(seed, 0, seed.length - 1, false) }
  yield { setting, bytes: cut(seed, 0, setting.plan.size - 1, false) }
  yield { setting, bytes: Uint8Array.from([...seed, 0]) }
  for (const claim of read(setting, seed).claims)
    for (const value of wrongValues(setting, claim, seed)) yield { setting, bytes: poked(seed, claim, value) }
}

/** Numbers that a field's type or role may not like. */
const wrongValues = ({ plan }: Setting, claim: Claim, seed: Uint8Array): readonly number[] => {
  if (isSizing(plan, claim.path)) {
    const value = viewOf(seed).getUint32(claim.offset, true)
    return [value + 1, Math.max(0, value - 1), plan.size - 1, plan.size]
  }
  if (claim.type?.kind === "constant") return [claim.type.value + 1]
  return claim.type?.kind === "boolean" || claim.type?.kind === "enumeration" ? [2] : []
}
