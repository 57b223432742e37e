import { type CaptureOptions, readCapture } from "./reader.js"
import type { CapturedBlob, CapturedConnection, CapturedSession, CaptureEvent } from "./types.js"

export type { DataChannel } from "../seal/binding.js"
export type { ReceiverState } from "../spice/receiver.js"
export type { Violation, ViolationCode } from "../violation/violation.js"
export { messageName } from "./names.js"
export { type CaptureOptions, type CaptureReader, readCapture } from "./reader.js"
export { captureRules } from "./rules.js"
export type {
  CapturedBlob,
  CapturedConnection,
  CapturedSession,
  CaptureEvent,
  CaptureProblem,
  CaptureSummary,
  MessageCount,
  Moment,
  Side,
} from "./types.js"

/** A capture's bytes as they come, such as a file's stream. */
export type Capture = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/**
 * Reads a pcap or pcapng file: yields the migration data in it, the connections of SPICE as they end, and a summary. It
 * takes time linear in the file's size, takes at most about 600 MiB of memory, and throws nothing but what `capture` throws.
 *
 * @since 0.6.0
 */
export async function* eventsOf(capture: Capture, options?: CaptureOptions): AsyncGenerator<CaptureEvent, void> {
  const reader = readCapture(options)
  for await (const chunk of capture) yield* reader.push(chunk)
  yield* reader.end()
}

/**
 * Yields the migration data of a capture, judged for a receiver: what source servers wrote and what clients brought to
 * targets. It is the payload of MIGRATE_DATA, as `decodeMigrateData` takes it.
 *
 * @since 0.6.0
 */
export async function* blobsOf(capture: Capture, options?: CaptureOptions): AsyncGenerator<CapturedBlob, void> {
  for await (const event of eventsOf(capture, options)) if (event.kind === "blob") yield event.blob
}

const verdictOf = (connections: readonly CapturedConnection[]): CapturedSession["verdict"] => {
  if (connections.some(({ violations }) => violations.length > 0)) return "reject"
  return connections.some(({ problems }) => problems.length > 0) ? "unknown" : "accept"
}

/** Puts the connections of one session to one server together, in the order in which they began. */
export const sessionsIn = (connections: readonly CapturedConnection[]): readonly CapturedSession[] => {
  const sessions = new Map<string, CapturedConnection[]>()
  for (const connection of connections) {
    const key = `${connection.server} ${connection.sessionId}`
    const known = sessions.get(key)
    if (known === undefined) sessions.set(key, [connection])
    else known.push(connection)
  }
  return [...sessions.values()]
    .map((all) => all.sort((one, other) => one.began.packet - other.began.packet))
    .sort(([one], [other]) => (one?.began.packet ?? 0) - (other?.began.packet ?? 0))
    .flatMap((all) => {
      const [first] = all
      if (first === undefined) return []
      return [{ server: first.server, sessionId: first.sessionId, verdict: verdictOf(all), connections: all }]
    })
}

/**
 * Yields the sessions of a capture when it has been read: the channels of each with their messages, and what the order of
 * messages and the data break. A session that moves is two: one to the source's server and one to the target's.
 *
 * @since 0.6.0
 */
export async function* sessionsOf(capture: Capture, options?: CaptureOptions): AsyncGenerator<CapturedSession, void> {
  const connections: CapturedConnection[] = []
  for await (const event of eventsOf(capture, options))
    if (event.kind === "connection") connections.push(event.connection)
  yield* sessionsIn(connections)
}
