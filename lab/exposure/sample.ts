import type { Attack } from "./attack.js"
import { runCases } from "./campaign.js"
import type { Case } from "./cases.js"
import { type Fate, isHarm, outcomeOf } from "./fate.js"
import { type Fates, isGenuine, type Results, withoutRelay } from "./results.js"

/**
 * Fates that are the same every time: what the target survives in time, or where it ends itself, in every mode without
 * the relay alike. What it reads beyond its buffers differs.
 */
const isCertain = (fates: Fates): boolean => {
  const [fate = "hung", ...others] = new Set(withoutRelay(fates))
  return others.length === 0 && (outcomeOf(fate) === "killed" ? /:\d+$/.test(fate) : outcomeOf(fate) !== "hung")
}

/** What is known of a case by its name. */
const knownOf = ({ blobs, orders }: Results): ReadonlyMap<string, Fates> =>
  new Map([...blobs, ...orders].map(({ name, fates }) => [name, fates]))

/** How often a race is run in the sample. */
const raceTries = 2

/** A case for each certain fate that a target met with, and some that it has to survive; all with and without the relay. Races are run through it only, a few times. */
export const sampleOf = (results: Results, cases: readonly Case[]): readonly Case[] => {
  const known = knownOf(results)
  const plain = cases.filter(({ mode, name, tries }) => mode === "plain" && tries === 1 && !isGenuine({ name }))
  const byFate = new Map<Fate, Case>()
  for (const tried of plain) {
    const fates = known.get(tried.name) ?? {}
    if (fates.plain !== undefined && isCertain(fates) && !byFate.has(fates.plain)) byFate.set(fates.plain, tried)
  }
  const genuine = cases.filter(({ mode, name }) => mode === "plain" && isGenuine({ name })).slice(0, 4)
  const chosen = [...byFate.values(), ...genuine]
  const names = new Set(chosen.map(({ name }) => name))
  const relayed = cases
    .filter(({ mode, name, tries }) => mode === "relayed" && (names.has(name) || tries > 1))
    .map((tried) => ({ ...tried, tries: Math.min(tried.tries, raceTries) }))
  return [...chosen, ...relayed.filter(({ name }) => !isHarm(known.get(name)?.relayed ?? "hung"))]
}

/** A race that did no harm says nothing about how else it ended. */
const isDifferent = ({ tries, varies = false }: Case, fate: Fate, before: Fate | undefined): boolean =>
  fate !== before && (isHarm(fate) || !(tries > 1 || varies))

/** Runs cases again and says, a line for each, what is not as it was. */
export const differencesFrom = async (
  results: Results,
  cases: readonly Case[],
  interrupted: Attack["interrupted"],
): Promise<readonly string[]> => {
  const known = knownOf(results)
  const differences: string[] = []
  await runCases(cases, {
    interrupted,
    done: (tried, fate) => {
      const before = known.get(tried.name)?.[tried.mode]
      if (isDifferent(tried, fate, before))
        differences.push(`${tried.name}, ${tried.mode}: ${fate}, and it was ${String(before)}`)
    },
    failed: ({ name, mode }, error) => differences.push(`${name}, ${mode}: ${String(error)}`),
  })
  return differences
}
