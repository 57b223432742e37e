import { writeFileSync } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { type Case, rawReading, structuredReading } from "../../fuzz/blobs.js"
import { agreementOf } from "../../fuzz/properties.js"
import type { Format } from "../../src/spice/formats.js"
import { Violation } from "../../src/violation/violation.js"

/** One decoder with a defect, attacked until somebody notices. What is attacked the environment says. */
export interface Trial {
  readonly format: Format
  /** The module with the decoder, and its name there. */
  readonly module: string
  readonly decoder: string
  /** How inputs are read. */
  readonly reading: "raw" | "structured"
  /** Where to write what it took. */
  readonly outcome: string
}

/** What it took to notice: from the first execution on, seeds included. */
export interface Outcome {
  readonly milliseconds: number
  readonly executions: number
  /** What was noticed. */
  readonly message: string
}

const { TRIAL: described = "{}" } = process.env

export const trial: Trial = JSON.parse(described)

const decoder: (bytes: Uint8Array, receiver: unknown, channel: string, alias: boolean) => unknown = Reflect.get(
  require(trial.module),
  trial.decoder,
)

const agrees = agreementOf(({ setting: { receiver, channel }, blob }) => {
  const decoded = decoder(blob, receiver, channel, false)
  return decoded instanceof Violation ? E.left([decoded]) : E.right(decoded)
})

let start: number | undefined
let executions = 0

/** Holds the decoder against the interpreter; writes down what it took when they do not agree, or one throws. */
export const attempt = (caseOf: () => Case): void => {
  start ??= performance.now()
  executions++
  try {
    agrees(caseOf())
  } catch (error) {
    const outcome: Outcome = { milliseconds: performance.now() - start, executions, message: String(error) }
    writeFileSync(trial.outcome, JSON.stringify(outcome))
    throw error
  }
}

const reading = { raw: rawReading, structured: structuredReading }[trial.reading](trial.format)

/** jazzer.js' entry. */
export const fuzz = (data: Uint8Array): void => attempt(() => reading.caseOf(data))
