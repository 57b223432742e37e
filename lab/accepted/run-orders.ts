/**
 * Plays random walks of the session's model, of what the session lets through, to a fresh target each, through the relay,
 * and looks for one that it dies of. `--walks N` says how many (500).
 */
import { parseArgs } from "node:util"
import { runCases } from "../exposure/campaign.js"
import { writeExposureDocument } from "../exposure/document.js"
import { type Fate, outcomeOf } from "../exposure/fate.js"
import { withHosts } from "../migrate/host.js"
import { versionsOf } from "../migrate/versions.js"
import { walkCase } from "./orders.js"
import { writeOther } from "./others.js"
import { walkAt } from "./walks.js"

const say = (text: string): void => void process.stderr.write(`orders: ${text}\n`)

const { values } = parseArgs({ options: { walks: { type: "string", default: "500" } } })
const walks = Number(values.walks)

/** Whatever ends this process early ends its QEMUs first. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}`)))
})
interrupted.catch(() => undefined)

function* cases() {
  for (let number = 0; number < walks; number++) yield walkCase(number)
}

const versions = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
const fates: Fate[] = []
let failures = 0
await runCases(cases(), {
  interrupted,
  done: ({ name }, fate) => {
    fates.push(fate)
    if (outcomeOf(fate) === "killed" || outcomeOf(fate) === "hung") say(`${name}: ${fate}`)
  },
  failed: ({ name }, error) => {
    failures++
    say(`the lab failed: ${name}: ${String(error)}`)
  },
})
const deaths = fates.filter((fate) => outcomeOf(fate) === "killed").length
const taken = Array.from({ length: walks }, (_, number) => walkAt(number).length).reduce(
  (sum, length) => sum + length,
  0,
)
writeOther("orders", { versions, runs: fates.length, taken, harms: deaths })
writeExposureDocument()
say(`${fates.length} walks, ${deaths} deaths, ${failures} failures of the lab`)
process.exit(deaths > 0 || failures > 0 ? 1 : 0)
