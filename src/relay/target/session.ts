import { mostOverhead } from "../../seal/certified.js"
import { overhead } from "../../seal/envelope.js"
import {
  type Connection,
  createSession,
  type Decision,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from "../../session/index.js"
import type { ReceiverState } from "../../spice/receiver.js"
import { mainFromServer } from "../../spice/wire/messages.js"
import type { Clock } from "../clock.js"
import type { SealSettings } from "../config/settings.js"
import { newSourceSession, type SourceSession } from "../seal/source.js"

/** Takes the decisions on one connection that come with other connections' events. */
type Decide = (decision: Decision) => void

/** What a guard is told of its target. */
export interface Target extends Required<Pick<SessionOptions, "receiver" | "observes">> {
  /** Whether a machine is known to be on its way to it. */
  readonly awaitsMachine: () => boolean
  /** How data is sealed and opened, if it is. */
  readonly seal: SealSettings | undefined
  /** Calls back once `awaitsMachine` rests on what the target said after this call. */
  readonly confirm: (then: () => void) => void
}

/** What all connections to one target share: the state of its sessions. */
export interface TargetGuard {
  /** A number for a new connection, who takes the decisions on it, and what lets go of its client if that holds the server up. */
  readonly join: (decide: Decide, unblock: () => void) => Connection
  /** Says an event and what time it is; returns what is decided on its own connection, and hands out the rest. */
  readonly say: (event: Exclude<SessionEvent, { readonly kind: "time" | "silent" }>) => readonly Decision[]
  /** Says that time has passed. */
  readonly tick: () => void
  readonly leave: (connection: Connection) => void
  /** What the target is from now on. */
  readonly use: (target: Target) => void
  /** What the target is now. */
  readonly target: () => Target
  /** What is known of the session that the target has, as a source that seals. */
  readonly source: () => SourceSession
  /** The target's main loop does not answer: clients that may hold it up are let go of. */
  readonly silent: () => void
  /** The target's process is another one: forgets what was known of its sessions. */
  readonly forget: () => void
}

/** The receiver whose limits hold for what a header announces: an envelope is larger than what is in it. */
const announcedOf = ({ receiver, seal }: Target): ReceiverState => {
  if (seal === undefined) return receiver
  const around = seal.credentials.kind === "keys" ? overhead : mostOverhead
  const larger = Object.entries(receiver.maxBlobBytes).map(([channel, size]) => [channel, size + around])
  return { ...receiver, maxBlobBytes: Object.fromEntries(larger) }
}

/** Whether something may take its time from an event on. */
const isTimed = (event: SessionEvent): boolean => {
  const { kind } = event
  if (kind === "server") return event.type === mainFromServer.dstSeamlessAck
  return kind === "link" || kind === "linked" || kind === "whole" || kind === "data"
}

/** Guards one target. `known` is called when there is something to know of its server that a new one would not share. */
export const targetGuardOf = (initial: Target, clock: Clock, known: () => void): TargetGuard => {
  let target = initial
  const told: SessionOptions = {
    get receiver() {
      return announced
    },
    get awaitsMachine() {
      return target.awaitsMachine()
    },
    get observes() {
      return target.observes
    },
  }
  let session: Session = createSession(told)
  let source = newSourceSession()
  let announced = announcedOf(initial)
  let isKnown = false
  let next: Connection = 1
  const deciders = new Map<Connection, Decide>()
  const unblockers = new Map<Connection, () => void>()

  const handOut = (decisions: readonly Decision[], but?: Connection): void => {
    for (const decision of decisions)
      if (decision.kind === "wake") wake(decision.at)
      else if (decision.connection !== but) deciders.get(decision.connection)?.(decision)
  }

  const tick = (): void => handOut(session({ kind: "time", now: clock.now() }))

  /** Says the time at a moment: a timer may come a little early, then once more. */
  const wake = (at: number): void => {
    clock.after(Math.max(1, Math.ceil(at - clock.now())), () => (clock.now() < at ? wake(at) : tick()))
  }

  const forget = (): void => {
    session = createSession(told)
    source = newSourceSession()
    isKnown = false
  }

  return {
    join: (decide, unblock) => {
      deciders.set(next, decide)
      unblockers.set(next, unblock)
      return next++
    },
    silent: () => {
      handOut(session({ kind: "silent" }))
      for (const unblock of [...unblockers.values()]) unblock()
    },
    say: (event) => {
      if (isTimed(event)) tick()
      if (event.kind === "link" && !isKnown) {
        isKnown = true
        known()
      }
      const decisions = session(event)
      const { connection } = event
      // By its index: taking an array apart costs a small message a part of its time.
      const first = decisions[0]
      // Nearly always it is this one, and nothing else.
      if (decisions.length === 1 && first?.connection === connection && first.kind !== "wake") return decisions
      if (first === undefined) return decisions
      handOut(decisions, connection)
      return decisions.filter((decision) => decision.connection === connection && decision.kind !== "wake")
    },
    tick,
    leave: (connection) => {
      deciders.delete(connection)
      unblockers.delete(connection)
    },
    use: (next) => {
      target = next
      announced = announcedOf(next)
    },
    target: () => target,
    source: () => source,
    forget,
  }
}
