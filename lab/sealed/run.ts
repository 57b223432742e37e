/**
 * A hostile client between two sealing guards and real QEMUs: what it brings must not get through. With `--all` every
 * hostile state of the corpus is one, else one of each kind. What has been played is kept in .lab, and is not played
 * again: remove it where the guard has changed. The table goes to lab/sealed/results.json and docs/sealing.md.
 */
import { parseArgs } from "node:util"
import { writeInto } from "../../bench/markdown.js"
import { openJournal } from "../exposure/journal.js"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { type Attack, attacks, misfits } from "./attacks.js"
import { bothKeys, firstKey, keysInFolder, sealing } from "./keys.js"
import { type OrderAttack, orderAttacks, playOrder } from "./orders.js"
import { type Outcome, play, recordEnvelopes } from "./play.js"
import { renderSealed, tallied, writeSealed } from "./results.js"

const say = (text: string): void => void process.stderr.write(`sealed: ${text}\n`)

const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } })

/** Migrations at a time. */
const abreast = 2

/** Whatever ends this process early ends its QEMUs first. */
let stopped: unknown
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}; run it again to go on`)))
  process.once("uncaughtException", reject)
})
interrupted.catch((reason: unknown) => {
  stopped = reason
})

const keys = keysInFolder()
const own = sealing(keys.write("keys", bothKeys))
const otherKeys = {
  otherId: keys.write("other-id", firstKey.replace("1 ", "3 ")),
  otherKey: keys.write("other-key", firstKey.replaceAll("a1", "cc")),
}
const all: readonly (Attack | OrderAttack)[] = [...attacks(values.all), ...misfits(otherKeys, own), ...orderAttacks]

const keyOf = (attack: Attack | OrderAttack): string =>
  [attack.kind, attack.name, ...("brings" in attack ? [attack.brings] : [])].join(", ")

/** Plays what the journal does not know, and gives all outcomes in the order of the attacks. */
const playAll = async (versions: string): Promise<readonly Outcome[]> => {
  const journal = openJournal<Outcome>(`sealed ${versions}`)
  const left = all.filter((attack) => !journal.fates.has(keyOf(attack)))
  say(`${all.length} attacks, ${left.length} to play`)
  const earlier = left.length === 0 ? new Map() : await recordEnvelopes(own)
  const failures: string[] = []
  let count = 0
  const waiting = left.values()
  const work = async (): Promise<void> => {
    for (const attack of waiting)
      try {
        const outcome = await ("order" in attack
          ? playOrder(attack, own, interrupted)
          : play(attack, own, earlier, interrupted))
        journal.add(keyOf(attack), outcome)
        if (outcome.through > 0 || !outcome.isAlive) say(`got through: ${JSON.stringify(outcome)}`)
        if (++count % 10 === 0) say(`${count} of ${left.length}`)
      } catch (error) {
        if (stopped !== undefined) return
        failures.push(`${keyOf(attack)}: ${String(error)}`)
      }
  }
  await Promise.all(Array.from({ length: abreast }, work))
  if (stopped !== undefined) throw stopped
  if (failures.length > 0) throw new Error(`the lab failed:\n${failures.join("\n")}`)
  return all.flatMap((attack) => journal.fates.get(keyOf(attack)) ?? [])
}

try {
  const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
  const outcomes = await playAll(versions)
  const results = { versions, kinds: tallied(outcomes) }
  writeSealed(results)
  writeInto("docs/sealing.md", "npm run lab:sealed", renderSealed(results))
  const through = outcomes.filter(({ through, isAlive }) => through > 0 || !isAlive)
  say(`${outcomes.length} attacks, ${through.length} of them got through or killed`)
  process.exitCode = through.length > 0 ? 1 : 0
} catch (error) {
  say(String(error))
  process.exitCode = 1
} finally {
  keys.remove()
}
process.exit()
