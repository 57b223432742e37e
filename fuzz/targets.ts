import type { TargetModule } from "../src/fuzz/target.js"
import type { Format } from "../src/spice/formats.js"
import {
  anyReading,
  type Case,
  dictionaryOf,
  evidenceOf,
  formatNames,
  type Reading,
  rawReading,
  structuredReading,
} from "./blobs.js"
import { agrees, decodes } from "./properties.js"

/** The target of one property of blobs. */
const target = (
  names: readonly Format[],
  reading: Reading,
  underTest: readonly string[],
  property: (each: Case) => void,
): TargetModule => ({
  fuzz: (data) => property(reading.caseOf(data)),
  underTest,
  detectors: false,
  dictionary: dictionaryOf(names),
  seeds: reading.seeds,
  evidenceOf: (data) => evidenceOf(reading.caseOf(data)),
})

/** Raw bytes against the emitted decoder alone, as fast as it goes. */
export const rawTarget = (format: Format): TargetModule =>
  target([format], rawReading(format), ["src/spice/emitted/"], decodes)

/** Blobs made to be hostile against the emitted decoder and the interpreter. */
export const structuredTarget = (format: Format): TargetModule =>
  target([format], structuredReading(format), ["src/spice/emitted/"], agrees)

/** Hostile blobs of every format against one property. */
export const blobTarget = (underTest: readonly string[], property: (each: Case) => void): TargetModule =>
  target(formatNames, anyReading(), underTest, property)
