import type { Socket } from "node:net"
import { afterStandstill, type Clock } from "./clock.js"
import type { Limits } from "./config/settings.js"
import type { Inspector, Outlet } from "./inspect/interface.js"
import type { Recording } from "./operate/record.js"
import { type Budget, readBufferOf } from "./read-buffer.js"
import type { Connect } from "./target/connect.js"

/** Bytes that have passed. */
export interface Traffic {
  fromClient: number
  fromServer: number
}

/** Why a connection ended, as far as it is not simply over. */
export type Ending = "client-stalled" | "handshake-timeout" | "idle-timeout" | "target-failed" | "internal-error"

/** What a connection needs of the relay that it is part of. */
export interface Surroundings {
  readonly connect: Connect
  readonly inspect: (outlet: Outlet) => Inspector
  readonly tell: Outlet["tell"]
  readonly quarantine: Outlet["quarantine"]
  /** Takes what passes, for the record. */
  readonly recording: Recording
  readonly limits: Limits
  readonly clock: Clock
  readonly budget: Budget
  readonly traffic: Traffic
  /** Something went wrong that nobody is refused for. */
  readonly troubled: (ending: Ending, error?: unknown) => void
  /** The server has accepted the client. */
  readonly authenticated: () => void
  /** The client is gone, while the server has still to notice. */
  readonly abandoned: () => void
  /** Nothing is left of the connection. */
  readonly closed: () => void
}

const second = 1000

/** What remains of a timer that is not needed any more: it may be for days. */
const ignore = (): void => undefined

/**
 * How far a connection has come: the client may speak; it has ended its side; nothing goes to it any more, nor comes
 * from it; nothing is left of it.
 */
type Phase = "open" | "clientEnded" | "abandoned" | "over"

/** A connection that can be ended from outside. */
export interface Relayed {
  /** Lets go of the client; the target is ended as soon as it can stand it. */
  readonly leave: () => void
  /** Ends it at once. */
  readonly end: () => void
}

/**
 * Relays one connection until nothing is left of it. Nothing reaches the target, not even a connection, before the
 * inspector has let something through. A client that is let go of does not end the connection to the target: the
 * inspector says when, and observes the target until it has closed.
 *
 * The server's bytes are read into a buffer of this connection's and written from there; the next read waits for that
 * write, so what a client that does not read costs is one buffer. The client's are as many as one read brings, and
 * the next one waits until the server has taken them.
 */
