import type { Violation } from "../../violation/violation.js"
import type { Link } from "./link.js"

/** Bytes that may pass, in order. */
export interface Pass {
  readonly kind: "pass"
  readonly bytes: Uint8Array
}

/**
 * The header of a message, with the beginning of its payload where `Heads` has its type, as the session takes it. The
 * message passes unless it is held before the next event is asked for.
 */
export interface WireMessage {
  readonly kind: "message"
  /** The number that the connection was given. */
  readonly connection: number
  readonly type: number
  readonly size: number
  readonly head: Uint8Array
}

/** A message that was held, complete. None of it has passed. */
export interface Whole {
  readonly kind: "whole"
  readonly type: number
  readonly header: Uint8Array
  readonly payload: Uint8Array
}

/** The bytes break a rule. Nothing follows but the same again. */
export interface BrokenStream {
  readonly kind: "broken"
  readonly violation: Violation
}

/**
 * What a client's side of a connection consists of.
 *
 * - `link`: the client has authenticated itself. `last` are the bytes that make the server link the channel: nobody
 *   has passed them.
 */
export type ClientEvent =
  | Pass
  | { readonly kind: "link"; readonly link: Link; readonly last: Uint8Array }
  | WireMessage
  | Whole
  | BrokenStream

/**
 * What a server's side of a connection consists of.
 *
 * - `result`: of the link: 0, or why the server will close the connection.
 */
export type ServerEvent =
  | Pass
  | { readonly kind: "result"; readonly error: number }
  | WireMessage
  | Whole
  | BrokenStream

/** Breaks a side's conversation for good. */
export function* broken(violation: Violation): Generator<BrokenStream, never, void> {
  for (;;) yield { kind: "broken", violation }
}
