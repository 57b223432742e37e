/**
 * A hostile client between two sealing guards and real QEMUs: what it brings must not get through. With
 * `--all` every hostile state of the corpus is one, else one of each kind. The table goes to lab/sealed/results.json and docs/sealing.md.
 */
import { parseArgs } from "node:util"
import { writeInto } from "../../bench/markdown.js"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { type Attack, attacks, misfits } from "./attacks.js"
import { bothKeys, firstKey, keysInFolder, sealing } from "./keys.js"
import { type Outcome, play, recordEnvelopes } from "./play.js"
import { renderSealed, tallied, writeSealed } from "./results.js"

const say = (text: string): void => void process.stderr.write(`sealed: ${text}\n`)

const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } })

/** Migrations at a time. */
const abreast = 2

const keys = keysInFolder()
const own = sealing(keys.write("keys", bothKeys))
const misfitting = misfits(
  {
    otherId: keys.write("other-id", firstKey.replace("1 ", "3 ")),
    otherKey: keys.write("other-key", firstKey.replaceAll("a1", "cc")),
  },
  own,
)
const outcomes: Outcome[] = []
let failures = 0

const playAll = async (all: readonly Attack[]): Promise<void> => {
  const earlier = await recordEnvelopes(own)
  const waiting = all.values()
  const work = async (): Promise<void> => {
    for (const attack of waiting)
      try {
        const outcome = await play(attack, own, earlier)
        outcomes.push(outcome)
        if (outcome.through > 0 || !outcome.isAlive) say(`got through: ${JSON.stringify(outcome)}`)
        if (outcomes.length % 10 === 0) say(`${outcomes.length} of ${all.length}`)
      } catch (error) {
        failures++
        say(`the lab failed: ${attack.kind}, ${attack.name}: ${String(error)}`)
      }
  }
  await Promise.all(Array.from({ length: abreast }, work))
}

try {
  const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
  const all = [...attacks(values.all), ...misfitting]
  await playAll(all)
  const order = new Map(all.map(({ kind, name }, index) => [`${kind} ${name}`, index]))
  const places = ({ kind, name }: Outcome): number => order.get(`${kind} ${name}`) ?? 0
  const results = { versions, kinds: tallied(outcomes.toSorted((one, other) => places(one) - places(other))) }
  writeSealed(results)
  writeInto("docs/sealing.md", "npm run lab:sealed", renderSealed(results))
} finally {
  keys.remove()
}
const through = outcomes.reduce((sum, outcome) => sum + outcome.through + (outcome.isAlive ? 0 : 1), 0)
say(`${outcomes.length} attacks, ${through} got through or killed, ${failures} failures of the lab`)
process.exit(through > 0 || failures > 0 ? 1 : 0)
