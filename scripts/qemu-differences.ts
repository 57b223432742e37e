/** docs/qemu-differences.md: what a real QEMU did with the sets of test/qemu/verdicts.json beside what we say of them, by version. */
import type { ArgumentSet } from "../lab/outcome.js"
import { isStateName, states } from "../lab/state.js"
import { type Compared, compared, fatal } from "../lab/statements.js"
import { readVerdicts } from "../lab/verdicts.js"
import { qemuChecks } from "../src/qemu/catalog.js"
import type { Rule } from "../src/violation/violation.js"

const maxExample = 160

const { releases, verdicts } = readVerdicts()

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** A set as one line of plain characters. What is not, stands as its code point. */
const shownSet = ({ command, arguments: text }: ArgumentSet): string => {
  const plain = text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escaped)
  return `    ${command} ${plain.length > maxExample ? `${plain.slice(0, maxExample)}...` : plain}`
}

/** The set that shows a class best: the shortest one that is in no other class, or the shortest of all. */
const exampleOf = (sets: readonly Compared[]): string => {
  const size = (set: Compared): number => set.arguments.length + (set.rules.length > 1 ? 1e6 : 0)
  const [first] = sets.toSorted((one, other) => size(one) - size(other))
  return first === undefined ? "" : shownSet(first)
}

/** How many sets there are of each version: `7.2: 3 sets, 11.1: 1 set`. */
const countsOf = (sets: readonly Compared[]): string =>
  Object.keys(releases)
    .map((version) => [version, sets.filter((set) => set.version === version).length] as const)
    .filter(([, count]) => count > 0)
    .map(([version, count]) => `${version}: ${setsOf(count)}`)
    .join(", ")

const setsOf = (count: number): string => (count === 1 ? "1 set" : `${count} sets`)

/** Sets by the names that each goes under, the names in the order of `names`. */
const grouped = (
  names: readonly string[],
  sets: readonly Compared[],
  namesOf: (set: Compared) => readonly (string | undefined)[],
): readonly (readonly [string, readonly Compared[]])[] =>
  names.flatMap((name) => {
    const group = sets.filter((set) => namesOf(set).includes(name))
    return group.length === 0 ? [] : [[name, group] as const]
  })

const ids = qemuChecks.map(({ id }) => id)

const sentences = ({ requirement, consequence }: Rule): string =>
  requirement.endsWith(consequence) ? requirement : `${requirement} ${consequence}`

const sentenceOf = (id: string): string => {
  const found = qemuChecks.find((check) => check.id === id)
  if (found === undefined) throw new Error(`there is no check ${id}`)
  return sentences(found)
}

const ruleEntry = ([id, sets]: readonly [string, readonly Compared[]]): string =>
  `### ${id}\n\n${sentenceOf(id)} QEMU ${countsOf(sets)}, for example\n\n${exampleOf(sets)}\n`

const stateEntry = ([name, sets]: readonly [string, readonly Compared[]]): string => {
  const reason = isStateName(name) ? states[name].reason : ""
  const ours = sets.filter(({ rules }) => rules.length === 0).length
  return `### ${name}\n\n${reason} QEMU ${countsOf(sets)}; ${ours} of ${sets.length} accepted by us, for example\n\n${exampleOf(
    sets.filter(({ rules }) => (ours > 0 ? rules.length === 0 : true)),
  )}\n`
}

const isAccepted = ({ rules }: Compared): boolean => rules.length === 0

const countTable = (all: readonly Compared[]): string => {
  const versions = Object.keys(releases)
  const row = (title: string, isMeant: (set: Compared) => boolean): string => {
    const cells = versions.flatMap((version) => {
      const among = all.filter((set) => set.version === version && isMeant(set))
      const ours = among.filter(isAccepted).length
      return [ours, among.length - ours]
    })
    return `| ${title} | ${cells.join(" | ")} |`
  }
  return [
    `| QEMU | ${versions.map((version) => `${version}: we accept | we refuse`).join(" | ")} |`,
    `|---|${versions.map(() => "---:|---:|").join("")}`,
    row("accepts it", ({ outcome }) => outcome === "accepted"),
    row("refuses it", ({ outcome, state }) => outcome === "refused" && state === undefined),
    row("refuses it for its state", ({ outcome, state }) => outcome === "refused" && state !== undefined),
    row("crashes", ({ outcome }) => outcome === "crashed"),
  ].join("\n")
}

