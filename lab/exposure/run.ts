import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { runCases } from "./campaign.js"
import { blobCases, type Case, hashOf, nameOf, orderCases, orders, readBlobs } from "./cases.js"
import { writeExposureDocument } from "./document.js"
import type { Fate } from "./fate.js"
import { openJournal } from "./journal.js"
import { type BlobResult, type Fates, type OrderResult, readResults, writeResults } from "./results.js"
import { differencesFrom, sampleOf } from "./sample.js"

const say = (text: string): void => void process.stderr.write(`exposure: ${text}\n`)

/** Whatever ends this process early ends its QEMUs first. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}; run it again to go on`)))
  process.once("uncaughtException", reject)
})
interrupted.catch(() => undefined)

const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
const blobs = readBlobs()
const all = [...blobs.flatMap(blobCases), ...orders.flatMap(orderCases)]

/** Runs what the journal does not know yet. */
const runAll = async (): Promise<void> => {
  const journal = openJournal(versions)
  const left = new Map(all.filter(({ key }) => !journal.fates.has(key)).map((tried) => [tried.key, tried]))
  say(`${all.length} cases, ${left.size} to run`)
  const failures: string[] = []
  let count = 0
  await runCases([...left.values()], {
    interrupted,
    done: ({ key }, fate) => {
      journal.add(key, fate)
      if (++count % 250 === 0) say(`${count} of ${left.size}`)
    },
    failed: ({ name, mode }, error) => failures.push(`${name}, ${mode}: ${String(error)}`),
  })
  if (failures.length > 0) throw new Error(`the lab failed:\n${failures.join("\n")}`)
  const fateOf = ({ key, name }: Case): Fate => {
    const fate = journal.fates.get(key)
    if (fate === undefined) throw new Error(`the journal has no fate of ${name}`)
    return fate
  }
  const fatesOf = (cases: readonly Case[]): Fates => Object.fromEntries(cases.map((each) => [each.mode, fateOf(each)]))
  writeResults({
    versions,
    blobs: blobs.map(
      (blob): BlobResult => ({
        name: nameOf(blob),
        hash: hashOf(blob.bytes),
        ...(blob.rule === undefined ? {} : { rule: blob.rule }),
        ...(blob.receiver.provenance === "sealed" ? { isSealed: true } : {}),
        fates: fatesOf(blobCases(blob)),
      }),
    ),
    orders: orders.map(
      (order): OrderResult => ({
        name: order.name,
        sentence: order.sentence,
        channel: order.channel,
        fates: fatesOf(orderCases(order)),
      }),
    ),
  })
  writeExposureDocument()
}

/** Runs the sample and says what differs from the results. */
const runSample = async (): Promise<void> => {
  const differences = await differencesFrom(readResults(), sampleOf(readResults(), all), interrupted)
  if (differences.length > 0) throw new Error(`it differs:\n${differences.join("\n")}`)
}

try {
  await (process.argv.includes("--sample") ? runSample() : runAll())
  say("done")
  process.exit(0)
} catch (error) {
  say(String(error))
  process.exit(1)
}
