import { newStanding, type Row, rowOf, type Standing, sentenceOf } from "./progress.js"
import type { FuzzTarget } from "./target.js"
import { type Files, type FuzzPlan, filesFor, type Task, type WorkerScene, work } from "./worker.js"

/** How many processes each target gets: one, or its share where there are fewer targets than jobs. */
export const sharesOf = (targets: number, jobs: number): readonly number[] =>
  Array.from({ length: targets }, (_, index) =>
    Math.max(1, Math.floor(jobs / targets) + (index < jobs % targets ? 1 : 0)),
  )

/** Lets so many pieces of work be done at once; the others wait in the order in which they came. */
export const slots = (count: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let free = count
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}

/** What came of it. */
export interface Campaign {
  readonly rows: readonly Row[]
  /** Why targets are broken, line by line. */
  readonly problems: readonly string[]
}

const stateAtEnd = ({ problems }: Standing, { aborted }: AbortSignal): Row["state"] => {
  if (problems.length > 0) return "broken"
  return aborted ? "interrupted" : "done"
}

type Slot = ReturnType<typeof slots>

const fuzzTarget = async (
  standing: Standing,
  share: number,
  inSlot: Slot,
  { scene, plan, display }: Omit<Task, "standing" | "files">,
): Promise<void> => {
  const { target, problems } = standing
  const { signal } = scene.workshop
  let left = share
  let files: Files | undefined
  const begin = (): Files => {
    standing.state = "fuzzing"
    display.note(`start  ${target.name}`)
    return filesFor(scene, target, plan)
  }
  const process = async (index: number) => {
    if (signal.aborted || problems.length > 0) return
    try {
      files ??= begin()
      await work({ scene, plan, display, standing, files }, index, () => --left === 0)
    } catch (error) {
      problems.push(`${target.name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  await Promise.all(Array.from({ length: share }, (_, index) => inSlot(() => process(index))))
  standing.state = stateAtEnd(standing, signal)
  display.note(`end    ${target.name}: ${sentenceOf(rowOf(standing))}`)
}

/** Fuzzes targets, as many processes at once as the plan has jobs, and keeps what they find. */
export const fuzzTargets = async (
  targets: readonly FuzzTarget[],
  plan: FuzzPlan,
  scene: WorkerScene,
): Promise<Campaign> => {
  const standings = targets.map(newStanding)
  const rows = () => standings.map(rowOf)
  const display = await scene.displayOf(rows)
  const inSlot = slots(plan.jobs)
  // What runs are counted for has to be the same every time: one process after the other.
  const shares = sharesOf(targets.length, plan.runs === undefined ? plan.jobs : 1)
  await Promise.all(
    standings.map((standing, index) => fuzzTarget(standing, shares[index] ?? 1, inSlot, { scene, plan, display })),
  )
  display.end()
  return { rows: rows(), problems: standings.flatMap(({ problems }) => problems) }
}
