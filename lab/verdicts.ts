import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Command, commands } from "../src/qemu/commands.js"
import { type QemuVersion, qemuVersions } from "../src/qemu/versions.js"
import type { ArgumentSet, Outcome } from "./outcome.js"
import { isStateName, type StateName, stateOf } from "./state.js"

/** What a QEMU did with a set of arguments. Its messages are not kept. */
export interface Verdict extends ArgumentSet {
  readonly version: QemuVersion
  readonly outcome: Outcome["outcome"]
  /** The state that a refusal comes from, if it does not come from the arguments. */
  readonly state?: StateName
  /** What ended QEMU, if it crashed. */
  readonly signal?: string
  /** Where it listens since, as `HOST:PORT` or a path, if it does and has not chosen that by itself. */
  readonly listens?: string
}

export interface Verdicts {
  /** The releases that were asked, by version. */
  readonly releases: Readonly<Record<string, string>>
  readonly verdicts: readonly Verdict[]
}

/** Ports from 32768 on are the kernel's to choose from; and a path that QEMU names is a new one each time. */
const isChosen = (listens: string): boolean =>
  listens.startsWith("/tmp/qemu-socket-") || Number(/:(\d+)$/.exec(listens)?.[1]) >= 32768

const words = (outcome: Outcome | undefined): string => {
  if (outcome === undefined) throw new Error("a QEMU was not asked")
  if (outcome.outcome === "crashed") return `crashed ${outcome.signal}`
  if (outcome.outcome === "refused") return ["refused", stateOf(outcome.reason) ?? []].flat().join(" ")
  const { listens = "" } = outcome
  return listens === "" || isChosen(listens) ? "accepted" : `accepted ${listens}`
}

const detailsOf = (outcome: string, detail: string): Pick<Verdict, "state" | "signal" | "listens"> => {
  if (detail === "") return {}
  if (outcome === "crashed") return { signal: detail }
  if (outcome === "accepted") return { listens: detail }
  return isStateName(detail) ? { state: detail } : {}
}

const isOutcome = (word: string): word is Outcome["outcome"] => ["accepted", "refused", "crashed"].includes(word)

const verdictFrom = (set: ArgumentSet, version: QemuVersion, said: string): Verdict => {
  const [outcome = "", ...rest] = said.split(" ")
  if (!isOutcome(outcome)) throw new Error(`there is no outcome ${outcome}`)
  return { ...set, version, outcome, ...detailsOf(outcome, rest.join(" ")) }
}

/** @throws Error where there is no outcome */
export const verdictOf = (set: ArgumentSet, version: QemuVersion, outcome: Outcome | undefined): Verdict =>
  verdictFrom(set, version, words(outcome))

/** A command, its arguments, and what each version did: one text if all did the same. */
type Line = readonly [command: string, text: string, ...said: readonly string[]]

interface Fixture {
  readonly madeBy: string
  readonly releases: Readonly<Record<string, string>>
  readonly sets: readonly Line[]
}

const path = fileURLToPath(new URL("../test/qemu/verdicts.json", import.meta.url))

const isCommand = (name: string): name is Command => commands.some((command) => command === name)

const versionsIn = (releases: Readonly<Record<string, string>>): readonly QemuVersion[] =>
  qemuVersions.filter((version) => Object.hasOwn(releases, version))

export const readVerdicts = (): Verdicts => {
  const { releases, sets }: Fixture = JSON.parse(readFileSync(path, "utf8"))
  const versions = versionsIn(releases)
  const verdicts = sets.flatMap(([command, text, first = "", ...others]) => {
    if (!isCommand(command)) throw new Error(`there is no command ${command}`)
    return versions.map((version, index) =>
      verdictFrom({ command, arguments: text }, version, index === 0 ? first : (others[index - 1] ?? first)),
    )
  })
  return { releases, verdicts }
}

const lineOf = ({ command, arguments: text }: ArgumentSet, said: readonly string[]): string =>
  JSON.stringify([command, text, ...(new Set(said).size === 1 ? said.slice(0, 1) : said)])

/** Writes what each version did with each set: a line for each, so that a change of one shows as a change of one line. */
export const writeVerdicts = (
  releases: Readonly<Record<string, string>>,
  sets: readonly ArgumentSet[],
  outcomes: readonly ReadonlyMap<ArgumentSet, Outcome>[],
): void => {
  const saidOf = (set: ArgumentSet): readonly string[] => outcomes.map((each) => words(each.get(set)))
  const lines = sets.map((set) => `    ${lineOf(set, saidOf(set))}`).join(",\n")
  const madeBy = "UPDATE_VERDICTS=1 npm run lab"
  writeFileSync(
    path,
    `{\n  "madeBy": ${JSON.stringify(madeBy)},\n  "releases": ${JSON.stringify(releases)},\n  "sets": [\n${lines}\n  ]\n}\n`,
  )
}
