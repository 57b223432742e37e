/**
 * Sends blobs that the decoders accept to fresh targets, in every mode, and looks for one that does harm; that is made
 * smaller and becomes a regression. `--blobs N` says how many numbers subjects are made of (4000).
 */
import { parseArgs } from "node:util"
import { fateOfCase, runCases } from "../exposure/campaign.js"
import { type Case, corpus } from "../exposure/cases.js"
import { writeExposureDocument } from "../exposure/document.js"
import { isHarm } from "../exposure/fate.js"
import { openJournal } from "../exposure/journal.js"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { casesOf } from "./cases.js"
import { recordHarm, shrunk } from "./harm.js"
import { type Ran, tallied, writeAccepted } from "./results.js"
import { type Subject, subjectAt } from "./subjects.js"

const say = (text: string): void => void process.stderr.write(`accepted: ${text}\n`)

const { values } = parseArgs({ options: { blobs: { type: "string", default: "4000" } } })

/** Whatever ends this process early ends its QEMUs first. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}; run it again to go on`)))
  process.once("uncaughtException", reject)
})
interrupted.catch(() => undefined)

const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
const journal = openJournal(`accepted ${versions}`)
const ran = new Map<string, Ran>()
const subjects = new Map<Case, Subject>()

/** The cases that the journal does not know, one after the other: making subjects takes a while. */
function* waiting(): Generator<Case> {
  for (let number = 0; number < Number(values.blobs); number++) {
    const subject = subjectAt(number)
    if (subject === undefined) continue
    for (const tried of casesOf(subject)) {
      if (ran.has(tried.key)) continue
      const fate = journal.fates.get(tried.key)
      if (fate === undefined) subjects.set(tried, subject)
      if (fate === undefined) yield tried
      else ran.set(tried.key, { channel: subject.channel, tried, fate })
    }
  }
}

/** The harms that were seen in this run. */
const harms: Ran[] = []
let failures = 0

const run = (): Promise<void> =>
  runCases(waiting(), {
    interrupted,
    done: (tried, fate) => {
      const subject = subjects.get(tried)
      if (subject === undefined) return
      const { channel } = subject
      journal.add(tried.key, fate)
      ran.set(tried.key, { channel, tried, fate })
      if (isHarm(fate)) harms.push({ channel, tried, fate })
      if (isHarm(fate)) say(`${tried.name}, ${tried.mode}: ${fate}`)
      else subjects.delete(tried)
      if (ran.size % 250 === 0) say(`${ran.size} runs`)
    },
    failed: ({ name, mode }, error) => {
      failures++
      say(`the lab failed: ${name}, ${mode}: ${String(error)}`)
    },
  })

const recordAll = async (): Promise<void> => {
  for (const { tried, fate } of harms) {
    const subject = subjects.get(tried)
    if (subject === undefined) continue
    const smallest = await shrunk({ subject, mode: tried.mode, fate }, (smaller) => fateOfCase(smaller, interrupted))
    say(recordHarm(corpus, smallest))
  }
}

let code = 0
try {
  await run()
  await recordAll()
} catch (error) {
  say(String(error))
  code = 1
}
const blobs = new Set([...ran.values()].map(({ tried }) => tried.name)).size
writeAccepted({ versions, blobs, tallies: tallied([...ran.values()]) })
writeExposureDocument()
say(`${ran.size} runs of ${blobs} blobs, ${harms.length} new harms, ${failures} failures of the lab`)
process.exit(harms.length > 0 || failures > 0 ? 1 : code)
