/**
 * Sends accepted blobs to a target with another spice-server: the version is `--spice-server V`, which
 * lab/setup/spice-server.sh has built; `--blobs N` says how many numbers subjects are made of (105), in plain mode and,
 * but for what is only accepted from whom one trusts, in all others.
 */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { accept } from "../../src/spice/parameters.js"
import { fateOfCase, runCases } from "../exposure/campaign.js"
import type { Case } from "../exposure/cases.js"
import { writeExposureDocument } from "../exposure/document.js"
import { type Fate, isHarm, outcomeOf } from "../exposure/fate.js"
import { casesOf } from "./cases.js"
import { type Counted, writeNewer } from "./newer.js"
import { subjectAt } from "./subjects.js"

const say = (text: string): void => void process.stderr.write(`newer: ${text}\n`)

const { values } = parseArgs({
  options: { "spice-server": { type: "string", default: "" }, blobs: { type: "string", default: "105" } },
})
const version = values["spice-server"]
const library = fileURLToPath(new URL(`../../.lab/spice-server/${version}/build/server`, import.meta.url))
if (!existsSync(`${library}/libspice-server.so.1`)) {
  say(`skipped: there is no spice-server ${version} in .lab; lab/setup/spice-server.sh builds one`)
  process.exit(0)
}
// Every QEMU that is started from here on loads it.
Object.assign(process.env, { LD_LIBRARY_PATH: library })

const numbers = Array.from({ length: Number(values.blobs) }, (_, number) => number)

const casesFor = (accept: Parameters<typeof subjectAt>[1]) =>
  numbers
    .flatMap((number) => subjectAt(number, accept) ?? [])
    .flatMap((subject) => casesOf(subject).map((tried) => ({ tried, subject })))

const never = new Promise<never>(() => undefined)

/** Runs cases and counts those that did harm. A hang counts if it is there again when nothing else runs. */
const count = async (cases: readonly Case[]): Promise<Counted> => {
  const fates: Fate[] = []
  const hung: Case[] = []
  await runCases(cases, {
    interrupted: never,
    done: (tried, fate) => {
      if (outcomeOf(fate) === "hung") hung.push(tried)
      else fates.push(fate)
    },
    failed: ({ name, mode }, error) => say(`the lab failed: ${name}, ${mode}: ${String(error)}`),
  })
  for (const tried of hung) fates.push(await fateOfCase(tried, never))
  if (hung.length > 0) say(`${hung.length} hangs, tried again alone`)
  return { runs: fates.length, harms: fates.filter(isHarm).length }
}

const trusted = casesFor(accept.words).filter(({ tried }) => tried.mode === "plain")
const trustedOn = (channel: string) =>
  trusted.filter(({ subject }) => subject.channel === channel).map(({ tried }) => tried)

writeNewer({
  version,
  default: await count(casesFor([]).map(({ tried }) => tried)),
  usbredir: await count(trustedOn("usbredir")),
  smartcard: await count(trustedOn("smartcard")),
})
writeExposureDocument()
process.exit(0)
