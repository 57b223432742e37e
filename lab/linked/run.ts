/**
 * Runs the corpus and the orders of messages against a spice-server that checks migration data, and writes what became
 * of it to results.json. With --blobs only the blobs, with --orders only the orders.
 */
import { runCases } from "../exposure/campaign.js"
import { type Case, nameOf } from "../exposure/cases.js"
import { type Fate, worseOf } from "../exposure/fate.js"
import { openJournal } from "../exposure/journal.js"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { linkedBlobs, linkedOrders } from "./cases.js"
import { libraryOf } from "./library.js"
import { type LinkedResult, writeLinked } from "./results.js"

const say = (text: string): void => void process.stderr.write(`linked: ${text}\n`)

const library = libraryOf("0.15.1")
if (library === undefined) {
  say("skipped: there is no such spice-server, run c/spice-server/build.sh")
  process.exit(0)
}

// Every QEMU that is started from here on runs with it.
Object.assign(process.env, { LD_LIBRARY_PATH: library.folder })

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}; run it again to go on`)))
  process.once("uncaughtException", reject)
})
interrupted.catch(() => undefined)

const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
const journal = openJournal(`${versions} linked ${library.madeOf}`)
const blobs = linkedBlobs()
const orders = linkedOrders()
const only = (flag: string, cases: readonly Case[]) => (process.argv.includes(flag) ? [] : cases)
const wanted = [
  ...only(
    "--orders",
    blobs.flatMap(({ cases }) => cases),
  ),
  ...only("--blobs", orders),
]
const left = new Map(wanted.filter(({ key }) => !journal.fates.has(key)).map((tried) => [tried.key, tried]))
say(`${wanted.length} cases, ${left.size} to run`)

let count = 0
const failures: string[] = []
try {
  await runCases([...left.values()], {
    interrupted,
    done: ({ key }, fate) => {
      journal.add(key, fate)
      if (++count % 50 === 0) say(`${count} of ${left.size}`)
    },
    failed: ({ name, mode }, error) => failures.push(`${name}, ${mode}: ${String(error)}`),
  })
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
  versions: versions.replace(library.version, `${library.version} and the guard`),
  blobs: blobs.flatMap(({ blob, cases }) => known(nameOf(blob), cases)),
  orders: orders.flatMap((order) => known(order.name, [order])),
})
for (const failure of failures) say(`the lab failed: ${failure}`)
say("done")
process.exit(failures.length > 0 ? 1 : 0)
