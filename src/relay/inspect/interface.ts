import type { Verdict } from "./decision.js"

/** How a connection is judged: what the pump gives to whoever judges, and what it is told. */

/** What an inspector does with its connection. All of it may also be called later than the bytes that led to it. */
export interface Outlet {
  /** Bytes for the server, in order. They are written or kept: they must not change any more. */
  readonly forward: (bytes: Uint8Array) => void
  /** What was held has been decided: the rest of the client's bytes can be fed. */
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
}

/** Judges one connection. */
export interface Inspector {
  /** Takes a client's bytes and says how many; fewer than all only while something is held. */
  readonly fromClient: (bytes: Uint8Array) => number
  /** Whether the client's next bytes have to wait for `release`. */
  readonly isHolding: () => boolean
  /** Takes a server's bytes, before the client gets them, and says what of them passes; undefined is all. */
  readonly fromServer: (bytes: Uint8Array) => readonly Uint8Array[] | undefined
  /** The client is gone. `end` follows, now or later. */
  readonly left: () => void
  /** The server has closed the connection, or nothing is left of it. */
  readonly closed: () => void
}

/** No bytes of nobody's. */
export const nothing = new Uint8Array()

/** Feeds a client's bytes until all are taken or something is held; returns what is left. */
export const feed = ({ fromClient, isHolding }: Inspector, bytes: Uint8Array): Uint8Array => {
  let rest = bytes
  while (rest.length > 0 && !isHolding()) {
    const taken = fromClient(rest)
    if (taken === 0) throw new Error("an inspector took nothing and holds nothing")
    // An empty view would keep the whole chunk in memory for as long as its connection is quiet.
    rest = taken === rest.length ? nothing : rest.subarray(taken)
  }
  return rest
}
