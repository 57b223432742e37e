import { brokenRules } from "./ours.js"
import type { Verdict } from "./verdicts.js"

/** A verdict of QEMU beside ours: the rules that the arguments break, none if we accept them. */
export interface Compared extends Verdict {
  readonly rules: readonly string[]
}

export const compared = (verdicts: readonly Verdict[]): readonly Compared[] =>
  verdicts.map((verdict) => ({ ...verdict, rules: brokenRules(verdict, verdict.version) }))

/** The checks that QEMU makes as well: what fails one of them alone, it never accepts. The others need a reason of ours. */
const madeByQemu: ReadonlySet<string> = new Set([
  ...["json/duplicate-name", "json/unicode"],
  ...["shape/object", "shape/list", "shape/string", "shape/boolean", "shape/type", "shape/name"],
  ...["shape/missing-member", "shape/unknown-member"],
  ...["qemu/old-spelling", "qemu/other-version", "qemu/cpr-version", "qemu/draft-channel", "qemu/multifd-count"],
  ...["qemu/argv-empty", "qemu/filename-empty", "qemu/channel-twice", "qemu/one-channel"],
  ...["qemu/uri-scheme", "qemu/uri-syntax", "qemu/uri-host-length"],
])

/** The checks of which QEMU dies, in one of the commands at least, if what fails them gets to it. */
export const fatal: ReadonlySet<string> = new Set([
  ...["qemu/argv-empty", "qemu/main-channel", "qemu/uri-syntax", "qemu/uri-host-length", "qemu/uri-option-value"],
  "qemu/uri-option",
])

const isAtFault = ({ outcome, state }: Verdict): boolean =>
  outcome === "crashed" || (outcome === "refused" && state === undefined)

/**
 * What we accept and QEMU refuses at once, whatever its state, or dies of. There must be none: then QEMU takes all that
 * we accept, and we refuse all that it refuses for the arguments' sake.
 */
export const wronglyAccepted = (sets: readonly Compared[]): readonly Compared[] =>
  sets.filter((set) => set.rules.length === 0 && isAtFault(set))

/** What QEMU accepts and we refuse, without one rule that says what is wrong with it all the same. There must be none. */
export const refusedWithoutReason = (sets: readonly Compared[]): readonly Compared[] =>
  sets.filter(
    ({ outcome, rules }) => outcome === "accepted" && rules.length > 0 && rules.every((rule) => madeByQemu.has(rule)),
  )

/** One line for a failed test. */
export const shown = ({ command, arguments: text, version, outcome, signal = "", rules }: Compared): string =>
  `${outcome} ${signal} by QEMU ${version}, ${rules.join(" ") || "accepted"} by us: ${command} ${text.slice(0, 300)}`
