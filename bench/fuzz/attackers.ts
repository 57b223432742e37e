import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { dictionaryOf, rawReading, structuredReading } from "../../fuzz/blobs.js"
import type { CorpusBlob } from "../../src/corpus.js"
import type { OpenWorkshop } from "../../src/fuzz/environment.js"
import { jazzerCommand } from "../../src/fuzz/jazzer.js"
import { noProgress, progressAfter } from "../../src/fuzz/libfuzzer.js"
import type { ProcessCommand } from "../../src/fuzz/process.js"
import { dictionaryText, writeSeeds } from "../../src/fuzz/seeds.js"
import { type Defective, decoderOf } from "./decoders.js"
import type { Outcome, Trial } from "./trial.js"

/** The ways to attack a decoder that are compared. */
export const attackers = ["structured", "raw", "fast-check"] as const

export type Attacker = (typeof attackers)[number]

const readings = { structured: structuredReading, raw: rawReading }

/** Whoever attacks begins with genuine blobs and knows the same numbers; fast-check knows neither. */
export const attackerCommand = (
  { workshop: { engine }, build }: OpenWorkshop,
  attacker: Attacker,
  { format, module }: Defective,
  folder: string,
  genuine: readonly CorpusBlob[],
  seconds: number,
): ProcessCommand => {
  const reading = attacker === "raw" ? "raw" : "structured"
  const trial: Trial = { format, module, decoder: decoderOf(format), reading, outcome: join(folder, "outcome.json") }
  const environment = { TRIAL: JSON.stringify(trial) }
  if (attacker === "fast-check")
    return { file: process.execPath, args: [join(build, "bench/fuzz/alone.js"), String(seconds)], environment }
  const [seeds, found] = [join(folder, "seeds"), join(folder, "corpus")]
  mkdirSync(found)
  writeSeeds({ name: "trial", seeds: readings[reading](format).seeds }, seeds, [], genuine)
  const dictionary = join(folder, "dictionary")
  writeFileSync(dictionary, dictionaryText({ dictionary: dictionaryOf([format]) }))
  const target = {
    module: join(build, "bench/fuzz/trial.js"),
    build,
    underTest: ["src/spice/defective/"],
    detectors: false,
  }
  const options = [`-dict=${dictionary}`, `-artifact_prefix=${folder}/`, `-max_total_time=${seconds}`, "-seed=1"]
  const command = jazzerCommand(engine, target, [found, seeds, ...options, "-max_len=8192"])
  return { ...command, environment: { ...command.environment, ...environment } }
}

/** What an attacker came to in its folder; undefined where it noticed nothing. */
export const outcomeIn = (folder: string): Outcome | undefined => {
  const file = join(folder, "outcome.json")
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
}

/** Executions a second of a module that jazzer.js runs for some seconds. */
export const rateOf = async (
  { workshop: { engine, run, signal }, build }: OpenWorkshop,
  module: string,
  underTest: readonly string[],
  seeds: string,
  seconds: number,
): Promise<number> => {
  let progress = noProgress
  const target = { module: join(build, module), build, underTest, detectors: false }
  const options = [seeds, `-max_total_time=${seconds}`, "-print_final_stats=1", "-seed=1", "-max_len=8192"]
  const { code } = await run(
    jazzerCommand(engine, target, options),
    (line) => {
      progress = progressAfter(progress, line)
    },
    signal,
  )
  if (code !== 0) throw new Error(`${module} ended with ${code}`)
  return progress.executions / seconds
}
