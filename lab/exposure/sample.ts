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

/** A case for each certain fate that a target met with, and some that it has to survive; all with and without the relay. */
export const sampleOf = (results: Results, cases: readonly Case[]): readonly Case[] => {
  const known = knownOf(results)
  const plain = cases.filter(({ mode, name }) => mode === "plain" && !isGenuine({ name }))
  const byFate = new Map<Fate, Case>()
  for (const tried of plain) {
    const fates = known.get(tried.name) ?? {}
    if (fates.plain !== undefined && isCertain(fates) && !byFate.has(fates.plain)) byFate.set(fates.plain, tried)
  }
  const genuine = cases.filter(({ mode, name }) => mode === "plain" && isGenuine({ name })).slice(0, 4)
  const chosen = [...byFate.values(), ...genuine]
  const names = new Set(chosen.map(({ name }) => name))
  const relayed = cases.filter(({ mode, name }) => mode === "relayed" && names.has(name))
  return [...chosen, ...relayed.filter(({ name }) => !isHarm(known.get(name)?.relayed ?? "hung"))]
}

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
      if (fate !== before) differences.push(`${tried.name}, ${tried.mode}: ${fate}, and it was ${String(before)}`)
    },
    failed: ({ name, mode }, error) => differences.push(`${name}, ${mode}: ${String(error)}`),
  })
  return differences
}