export const relayConnection = (client: Socket, surroundings: Surroundings): Relayed => {
  const { limits, clock, budget, traffic, troubled, recording } = surroundings
  const buffer = readBufferOf(budget)
  const cancels = new Set<() => void>()
  let phase: Phase = "open"
  let target: Socket | undefined
  /** What the inspector has let through and was not written yet. */
  let passing: Uint8Array[] = []
  let progress = 0
  /** Whether the client has still to read what the server said. */
  let isFull = false

  const after = (milliseconds: number, action: () => void): (() => void) => {
    const cancel = clock.after(milliseconds, () => {
      cancels.delete(cancel)
      guarded(action)()
    })
    cancels.add(cancel)
    return () => {
      cancels.delete(cancel)
      cancel()
    }
  }

  /** What throws is a bug of ours: it ends this connection and no other. */
  const guarded =
    <A extends readonly unknown[]>(act: (...values: A) => void) =>
    (...values: A): void => {
      try {
        if (phase !== "over") act(...values)
      } catch (error) {
        troubled("internal-error", error)
        finish()
      }
    }

  const finish = (): void => {
    if (phase === "over") return
    phase = "over"
    for (const cancel of cancels) cancel()
    cancels.clear()
    client.destroy()
    target?.destroy()
    buffer.release()
    passing = []
    inspector.closed()
    recording.closed()
    surroundings.closed()
  }

  /** Lets go of the client. The target may not have read everything, and is ended when the inspector says so. */
  const abandon = (): void => {
    if (phase === "over" || phase === "abandoned") return
    phase = "abandoned"
    client.destroy()
    surroundings.abandoned()
    target?.resume()
    inspector.left()
  }

  /** Only once the target has closed, or had its time, is the connection over for those who judge others by it. */
  const end = (): void => {
    if (phase === "over") return
    if (target === undefined || target.destroyed || target.connecting) {
      finish()
      return
    }
    target.end()
    after(limits.closingSeconds * second, finish)
  }

  const endLater = (): void => {
    after(limits.closingSeconds * second, abandon)
  }

  /** Whether the client has sent what is not judged yet. */
  const isBehind = (): boolean => inspector.isHolding() || inspector.unread() > 0

  const endTarget = (): void => {
    if (phase !== "clientEnded" || isBehind()) return
    if (target === undefined) abandon()
    else inspector.left()
  }

  const flush = (): void => {
    if (passing.length === 0) return
    const chunks = passing
    passing = []
    const to = openTarget()
    if (to.destroyed) return
    if (chunks.length > 1) to.cork()
    for (const bytes of chunks) {
      progress += bytes.length
      traffic.fromClient += bytes.length
      recording.passed("client", bytes)
      to.write(bytes)
    }
    if (chunks.length > 1) to.uncork()
  }

  /** The client is read while the server takes what it sent and nothing is held. */
  const regulate = (): void => {
    if (phase === "abandoned") return
    if (isBehind() || target?.writableNeedDrain === true) client.pause()
    else if (client.isPaused()) client.resume()
  }

  /** What a client sends that does not read waits: it would be judged by what the server said before. */
  const proceed = (): void => {
    if (!isFull) inspector.proceed()
    flush()
    regulate()
    endTarget()
  }

  const outlet: Outlet = {
    forward: (bytes) => {
      if (bytes.length > 0 && phase !== "abandoned") passing.push(bytes)
    },
    release: guarded(proceed),
    // What was let through before it arrives: others may have been judged by it.
    refuse: guarded(() => {
      flush()
      abandon()
    }),
    send: guarded((bytes) => {
      flush()
      if (target?.writable !== true) return
      recording.passed("client", bytes)
      target.write(bytes)
    }),
    end: guarded(end),
    unblock: guarded(() => {
      if (!isFull || phase === "abandoned") return
      troubled("client-stalled")
      abandon()
    }),
    linked: () => {
      cancelHandshake()
      cancelHandshake = ignore
      surroundings.authenticated()
    },
    tell: surroundings.tell,
    quarantine: surroundings.quarantine,
  }

  /** Says whether the next read may follow at once. */
  const fromServer = (bytes: Uint8Array): boolean => {
    progress += bytes.length
    const passes = inspector.fromServer(bytes)
    if (phase === "abandoned" || phase === "over") return true
    for (const each of passes) {
      traffic.fromServer += each.length
      recording.passed("server", each)
      // Not 'drain': after a read that fills little it may never come.
      client.write(each, resumeTarget)
    }
    if (client.writableLength === 0) return true
    isFull = true
    return false
  }

  const resumeTarget = guarded(() => {
    if (!isFull || client.writableLength > 0) return
    isFull = false
    target?.resume()
    if (inspector.unread() > 0) proceed()
  })

  const read = (count: number, bytes: Uint8Array): boolean => {
    if (phase === "over") return false
    buffer.filled(count)
    try {
      return fromServer(bytes.subarray(0, count))
    } catch (error) {
      troubled("internal-error", error)
      finish()
      return false
    }
  }

  const openTarget = (): Socket => {
    if (target !== undefined) return target
    const opened = surroundings.connect({ buffer: buffer.next, callback: read })
    target = opened
    opened.on("drain", guarded(regulate))
    opened.on(
      "error",
      guarded((error: Error) => {
        if (phase !== "abandoned") troubled("target-failed", error)
        finish()
      }),
    )
    opened.on(
      "end",
      guarded(() => {
        inspector.closed()
        if (phase === "abandoned") finish()
        else {
          client.end()
          endLater()
        }
      }),
    )
    opened.on(
      "close",
      guarded(() => {
        inspector.closed()
        if (phase === "abandoned" || client.writableFinished) finish()
        else {
          client.end()
          endLater()
        }
      }),
    )
    // Without it the end would not be said; what is read goes to the callback all the same.
    opened.resume()
    return opened
  }

  const inspector = surroundings.inspect(outlet)
  let cancelHandshake = after(limits.handshakeSeconds * second, () => {
    troubled("handshake-timeout")
    abandon()
  })
  if (limits.idleSeconds !== undefined)
    cancels.add(
      afterStandstill(
        clock,
        limits.idleSeconds * second,
        () => progress,
        guarded(() => {
          troubled("idle-timeout")
          abandon()
        }),
      ),
    )

  client.on(
    "data",
    guarded((bytes: Uint8Array) => {
      inspector.fromClient(bytes)
      proceed()
    }),
  )
  // A reset is an end like another.
  client.on("error", guarded(abandon))
  client.on("close", guarded(abandon))
  client.on(
    "end",
    guarded(() => {
      if (phase === "open") phase = "clientEnded"
      endLater()
      endTarget()
    }),
  )
  return { leave: guarded(abandon), end: finish }
}
