import type { Clock } from "./clock.js"
import type { Settings } from "./settings.js"
import { connectSilently } from "./target.js"
import { type Target, type TargetGuard, targetGuardOf } from "./target-guard.js"
import { watchServer } from "./watch.js"

/** The guards of all targets, each of which has one however many listeners lead to it. */
export interface Targets {
  readonly guardOf: (settings: Settings) => TargetGuard
  /** Takes over what settings say of their targets, and stops watching those that nobody names any more. */
  readonly use: (all: readonly Settings[]) => void
  readonly close: () => void
}

const targetOf = ({ receiver, awaitsMachine, mode }: Settings): Target => ({
  receiver,
  awaitsMachine,
  observes: mode === "monitor",
})

interface Guarded {
  readonly guard: TargetGuard
  readonly unwatch: () => void
}

/** @param gone - told that a target's server is gone, and what was known of its sessions with it */
export const targetsOf = (clock: Clock, gone: (target: string) => void): Targets => {
  const targets = new Map<string, Guarded>()

  const open = (settings: Settings): Guarded => {
    let unwatch = (): void => {}
    const guard = targetGuardOf(targetOf(settings), clock, (forget) => {
      unwatch = watchServer(
        () => connectSilently(settings.target),
        clock,
        () => {
          forget()
          gone(settings.targetName)
        },
      )
    })
    return { guard, unwatch: () => unwatch() }
  }

  return {
    guardOf: (settings) => {
      const known = targets.get(settings.targetName) ?? open(settings)
      targets.set(settings.targetName, known)
      return known.guard
    },
    use: (all) => {
      for (const settings of all) targets.get(settings.targetName)?.guard.use(targetOf(settings))
      for (const [name, { unwatch }] of targets)
        if (!all.some(({ targetName }) => targetName === name)) {
          unwatch()
          targets.delete(name)
        }
    },
    close: () => {
      for (const { unwatch } of targets.values()) unwatch()
    },
  }
}
