import type { Decision, SessionEvent } from "./events.js"
import type { SessionOptions } from "./options.js"
import { newWorld } from "./state.js"
import { step } from "./step.js"

/** Takes what happened and says what is to become of it: about the event's connection first, then about others. */
export type Session = (event: SessionEvent) => readonly Decision[]

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
  const world = newWorld(options)
  return (event) => step(world, event)
}
