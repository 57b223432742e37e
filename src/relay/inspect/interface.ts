import type { LinkRequest } from "../../session/index.js"
import type { Violation } from "../../violation/violation.js"
import type { Mode } from "../config/configuration.js"

/** How a connection is judged: what the pump gives to whoever judges, and what it is told. */

/** What was done with what was judged, or in monitor mode would have been. */
export type Action = "forward" | "reset" | "decline" | "disconnect"

/** Data that was judged, without any of it. */
export interface JudgedMessage {
  readonly size: number
  readonly sha256: string
  /** Milliseconds from its last byte to the decision. */
  readonly held: number
  /** Seconds that decoding and encoding took. */
  readonly seconds: number
}

/** What became of data by sealing; `unsealed`: it need not be sealed, and is not. */
export const sealingKinds = ["sealed", "opened", "unsealed"] as const

/** What sealing had to do with data. */
export interface Sealing {
  readonly kind: (typeof sealingKinds)[number]
  /** The envelope's id, which both guards tell. */
  readonly envelope?: string
  /** The host that has signed it, where that is what it rests on. */
  readonly subject?: string | undefined
  /** Milliseconds since it was sealed; negative where the clocks of the hosts differ. */
  readonly age?: number
}

/** One decision, as logs and metrics get it. It holds nothing of a payload. */
export interface Verdict {
  readonly mode: Mode
  readonly action: Action
  /** Undefined where the client was refused before it had said what it wants. */
  readonly link: LinkRequest | undefined
  readonly violation: Violation | undefined
  readonly data: JudgedMessage | undefined
  readonly sealing?: Sealing | undefined
}

/** What an inspector does with its connection. All of it may also be called later than the bytes that led to it. */
export interface Outlet {
  /** Bytes for the server, in order. They are written or kept: they must not change any more. */
  readonly forward: (bytes: Uint8Array) => void
  /** What was held has been decided: the inspector can proceed. */
  readonly release: () => void
  /** Nothing of the client's may go on any more. The connection to the server stays open until `end`. */
  readonly refuse: () => void
  /** Bytes for the server that are nobody's but the guard's, whatever has become of the client. */
  readonly send: (bytes: Uint8Array) => void
  /** Nothing more goes to the server: the connection to it can be ended. */
  readonly end: () => void
  /** Lets go of the client if it does not read what the server says. */
  readonly unblock: () => void
  /** The server has accepted the link. */
  readonly linked: () => void
  /** To be told to the operator. */
  readonly tell: (verdict: Verdict) => void
  /** Data that was refused, or replaced, or would have been: for the quarantine. */
  readonly quarantine: (blob: Uint8Array, link: LinkRequest, violation: Violation) => void
}

/** Judges one connection. */
export interface Inspector {
  /** Takes a client's bytes; `proceed` judges them. They must not change any more. */
  readonly fromClient: (bytes: Uint8Array) => void
  /** Judges what the client has sent, up to what is held. */
  readonly proceed: () => void
  /** Whether something of the client's is held until `release`. */
  readonly isHolding: () => boolean
  /** How many of the client's bytes wait to be judged, with what they take beside. */
  readonly unread: () => number
  /** Takes a server's bytes, before the client gets them, and returns what of them passes. */
  readonly fromServer: (bytes: Uint8Array) => readonly Uint8Array[]
  /** The client is gone. `end` follows, now or later. */
  readonly left: () => void
  /** The server has closed the connection, or nothing is left of it. */
  readonly closed: () => void
}
