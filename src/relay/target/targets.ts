import type { Clock } from "../clock.js"
import { formatAddress } from "../config/address.js"
import type { Settings } from "../config/settings.js"
import { connectSilently } from "./connect.js"
import { watchServer } from "./liveness.js"
import { type Machine, type MachineWatch, watchMachine } from "./machine.js"
import { type Target, type TargetGuard, targetGuardOf } from "./session.js"

/** The guards of all targets, each of which has one however many listeners lead to it. */
export interface Targets {
  readonly guardOf: (settings: Settings) => TargetGuard
  /**
   * Takes over what settings say of their targets. What is known of a target that nobody names any more is kept until
   * its server is gone: another configuration may name it again.
   */
  readonly use: (all: readonly Settings[]) => void
  readonly close: () => void
}

interface Guarded {
  readonly guard: TargetGuard
  readonly use: (settings: Settings) => void
  /** Whether something is known of the server that a new one would not share. */
  readonly isKnown: () => boolean
  readonly close: () => void
}

/** A target's machine, if there is a monitor to ask; told when it is another process. */
const watchOf = (
  { qmp }: Settings,
  clock: Clock,
  restarted: () => void,
  silent: () => void,
): MachineWatch | undefined => {
  const told = (_: Machine, isAnother: boolean): void => {
    if (isAnother) restarted()
  }
  return qmp === undefined ? undefined : watchMachine(qmp, clock, told, silent)
}

const targetOf = ({ receiver, awaitsMachine, mode, seal }: Settings, watch: MachineWatch | undefined): Target => ({
  receiver,
  seal,
  observes: mode === "monitor",
  awaitsMachine: () => (watch === undefined ? awaitsMachine : watch.machine() === "awaited"),
  confirm: (then) => (watch === undefined ? then() : watch.confirm(then)),
})

const monitorOf = ({ qmp }: Settings): string | undefined => (qmp === undefined ? undefined : formatAddress(qmp))

/** @param gone - told that a target's server is gone, and what was known of its sessions with it */
export const targetsOf = (clock: Clock, gone: (target: string) => void): Targets => {
  const targets = new Map<string, Guarded>()
  let named: ReadonlySet<string> = new Set()

  const open = (first: Settings): Guarded => {
    const { targetName } = first
    let settings = first
    let isKnown = false
    let unwatch = (): void => {}

    const lost = (): void => {
      isKnown = false
      unwatch()
      guard.forget()
      gone(targetName)
      if (!named.has(targetName)) discard(targetName)
    }

    const silent = (): void => guard.silent()

    let watch = watchOf(settings, clock, lost, silent)
    const guard = targetGuardOf(targetOf(settings, watch), clock, () => {
      isKnown = true
      unwatch = watchServer(() => connectSilently(settings.target), clock, lost)
    })

    return {
      guard,
      isKnown: () => isKnown,
      use: (next) => {
        if (monitorOf(next) !== monitorOf(settings)) {
          watch?.close()
          watch = watchOf(next, clock, lost, silent)
        }
        settings = next
        guard.use(targetOf(settings, watch))
      },
      close: () => {
        unwatch()
        watch?.close()
      },
    }
  }

  const discard = (name: string): void => {
    targets.get(name)?.close()
    targets.delete(name)
  }

  const guardedOf = (settings: Settings): Guarded => {
    const known = targets.get(settings.targetName) ?? open(settings)
    targets.set(settings.targetName, known)
    return known
  }

  return {
    guardOf: (settings) => guardedOf(settings).guard,
    use: (all) => {
      named = new Set(all.map(({ targetName }) => targetName))
      for (const settings of all) guardedOf(settings).use(settings)
      for (const [name, { isKnown }] of targets) if (!named.has(name) && !isKnown()) discard(name)
    },
    close: () => {
      for (const name of [...targets.keys()]) discard(name)
    },
  }
}
