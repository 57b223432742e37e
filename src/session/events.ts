import type { MigrateData } from "../spice/migrate-data.js"
import type { LinkedChannel } from "../spice/wire/channels.js"
import type { Violation } from "../violation/violation.js"

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
  /** Of the client: 5 bytes of a compressed message. Of the server: 4 bytes of MIGRATE, 20 of MAIN_INIT. */
  readonly head: Uint8Array
}

/**
 * What happens on the connections to one server, in the order in which it reaches the guard. A client's `link`,
 * `message`, `whole` and `data` are said before the server gets them, the server's `linked` and `server` before the
 * client does. A connection is observed until the server has closed it, however its client left.
 *
 * - `link`: the client has authenticated itself for a channel; the bytes that do so are held until the decision.
 * - `linked`: the server's result of that, 0 if it took the channel.
 * - `message`: the header of a message of the client. One that may be MIGRATE_DATA is held until `data` was judged.
 * - `whole`: a message that was gathered, as `gather` asked.
 * - `data`: a MIGRATE_DATA that decoded; `isSealed` where nobody can have changed it since its source wrote it.
 * - `server`: the header of a message of the server.
 * - `left`: the client is gone, or was let go of by the caller. Nothing of it follows.
 * - `silent`: QEMU does not answer its monitor: its main loop may wait for a client.
 * - `closed`: the server has closed the connection, or nothing is left of it.
 * - `time`: it is that many milliseconds by a clock that only goes forward. To be said before `link`, `linked`, `whole`,
 *   `data` and the server's MIGRATE_DST_SEAMLESS_ACK, and at the times that decisions name.
 *
 * @since 0.4.0
 */
export type SessionEvent =
  | { readonly kind: "link"; readonly connection: Connection; readonly link: LinkRequest }
  | { readonly kind: "linked"; readonly connection: Connection; readonly error: number }
  | ({ readonly kind: "message"; readonly connection: Connection } & Header)
  | { readonly kind: "whole"; readonly connection: Connection; readonly type: number; readonly payload: Uint8Array }
  | { readonly kind: "data"; readonly connection: Connection; readonly state: MigrateData; readonly isSealed?: boolean }
  | ({ readonly kind: "server"; readonly connection: Connection } & Header)
  | { readonly kind: "left"; readonly connection: Connection }
  | { readonly kind: "closed"; readonly connection: Connection }
  | { readonly kind: "silent" }
  | { readonly kind: "time"; readonly now: number }

/**
 * What is to become of a connection. Decisions are carried out in their order.
 *
 * - `forward`: what the event is about may go on to the server, or the link or MIGRATE_DATA that was held.
 * - `refuse`: let go of the client. Its connection to the server stays open until `end`.
 * - `hold`: the link or the MIGRATE_DATA waits for another event, at the latest for the time `until`. A link's is
 *   Infinity: its caller bounds it.
 * - `gather`: the message is to be held until all of it is there, and then said as `whole`.
 * - `replace`: this payload goes to the server instead of the message's own, for the reason that the violation tells.
 * - `send`: a message of the guard's own goes to the server.
 * - `drop`: the server's message must not reach the client.
 * - `end`: nothing more goes to the server; the connection to it is to be ended.
 * - `wake`: the time is to be said at the moment `at`.
 *
 * @since 0.4.0
 */
export type Decision =
  | { readonly kind: "forward"; readonly connection: Connection }
  | { readonly kind: "refuse"; readonly connection: Connection; readonly violation: Violation }
  | { readonly kind: "hold"; readonly connection: Connection; readonly until: number }
  | { readonly kind: "gather"; readonly connection: Connection }
  | {
      readonly kind: "replace"
      readonly connection: Connection
      readonly payload: Uint8Array
      readonly violation: Violation
    }
  | { readonly kind: "send"; readonly connection: Connection; readonly type: number; readonly payload: Uint8Array }
  | { readonly kind: "drop"; readonly connection: Connection }
  | { readonly kind: "end"; readonly connection: Connection }
  | { readonly kind: "wake"; readonly connection: Connection; readonly at: number }

export type EventOf<K extends SessionEvent["kind"]> = Extract<SessionEvent, { readonly kind: K }>
