import fc from "fast-check"
import { qemuChecks } from "../src/qemu/catalog.js"
import { commands } from "../src/qemu/commands.js"
import type { Command } from "../src/qemu/index.js"
import { argumentsArbitraryOf } from "../src/testing/qemu/arguments.js"
import { argumentsMutationsOf } from "../src/testing/qemu/mutations.js"
import { type Installed, installations } from "./installed.js"
import type { ArgumentSet } from "./outcome.js"
import { obstacle } from "./qemu.js"
import { runAll } from "./run.js"
import { jsonOf } from "./sets/written.js"
import { states } from "./state.js"
import { type Compared, compared, refusedWithoutReason, shown, wronglyAccepted } from "./statements.js"
import { verdictOf } from "./verdicts.js"

/**
 * Generated arguments, half of them valid and half with one thing changed, through real QEMUs: what QEMU and we
 * disagree about, by the documented reason. `npm run lab:arguments -- [sets] [seed] [command...]`, where commands take that
 * part of the sets which is theirs; ends with 1 where there is no reason.
 */

const [size, number, ...named] = process.argv.slice(2)
const [count, seed] = [Number(size ?? 10_000), Number(number ?? 20261128)]
const chosen = commands.filter((command) => named.length === 0 || named.includes(command))

const versions = ["10.0", "11.1"]

/** What the lab cannot ask: the descriptors that it speaks over, and options that no process can be given. */
const isAskable = ({ command, arguments: text }: ArgumentSet): boolean =>
  !/(?:fd:|"str":"|\.str=)0*[0-2]\b/.test(text) &&
  (command !== "incoming" || (!text.includes("\0") && text.length < 65_536))

const textOf = (valid: unknown): string => (typeof valid === "string" ? valid : jsonOf(valid))

/** A text that differs from a valid one in one thing; which, is by chance. */
const mutated = (valid: unknown, pick: number): string => {
  const all = [...argumentsMutationsOf(textOf(valid))]
  return Buffer.from(all[pick % all.length]?.bytes ?? []).toString()
}

const setsFor = ({ version }: Installed, command: Command): readonly ArgumentSet[] => {
  const valid: fc.Arbitrary<unknown> = argumentsArbitraryOf({ command, version })
  const text = fc
    .tuple(valid, fc.boolean(), fc.nat())
    .map(([value, isMutated, pick]) => (isMutated ? mutated(value, pick) : textOf(value)))
  const texts = fc.sample(text, { seed, numRuns: Math.ceil(count / commands.length) })
  return texts.map((each) => ({ command, arguments: each })).filter(isAskable)
}

type Class = readonly [name: string, reason: string]

const agreement: Class = ["both accept", ""]
const refusal: Class = ["both refuse, or QEMU crashes and we refuse", ""]

const sentenceOf = (id: string): string => {
  const found = qemuChecks.find((each) => each.id === id)
  return found === undefined ? "" : `${found.requirement} ${found.consequence}`
}

/** What QEMU and we say of a set, as a class with its reason: of several rules, the first. */
const classOf = ({ outcome, state, rules: [rule] }: Compared): Class => {
  if (rule === undefined && outcome === "accepted") return agreement
  if (rule === undefined)
    return [`we accept, QEMU refuses: ${state ?? ""}`, state === undefined ? "" : states[state].reason]
  return outcome === "accepted" ? [`we refuse, QEMU accepts: ${rule}`, sentenceOf(rule)] : refusal
}

interface Asked {
  readonly version: string
  readonly sets: readonly Compared[]
}

const ask = async (installed: Installed): Promise<Asked> => {
  const { version } = installed
  const sets = chosen.flatMap((command) => setsFor(installed, command))
  const outcomes = await runAll(installed, sets)
  return { version, sets: compared(sets.map((set) => verdictOf(set, version, outcomes.get(set)))) }
}

const table = (asked: readonly Asked[]): string => {
  const classes = new Map(asked.flatMap(({ sets }) => sets.map(classOf)))
  const cellsOf = (name: string) => asked.map(({ sets }) => sets.filter((set) => classOf(set)[0] === name).length)
  const rows = [...classes].sort().map(([name, reason]) => `| ${name} | ${cellsOf(name).join(" | ")} | ${reason} |`)
  return [
    `| class | ${asked.map(({ version, sets }) => `${version} (${sets.length})`).join(" | ")} | reason |`,
    `|---|${asked.map(() => "---:|").join("")}---|`,
    ...rows,
  ].join("\n")
}

const present = installations.filter((installed) => {
  if (!versions.includes(installed.version)) return false
  const why = obstacle(installed)
  if (why !== undefined) process.stderr.write(`lab: QEMU ${installed.version} is skipped, ${why}\n`)
  return why === undefined
})
const asked = await Promise.all(present.map(ask))
const all = asked.flatMap(({ sets }) => sets)
const unexplained = [...wronglyAccepted(all), ...refusedWithoutReason(all)]
process.stdout.write(`${table(asked)}\n\n${unexplained.length} without a documented reason\n`)
for (const set of unexplained) process.stdout.write(`${shown(set)}\n`)
process.exitCode = unexplained.length === 0 ? 0 : 1
