import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { execute, scratch, type Workshop } from "./execution.js"
import { minimising, replaying } from "./jazzer.js"
import { type Failure, signatureOf } from "./libfuzzer.js"
import type { Target } from "./target.js"

/** An input and what is wrong with it. */
export interface Failing {
  readonly input: Uint8Array
  readonly failure: Failure
}

/** Longer than this nobody waits for a smaller input. */
const patience = 60_000

/** Time-outs and memory: each step of making them smaller would take as long as the limit. */
const isSlow = ({ message }: Failure): boolean => /^libFuzzer: (?:timeout|out-of-memory)/.test(message)

/** A smaller input that fails in the same way; the one given if none is found. */
export const minimised = async (workshop: Workshop, target: Target, failing: Failing): Promise<Failing> => {
  if (isSlow(failing.failure) || workshop.signal.aborted) return failing
  const folder = scratch(workshop, "minimise")
  const [from, to] = [join(folder, "found"), join(folder, "smaller")]
  writeFileSync(from, failing.input)
  const signal = AbortSignal.any([workshop.signal, AbortSignal.timeout(patience)])
  await execute(workshop, target, () => minimising(from, to), { signal })
  if (!existsSync(to)) return failing
  const input = readFileSync(to)
  if (input.length >= failing.input.length) return failing
  const { failure } = await execute(workshop, target, (artifacts) => replaying(to, artifacts))
  return signatureOf(failure) === signatureOf(failing.failure) ? { input, failure } : failing
}
