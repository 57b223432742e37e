import { defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { data } from "./data.js"
import { expireDisplays, refuseWrong } from "./displays.js"
import type { Decision, EventOf, SessionEvent } from "./events.js"
import { closed, link, linked } from "./links.js"
import { message } from "./messages.js"
import { observe } from "./server.js"
import type { World } from "./state.js"

/** What a session judges by: read with each event, so that what changes meanwhile counts from then on. */
export interface SessionOptions {
  /** What the receiver of the data is; its limits on blobs hold for what a header announces. */
  readonly receiver?: ReceiverState
  /**
   * Whether a machine may be on its way to the server. Default true; false for a server whose machine is known to run:
   * spice-server acknowledges a migration all the same, and ends by its data. From an agent's first sign of life on a
   * session knows by itself.
   */
  readonly awaitsMachine?: boolean
}

/** Takes what happened and says what is to become of it: about the event's connection first, then about others. */
export type Session = (event: SessionEvent) => readonly Decision[]

const time = (world: World, { now }: EventOf<"time">): readonly Decision[] => {
  world.now = Math.max(world.now, now)
  const { migration } = world
  if (migration === undefined) return []
  return [...expireDisplays(world, migration), ...refuseWrong(migration)]
}

/**
 * The order of messages on all connections to one server process, as a state machine without I/O: events in, decisions
 * out. A `link`, `message` or `data` gets one decision on its own connection, first; decisions on other connections can
 * come with any event. What is known of a session is dropped when its main channel closes; for a server that was
 * restarted a new state machine is needed. docs/session.md has its table and its rules.
 *
 * It never throws, whatever the order of events. An ordinary message takes constant time, the events of a migration
 * time that grows with the number of the session's channels.
 *
 * @example
 * const session = createSession()
 * const link = { channel: "inputs", channelId: 0, connectionId: 7 } as const
 * const [decision] = session({ kind: "link", connection: 1, link })
 * decision?.kind === "refuse" && decision.violation.rule
 * // "session/known-id"
 * @since 0.4.0
 */
export const createSession = (options: SessionOptions = {}): Session => {
  const world: World = {
    receiver: () => options.receiver ?? defaultReceiver,
    awaitsMachine: () => options.awaitsMachine ?? true,
    connections: new Map(),
    sessions: new Map(),
    now: 0,
    migration: undefined,
    hasAcknowledged: false,
    machineRuns: false,
  }
  return (event) => {
    switch (event.kind) {
      case "message":
        return message(world, event)
      case "server":
        observe(world, event)
        return []
      case "link":
        return link(world, event)
      case "linked":
        return linked(world, event)
      case "data":
        return data(world, event)
      case "closed":
        return closed(world, event)
      case "time":
        return time(world, event)
    }
  }
}
