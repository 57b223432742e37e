/**
 * Runs the corpus and the orders of messages against a spice-server that checks migration data, and writes what became
 * of it to results.json. Options: --library NAME of .lab/spice-server (0.15.1-guarded); --only PATTERN, what a case's
 * name matches; --every N, only each Nth blob. What was run already is not run again.
 */
import { parseArgs } from "node:util"
import { runCases } from "../exposure/campaign.js"
import { type Case, nameOf } from "../exposure/cases.js"
import { type Fate, outcomeOf, worseOf } from "../exposure/fate.js"
import { openJournal } from "../exposure/journal.js"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { linkedBlobs, linkedOrders } from "./cases.js"
import { libraryOf, load } from "./library.js"
import { type LinkedResult, principal, writeLinked } from "./results.js"

const say = (text: string): void => void process.stderr.write(`linked: ${text}\n`)

const { values } = parseArgs({
  options: {
    library: { type: "string", default: principal },
    only: { type: "string", default: "" },
    every: { type: "string", default: "1" },
  },
})
const library = libraryOf(values.library)
if (library === undefined) {
  say(`skipped: there is no ${values.library}, run c/spice-server/build.sh`)
  process.exit(0)
}
load(library)

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}; run it again to go on`)))
  process.once("uncaughtException", reject)
})
interrupted.catch(() => undefined)

const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
const journal = openJournal(`${versions} linked ${library.name} ${library.madeOf}`)
const isWanted = ({ name }: Pick<Case, "name">): boolean => new RegExp(values.only).test(name)
const blobs = linkedBlobs().filter((_, index) => index % Number(values.every) === 0)
const orders = linkedOrders()
const wanted = [...blobs.flatMap(({ cases }) => cases), ...orders].filter(isWanted)
const left = new Map(wanted.filter(({ key }) => !journal.fates.has(key)).map((tried) => [tried.key, tried]))
say(`${wanted.length} cases, ${left.size} to run`)

let count = 0
const failures: string[] = []
const hung: Case[] = []
const run = (cases: readonly Case[], done: (tried: Case, fate: Fate) => void): Promise<void> =>
  runCases(cases, {
    interrupted,
    done,
    failed: ({ name, mode }, error) => failures.push(`${name}, ${mode}: ${String(error)}`),
  })
try {
  await run([...left.values()], (tried, fate) => {
    if (outcomeOf(fate) === "hung") hung.push(tried)
    else journal.add(tried.key, fate)
    if (++count % 50 === 0) say(`${count} of ${left.size}`)
  })
  // A hang counts if it is there again when nothing else runs.
  for (const tried of hung) await run([tried], ({ key }, fate) => journal.add(key, fate))
} catch (error) {
  say(String(error))
}

/** The worst of what is known of some cases. */
const worst = (cases: readonly Case[]): Fate | undefined =>
  cases
    .map(({ key }) => journal.fates.get(key))
    .reduce(
      (one, other) => (one === undefined || other === undefined ? (one ?? other) : worseOf(one, other)),
      undefined,
    )

const known = (name: string, cases: readonly Case[]): readonly LinkedResult[] => {
  const fate = worst(cases)
  return fate === undefined ? [] : [{ name, fate }]
}

writeLinked({
  library: library.name,
  versions: versions.replace(/[\d.]+$/, `${library.version} and the guard`),
  blobs: linkedBlobs().flatMap(({ blob, cases }) => known(nameOf(blob), cases)),
  orders: orders.flatMap((order) => known(order.name, [order])),
})
for (const failure of failures) say(`the lab failed: ${failure}`)
const missing = wanted.filter(({ key }) => !journal.fates.has(key)).length
say(missing === 0 ? "done" : `${missing} cases are left`)
process.exit(missing === 0 ? 0 : 1)