/** What a version did, in a word or two. */
const didOf = ({ outcome, signal, listens }: Compared): string =>
  [outcome, signal ?? (listens === undefined ? [] : `and listens on ${listens}`)].flat().join(" ")

interface Change {
  readonly dids: readonly string[]
  readonly set: Compared
}

/** Sets with which versions do different things, one for each combination of what they do and of what is wrong with it. */
const changes = (all: readonly Compared[]): readonly Change[] => {
  const bySet = new Map<string, Compared[]>()
  for (const set of all) {
    const key = `${set.command} ${set.arguments}`
    bySet.set(key, [...(bySet.get(key) ?? []), set])
  }
  const found = new Map<string, Change>()
  for (const sets of [...bySet.values()].toSorted(([a], [b]) => size(a) - size(b))) {
    const dids = sets.map(didOf)
    const newest = sets.at(-1)
    if (newest === undefined || new Set(dids).size === 1) continue
    const kind = [newest.command, ...dids, ...sets.flatMap(({ rules }) => rules)].join()
    if (!found.has(kind)) found.set(kind, { dids, set: newest })
  }
  return [...found.values()]
}

const size = (set: Compared | undefined): number => set?.arguments.length ?? 0

const mostChanges = 60

const changeEntry = ({ dids, set }: Change): string => {
  const versions = Object.keys(releases)
  return `${shownSet(set)}\n\n${dids.map((did, index) => `${versions[index]} ${did}`).join("; ")}.\n`
}

const crashTable = (crashed: readonly Compared[]): string => {
  const signals = [...new Set(crashed.map(({ signal = "" }) => signal))].sort()
  return signals
    .flatMap((signal) =>
      grouped(
        ids,
        crashed.filter((set) => set.signal === signal),
        ({ rules }) => rules.filter((rule) => fatal.has(rule)),
      ).map(([id, sets]) => `### ${signal}: ${id}\n\nQEMU ${countsOf(sets)}, for example\n\n${exampleOf(sets)}\n`),
    )
    .join("\n")
    .trimEnd()
}

const differencesDocument = (): string => {
  const sets = compared(verdicts)
  const accepted = sets.filter(({ outcome }) => outcome === "accepted")
  const crashed = sets.filter(({ outcome }) => outcome === "crashed")
  const count = sets.length / Object.keys(releases).length
  return `<!-- Generated by \`npm run generate\` from test/qemu/verdicts.json. Do not edit. -->

# Where QEMU and we differ

${count} sets of arguments of \`-incoming\` and twelve QMP commands were given to real QEMUs ${Object.values(releases).join(", ")},
without a machine, each locked into an almost empty folder and a network with nothing but loopback. Their answers are kept;
\`npm run lab\` asks all again, \`npm run test:lab\` every fourth, and \`UPDATE_VERDICTS=1 npm run lab\` writes down what it hears.
Tested is for each version that QEMU refuses or dies of nothing that we accept for it, unless it is for its state; that we
refuse everything else that it refuses or dies of; and that what we refuse although it accepts it, we refuse for one of
the reasons below.

${countTable(sets)}

QEMU accepts a command when it has begun to do it. That it goes wrong a moment later, or that something else than what
was written is done, shows nowhere in the answer.

## Where the versions differ

One set of each kind, the shortest, of the commands of a migration itself; where one listens afterwards, there.

${changes(sets)
  .filter(({ set }) => set.command.startsWith("migrate") && !set.arguments.includes('"channels"'))
  .slice(0, mostChanges)
  .map(changeEntry)
  .join("\n")}
## Accepted by QEMU, refused by us

By the rule that the arguments break; a set that breaks several is counted with each.

${grouped(ids, accepted, ({ rules }) => rules)
  .map(ruleEntry)
  .join("\n")}
## What QEMU crashes on

We refuse all of it. By the signal that ended QEMU and the rule that the arguments break:

${crashTable(crashed)}

## Refused by QEMU for its state

What no look at the arguments can tell. These are refusals of the jail that QEMU was in.

${grouped(Object.keys(states), sets, ({ state }) => [state])
  .map(stateEntry)
  .join("\n")}`
}

/** The document with its path from the repository's root. */
export const qemuDifferences = (): readonly [string, string] => ["docs/qemu-differences.md", differencesDocument()]
