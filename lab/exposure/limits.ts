import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { happens } from "../patience.js"
import { fateOf, type Play } from "./attack.js"
import { sendBlob } from "./blob-attack.js"
import { isHarm } from "./fate.js"
import { type Quantity, quantities } from "./quantities.js"
import { type Measured, renderLimits, type Tried } from "./render-limits.js"
import { machine, savedState } from "./state.js"

/** How long a target is asked for its status after the data was sent, in milliseconds. */
const watched = 1_500

const never = new Promise<never>(() => undefined)

/**
 * Tries an amount against a target of its own. The client then says nothing more, so that what happens is the amount's
 * doing alone.
 */
const attempt = async ({ channel, blobOf }: Quantity, amount: number, state: string): Promise<Tried> => {
  let busy = 0
  let isClosed = false
  const play: Play = async (scene) => {
    const played = await sendBlob(channel, blobOf(amount), "plain")(scene)
    for (const deadline = performance.now() + watched; performance.now() < deadline; ) {
      const start = performance.now()
      await scene.host.ask("query-status")
      busy = Math.max(busy, Math.round(performance.now() - start))
      isClosed = await happens(played.attacked.ended, 10)
    }
    return { ...played, isGone: true }
  }
  const fate = await fateOf({ options: { machine }, state, play, interrupted: never })
  return { amount, fate: isClosed && fate === "accepted" ? "refused" : fate, busy }
}

/** The limit and beyond, in steps of four times as much. */
const ladder = ({ limit, most }: Quantity): readonly number[] => {
  const rungs: number[] = []
  for (let amount = limit; amount < most; amount *= 4) rungs.push(amount)
  return [...rungs, most]
}

/** Halves the way between an amount without harm and one with, until they are next to each other. */
const edgeOf = async (quantity: Quantity, state: string, harmless: number, harmful: number) => {
  let [low, high] = [harmless, harmful]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isHarm((await attempt(quantity, middle, state)).fate)) high = middle
    else low = middle
  }
  return [low, high] as const
}

/** Climbs until there is harm, and then looks for where it begins. */
const measure = async (quantity: Quantity, state: string): Promise<Measured> => {
  const tried: Tried[] = []
  for (const amount of ladder(quantity)) {
    const last = await attempt(quantity, amount, state)
    tried.push(last)
    if (!isHarm(last.fate)) continue
    const before = tried.at(-2)?.amount ?? 0
    return { ...quantity, tried, edge: await edgeOf(quantity, state, before, amount) }
  }
  return { ...quantity, tried }
}

const state = await savedState()
const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
const measured: Measured[] = []
for (const quantity of quantities) {
  measured.push(await measure(quantity, state))
  process.stderr.write(`limits: ${quantity.channel}, ${quantity.name}: done\n`)
}
writeFileSync(fileURLToPath(new URL("../../docs/limits.md", import.meta.url)), renderLimits(versions, measured))
process.exit(0)
