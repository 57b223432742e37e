import type { Violation } from "../schema/violation.js"
import type { MigrateData } from "../spice/migrate-data.js"
import type { LinkedChannel } from "../spice/wire/channels.js"

/** A connection, under a number that its caller gives it and no other connection has while it is open. */
export type Connection = number

/** What a client links: a channel of a session. */
export interface LinkRequest {
  readonly channel: LinkedChannel
  readonly channelId: number
  /** 0 for a session that is new to the server. */
  readonly connectionId: number
}

/** A message's header, and the beginning of its payload where the session looks at it. */
interface Header {
  readonly type: number
  readonly size: number
  /** Of the client: MIGRATE_DST_DO_SEAMLESS whole, and 5 bytes of a compressed message. Of the server: 4 bytes of MIGRATE, 20 of MAIN_INIT. */
  readonly head: Uint8Array
}

/**
 * What happens on the connections to one server, in the order in which it reaches the guard. A client's `link`,
 * `message` and `data` are said before the server gets them, the server's `linked` and `server` before the client does.
 *
 * - `link`: the client is about to authenticate itself for a channel.
 * - `linked`: the server's result of that, 0 if it took the channel.
 * - `message`: the header of a message of the client. One that may be MIGRATE_DATA is held until `data` was judged.
 * - `data`: a MIGRATE_DATA that decoded.
 * - `server`: the header of a message of the server.
 * - `closed`: the connection has ended, on whichever side.
 * - `time`: it is that many milliseconds by a clock that only goes forward. To be said before `data`, and when a hold ends.
 *
 * @since 0.4.0
 */
export type SessionEvent =
  | { readonly kind: "link"; readonly connection: Connection; readonly link: LinkRequest }
  | { readonly kind: "linked"; readonly connection: Connection; readonly error: number }
  | ({ readonly kind: "message"; readonly connection: Connection } & Header)
  | { readonly kind: "data"; readonly connection: Connection; readonly state: MigrateData }
  | ({ readonly kind: "server"; readonly connection: Connection } & Header)
  | { readonly kind: "closed"; readonly connection: Connection }
  | { readonly kind: "time"; readonly now: number }

/**
 * What is to become of a connection.
 *
 * - `forward`: what the event is about may go on to the server, or a MIGRATE_DATA that was held.
 * - `refuse`: nothing of the client's may go on any more; the connection is to be closed.
 * - `hold`: the MIGRATE_DATA has to wait for another event, at the latest for the time `until`.
 *
 * @since 0.4.0
 */
export type Decision =
  | { readonly kind: "forward"; readonly connection: Connection }
  | { readonly kind: "refuse"; readonly connection: Connection; readonly violation: Violation }
  | { readonly kind: "hold"; readonly connection: Connection; readonly until: number }

export type EventOf<K extends SessionEvent["kind"]> = Extract<SessionEvent, { readonly kind: K }>
