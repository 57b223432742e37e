import type { Json } from "../../data/json.js"
import type { Clock } from "../clock.js"
import type { Address } from "../config/address.js"
import { connectSilently } from "./connect.js"
import { isQmpObject, openQmp, type Qmp } from "./qmp.js"

/**
 * What is known of a target's machine: that it is to come from another host, that it is there (it runs, is paused, has
 * left for another host, or was never to come), or nothing, so that the worst has to be assumed.
 */
export type Machine = "awaited" | "runs" | "unknown"

/** Watches a target's machine. */
export interface MachineWatch {
  readonly machine: () => Machine
  /** Calls back once `machine` rests on a question that was asked after this call, or is unknown for want of an answer. */
  readonly confirm: (then: () => void) => void
  /** Watches no more, and tells nothing any more. */
  readonly close: () => void
}

/** How long after its question an answer still counts, in milliseconds. */
const freshness = 1000

/** How long after an answer the next question is asked, in milliseconds: an arrival that stays paused has no event. */
const pauses = { awaited: 100, runs: 1000, unknown: 1000 } as const satisfies Record<Machine, number>

/** How long after its question an answer that a machine is awaited is taken for true at all, in milliseconds. */
const oldest = freshness + pauses.awaited + freshness

/** How long it takes at first, and at most, until a socket is tried again, in milliseconds. */
const retries = { first: 100, most: 1000 } as const

const machineIn = (answer: Json | undefined): Machine => {
  const { status, running } = isQmpObject(answer) ? answer : {}
  if (typeof status !== "string") return "unknown"
  return status === "inmigrate" && running === false ? "awaited" : "runs"
}

/** Whether an event can mean that the machine has arrived. */
const isArrival = (event: string, data: Json | undefined): boolean => {
  const { status } = isQmpObject(data) ? data : {}
  return event === "RESUME" || event === "STOP" || (event === "MIGRATION" && status === "completed")
}

/** The threads that a QEMU runs its processors in, by the kernel's numbers. */
const threadsIn = (answer: Json | undefined): ReadonlySet<number> => {
  const processors: readonly Json[] = Array.isArray(answer) ? answer : []
  const threads = processors.flatMap((each) => {
    const { "thread-id": thread } = isQmpObject(each) ? each : {}
    return typeof thread === "number" && Number.isInteger(thread) ? [thread] : []
  })
  return new Set(threads)
}

/**
 * Whether these are threads of two processes. A process keeps those of its processors, and the first processor cannot
 * be taken out, so that it is another one where not even one is left; where one has none to tell, nothing is known.
 */
const isAnother = (known: ReadonlySet<number>, threads: ReadonlySet<number>): boolean =>
  known.size > 0 && threads.size > 0 && ![...threads].some((thread) => known.has(thread))

/**
 * Watches a target's machine over a QMP socket of the guard's own, and connects again whenever that ends.
 *
 * @param told - called on each change. `restarted`: it is certain that the process is not the one that was last known.
 *   It comes with "unknown", once the new process answers; whatever the target was sent since "unknown" was told before
 *   that may have come to the new one already
 * @param silent - called while QEMU is connected and does not answer: its main loop waits for something
 */
export const watchMachine = (
  address: Address,
  clock: Clock,
  told: (machine: Machine, restarted: boolean) => void,
  silent: () => void = () => {},
): MachineWatch => {
  let machine: Machine = "unknown"
  let threads: ReadonlySet<number> = new Set()
  let retry: number = retries.first
  let isClosed = false
  let isAsking = false
  let isOutdated = false
  let answeredFor = 0
  let qmp: Qmp | undefined
  let cancel = (): void => {}

  let waiting: (() => void)[] = []

  const confirmed = (): void => {
    const all = waiting
    waiting = []
    for (const then of all) then()
  }

  const become = (next: Machine): void => {
    const isNew = next !== machine
    machine = next
    if (isNew) told(next, false)
    if (next === "unknown") confirmed()
  }

  const unanswered = (): void => {
    become("unknown")
    silent()
    cancel = clock.after(freshness, unanswered)
  }

  const ask = (): void => {
    const asked = clock.now()
    isAsking = true
    isOutdated = false
    cancel = clock.after(freshness, unanswered)
    qmp?.ask("query-status", (status) => {
      cancel()
      isAsking = false
      if (isOutdated || clock.now() - asked >= freshness) return ask()
      answeredFor = asked
      become(machineIn(status))
      confirmed()
      cancel = clock.after(pauses[machine], ask)
    })
  }

  /** Asks anew, since what was said before the event may be true no more. */
  const happened = (event: string, data: Json | undefined): void => {
    if (machine === "runs" || !isArrival(event, data)) return
    become("unknown")
    if (isAsking) isOutdated = true
    else {
      cancel()
      ask()
    }
  }

  const recognise = (processors: Json | undefined): void => {
    const others = threads
    threads = threadsIn(processors)
    if (isAnother(others, threads)) told("unknown", true)
    ask()
  }

  const connect = (): void => {
    const began = clock.now()
    isAsking = true
    qmp = openQmp(connectSilently(address), clock, {
      ready: () => qmp?.ask("query-cpus-fast", recognise),
      event: happened,
      ended: () => {
        cancel()
        if (isClosed) return
        if (clock.now() - began >= retries.most) retry = retries.first
        cancel = clock.after(retry, connect)
        retry = Math.min(2 * retry, retries.most)
        become("unknown")
      },
    })
  }

  const confirm = (then: () => void): void => {
    waiting.push(then)
    if (isAsking) isOutdated = true
    else {
      cancel()
      ask()
    }
  }

  connect()
  return {
    // A guard that was stopped itself may look before any of its timers has.
    machine: () => (machine === "awaited" && clock.now() - answeredFor > oldest ? "unknown" : machine),
    confirm: (then) => (isClosed || qmp === undefined ? then() : confirm(then)),
    close: () => {
      isClosed = true
      machine = "unknown"
      cancel()
      qmp?.close()
      confirmed()
    },
  }
}
