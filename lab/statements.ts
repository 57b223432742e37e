import { qemuChecks } from "../src/qemu/catalog.js"
import { brokenRules } from "./ours.js"
import type { Verdict } from "./verdicts.js"

/** A verdict of QEMU beside ours: the rules that the arguments break, none if we accept them. */
export interface Compared extends Verdict {
  readonly rules: readonly string[]
}

export const compared = (verdicts: readonly Verdict[]): readonly Compared[] =>
  verdicts.map((verdict) => ({ ...verdict, rules: brokenRules(verdict) }))

/** What a check says of QEMU if QEMU refuses whatever fails it, and nothing more. */
const plainRefusal = /^QEMU refuses (?:the command;|(?!.* and [a-z]+s )[^,;]*\.$)/

/** The rules for which there is a reason to refuse what QEMU accepts. */
const withReason: ReadonlySet<string> = new Set(
  qemuChecks.filter(({ without }) => !plainRefusal.test(without)).map(({ id }) => id),
)

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
    ({ outcome, rules }) => outcome === "accepted" && rules.length > 0 && !rules.some((rule) => withReason.has(rule)),
  )

/** One line for a failed test. */
export const shown = ({ command, arguments: text, outcome, rules }: Compared): string =>
  `${outcome} by QEMU, ${rules.join(" ") || "accepted"} by us: ${command} ${text}`
