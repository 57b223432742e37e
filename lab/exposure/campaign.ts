import { type Attack, fateOf } from "./attack.js"
import type { Case } from "./cases.js"
import { type Fate, isHarm, worseOf } from "./fate.js"
import { environmentOf } from "./modes.js"
import { savedState } from "./state.js"

/** QEMUs at a time: two cores, and most of a case is computing. */
const abreast = 2

/** How a run is followed. */
export interface Following {
  readonly done: (tried: Case, fate: Fate) => void
  /** The lab itself failed. */
  readonly failed: (tried: Case, error: unknown) => void
  readonly interrupted: Attack["interrupted"]
}

const runOnce = (tried: Case, state: string, interrupted: Attack["interrupted"]): Promise<Fate> =>
  fateOf({
    options: {
      machine: tried.machine,
      environment: environmentOf(tried.mode, tried.guarded),
      ...(tried.relay === undefined ? {} : { relay: tried.relay }),
    },
    state,
    play: tried.play,
    ...(tried.takes === undefined ? {} : { takes: tried.takes }),
    interrupted,
  })

/** Runs a case until it does harm or has been tried often enough; its fate is the worst. */
const run = async (tried: Case, state: string, interrupted: Attack["interrupted"]): Promise<Fate> => {
  let worst = await runOnce(tried, state, interrupted)
  for (let count = 1; count < tried.tries && !isHarm(worst); count++)
    worst = worseOf(worst, await runOnce(tried, state, interrupted))
  return worst
}

/** The fate of the target of one case. */
export const fateOfCase = async (tried: Case, interrupted: Attack["interrupted"]): Promise<Fate> =>
  run(tried, await savedState(), interrupted)

/** Runs cases, each against a target of its own; ends with the rejection of `interrupted` when all targets have ended. */
export const runCases = async (cases: Iterable<Case>, { done, failed, interrupted }: Following): Promise<void> => {
  const state = await savedState()
  const waiting = cases[Symbol.iterator]()
  let stopped: unknown
  interrupted.catch((reason: unknown) => {
    stopped = reason
  })
  const work = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const tried = next.value
      if (stopped !== undefined) return
      try {
        done(tried, await run(tried, state, interrupted))
      } catch (error) {
        if (stopped === undefined) failed(tried, error)
      }
    }
  }
  await Promise.all(Array.from({ length: abreast }, work))
  if (stopped !== undefined) throw stopped
}
