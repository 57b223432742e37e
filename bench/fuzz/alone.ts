/** A trial by fast-check alone: the same attacks, by chance and without coverage. */
import * as fc from "fast-check"
import { attacksFor } from "../../fuzz/blobs.js"
import { attempt, trial } from "./trial.js"

const [seconds = 0, seed = 1] = process.argv.slice(2).map(Number)
const { arbitrary, caseOf } = attacksFor(trial.format)

/** What stands for the rest of an input. */
const tail = fc.uint8Array({ maxLength: 200 })

const property = fc.property(arbitrary, tail, (attack, bytes) => attempt(() => caseOf(attack, bytes)))

fc.check(property, {
  seed,
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: 1000 * seconds,
  endOnFailure: true,
})
