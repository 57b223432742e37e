import type { DataChannel } from "../seal/binding.js"
import type { LinkedChannel } from "../spice/wire/channels.js"
import type { Violation } from "../violation/violation.js"

/** Who sent something. */
export type Side = "client" | "server"

/** The two ends of a connection, as 192.0.2.1:5900 or [2001:db8::1]:5900. */
interface Ends {
  readonly client: string
  readonly server: string
}

/** A packet of the capture. */
export interface Moment {
  /** From 1, as Wireshark counts them. */
  readonly packet: number
  /** Milliseconds since 1970. */
  readonly time: number
}

/**
 * The payload of a MIGRATE_DATA message: what the source's server wrote, or what the client brought to the target.
 *
 * @since 0.6.0
 */
export interface CapturedBlob extends Ends, Moment {
  readonly from: Side
  readonly channel: DataChannel
  readonly channelId: number
  /** The connection id of the session; undefined where the capture does not say it. */
  readonly sessionId: number | undefined
  readonly bytes: Uint8Array
  /** Whether a guard has sealed it: then it is not judged. */
  readonly isSealed: boolean
  /** What is wrong with it for the receiver; empty where that takes it. */
  readonly violations: readonly Violation[]
  /** The receiver's jpeg-wan-compression that a display's blob is right for, where it is refused under the one given. */
  readonly acceptedWith?: "always" | "never"
}

/** How many messages of one type a side has sent, and their payloads' bytes. */
export interface MessageCount {
  readonly from: Side
  /** Undefined for all those of further types, where there are more than 64. */
  readonly type: number | undefined
  readonly count: number
  readonly bytes: number
}

/**
 * A connection of SPICE: one channel of a session.
 *
 * @since 0.6.0
 */
export interface CapturedConnection extends Ends {
  /** Undefined where the client never got as far as to say it. */
  readonly channel: LinkedChannel | undefined
  readonly channelId: number | undefined
  /** The connection id of the session; undefined where the capture does not say it. */
  readonly sessionId: number | undefined
  readonly began: Moment
  /** Closed by its ends, still open where the capture ends, or forgotten because too much was open. */
  readonly end: "closed" | "open" | "forgotten"
  readonly messages: readonly MessageCount[]
  /** What the messages, their order and the data break, each rule once. */
  readonly violations: readonly Violation[]
  /** What of the connection could not be read, each rule once. */
  readonly problems: readonly Violation[]
}

/**
 * All connections with one connection id to one server.
 *
 * @since 0.6.0
 */
export interface CapturedSession {
  readonly server: string
  /** Undefined for connections of which the capture does not say it. */
  readonly sessionId: number | undefined
  /** reject: something breaks a rule; unknown: nothing does, but something could not be read; accept: neither. */
  readonly verdict: "accept" | "reject" | "unknown"
  readonly connections: readonly CapturedConnection[]
}

/** Something that keeps a part of a capture from being read, and how often it does. */
export interface CaptureProblem {
  /** The first one. Its path names the packet. */
  readonly violation: Violation
  readonly count: number
}

/**
 * What a capture was made of as a whole.
 *
 * @since 0.6.0
 */
export interface CaptureSummary {
  /** Whether the file is a whole capture: nothing of it could be read behind the place where it is not. */
  readonly isWhole: boolean
  readonly packets: number
  /** Connections of SPICE, of TLS, without their beginning, and of anything else. */
  readonly connections: Readonly<Record<"spice" | "tls" | "unknown" | "other", number>>
  readonly problems: readonly CaptureProblem[]
}

/**
 * What a capture yields, in its order; the summary comes last.
 *
 * @since 0.6.0
 */
export type CaptureEvent =
  | { readonly kind: "blob"; readonly blob: CapturedBlob }
  | { readonly kind: "connection"; readonly connection: CapturedConnection }
  | { readonly kind: "summary"; readonly summary: CaptureSummary }
