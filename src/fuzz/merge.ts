import { existsSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { execute, scratch, type Workshop } from "./execution.js"
import { type Fuzzing, merging } from "./jazzer.js"
import { noProgress, type Progress, progressAfter } from "./libfuzzer.js"
import type { Target } from "./target.js"

/** Longer than this a merge does not take; the corpus then stays as it is. */
const patience = 120_000

/** How many inputs a corpus has, and how far they reach. */
export type Merged = Pick<Progress, "coverage" | "corpus">

/**
 * Leaves in a corpus the inputs that matter of it and of the seeds. They come before others go, so that whenever
 * this is ended the corpus is one; what others have added meanwhile stays.
 */
export const merge = async (
  workshop: Workshop,
  target: Target,
  fuzzing: Pick<Fuzzing, "corpus" | "longest">,
  seeds: string,
): Promise<Merged | undefined> => {
  const { corpus } = fuzzing
  const before = readdirSync(corpus)
  const into = scratch(workshop, "merged")
  let progress = noProgress
  const onLine = (line: string) => {
    progress = progressAfter(progress, line)
  }
  const signal = AbortSignal.any([workshop.signal, AbortSignal.timeout(patience)])
  const { code } = await execute(
    workshop,
    target,
    (artifacts) => merging(into, [corpus, seeds], artifacts, fuzzing.longest),
    { onLine, signal },
  )
  const kept = new Set(readdirSync(into))
  if (code !== 0 || kept.size === 0) return undefined
  for (const name of kept) if (!existsSync(join(corpus, name))) renameSync(join(into, name), join(corpus, name))
  for (const name of before) if (!kept.has(name)) rmSync(join(corpus, name), { force: true })
  return { coverage: progress.coverage, corpus: kept.size }
}
