/**
 * Does fuzzing find bugs? Every emitted decoder without each of its checks, and with each of some planted bugs, is
 * attacked in three ways on one core for as long as it takes, at most --seconds. Prints what was found and how fast as
 * Markdown; with --write it goes to docs/fuzzing.md as well.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { rawReading } from "../../fuzz/blobs.js"
import { root } from "../../scripts/corpus.js"
import { readCorpus } from "../../src/corpus.js"
import { slots } from "../../src/fuzz/campaign.js"
import { foldersOf, openWorkshop } from "../../src/fuzz/environment.js"
import { glibcVersion } from "../../src/fuzz/loader.js"
import { runProcess } from "../../src/fuzz/process.js"
import { writeSeeds } from "../../src/fuzz/seeds.js"
import { writeInto } from "../markdown.js"
import { type Attacker, attackerCommand, attackers, outcomeIn, rateOf } from "./attackers.js"
import { buildDefective, type Defective } from "./decoders.js"
import { type Rates, type Result, report } from "./report.js"

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    jobs: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
})
const [seconds, jobs] = [Number(values.seconds), Number(values.jobs)]
const { signal } = new AbortController()
const say = (line: string): void => console.error(line)

const workshop = await openWorkshop(
  foldersOf(root, root),
  join(root, ".fuzz"),
  { run: runProcess, glibc: glibcVersion(), signal },
  say,
)
const corpus = readCorpus(join(root, "corpus"))
/** What attackers begin with: without the lab's blobs, as for the figures in docs/fuzzing.md. */
const captures = corpus.filter(({ origin }) => origin === "capture")

const attack = async (decoder: Defective, attacker: Attacker, index: number): Promise<Result> => {
  const folder = join(workshop.workshop.folder, `trial-${index}`)
  mkdirSync(folder)
  const command = attackerCommand(workshop, attacker, decoder, folder, captures, seconds)
  const tail: string[] = []
  const { code } = await runProcess(command, (line) => tail.push(line), signal)
  const outcome = outcomeIn(folder)
  if (outcome === undefined && code !== 0)
    throw new Error(
      `${attacker} on ${decoder.format} ${decoder.name} ended with ${code}:\n${tail.slice(-20).join("\n")}`,
    )
  say(`${decoder.format} ${decoder.kind} ${decoder.name}: ${attacker} ${outcome?.milliseconds.toFixed(1) ?? "-"} ms`)
  return { decoder, attacker, outcome }
}

/** Rates of the raw targets and of an empty one, by turns, each for some seconds. */
const ratesOf = async (rounds: number, duration: number): Promise<Rates> => {
  const seeds = join(workshop.workshop.folder, "rates")
  const rates: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++)
    for (const format of ["empty", "main", "display", "inputs", "spicevmc", "smartcard"] as const) {
      writeSeeds({ name: "rates", seeds: rawReading(format === "empty" ? "main" : format).seeds }, seeds, [], corpus)
      const module = format === "empty" ? "bench/fuzz/empty.js" : `fuzz/${format}-raw.fuzz.js`
      const underTest = [format === "empty" ? "bench/fuzz/" : "src/spice/emitted/"]
      const rate = await rateOf(workshop, module, underTest, seeds, duration)
      rates[format] = [...(rates[format] ?? []), rate]
    }
  return rates
}

try {
  const decoders = (await buildDefective(root, workshop.build)).filter(({ format, name }) =>
    `${format} ${name}`.includes(values.only),
  )
  const rates = await ratesOf(Number(values.rounds), 5)
  const inSlot = slots(jobs)
  const results = await Promise.all(
    decoders
      .flatMap((decoder) => attackers.map((attacker) => ({ decoder, attacker })))
      .map(({ decoder, attacker }, index) => inSlot(() => attack(decoder, attacker, index))),
  )
  const text = report(results, rates, seconds)
  console.log(text)
  mkdirSync(join(root, "reports"), { recursive: true })
  writeFileSync(join(root, "reports/fuzzing.json"), JSON.stringify({ results, rates }, null, 1))
  if (values.write) writeInto(join(root, "docs/fuzzing.md"), "npm run bench:fuzz -- --write", text)
} finally {
  workshop.close()
}
