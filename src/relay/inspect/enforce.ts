import { createHash } from "node:crypto"
import type { Decision, LinkRequest } from "../../session/index.js"
import { carriesData } from "../../spice/wire/channels.js"
import { frameConnection } from "../../spice/wire/connection.js"
import { fullPlaces, miniPlaces } from "../../spice/wire/header.js"
import { fromClient as clientMessages, onMain } from "../../spice/wire/messages.js"
import { Violation } from "../../violation/violation.js"
import type { Clock } from "../clock.js"
import type { Mode, Reaction } from "../config/configuration.js"
import type { TargetGuard } from "../target/session.js"
import { type Checked, checkBlob } from "./canonicalise.js"
import type { Action, Judged } from "./decision.js"
import type { Inspector, Outlet } from "./interface.js"

/** What all inspectors of one target are told. */
export interface Judging {
  readonly guard: TargetGuard
  readonly onViolation: Reaction
  readonly clock: Clock
}

/** A blob that the session has still to decide on. */
interface Held {
  readonly header: Uint8Array
  readonly checked: Exclude<Checked, { readonly state: undefined }>
  readonly data: Omit<Judged, "held">
  readonly since: number
}

const noRules: ReadonlySet<string> = new Set()

type SaidEvent = Parameters<TargetGuard["say"]>[0]

/** A message's header, mini or full, for a payload of another size. */
const resized = (header: Uint8Array, size: number): Uint8Array => {
  const copy = Buffer.from(header)
  copy.writeUInt32LE(size, (copy.length === miniPlaces.size ? miniPlaces : fullPlaces).length)
  return copy
}

/**
 * Judges a connection by the messages on it, the order of all messages to its target and the data that it carries. A
 * violation ends the judging of the client; the server is observed until it has closed. In monitor mode the judging
 * goes on as far as it can, and each rule is told once.
 */
export const inspectorOf = (outlet: Outlet, mode: Mode, judging: Judging): Inspector => {
  const { guard, onViolation, clock } = judging
  const observes = mode === "monitor"
  let link: LinkRequest | undefined
  let isLinkHeld = false
  let held: Held | undefined
  /** A message that the session has still to decide on, header and payload. */
  let heldMessage: readonly Uint8Array[] = []
  let isRefused = false
  /** Whether the framer has bytes of the client's in hand: what is decided meanwhile is carried out behind them. */
  let isFeeding = false
  let deferred: Decision[] = []
  let toldRules: ReadonlySet<string> = noRules
  let cancelHold = (): void => {}

  const tell = (action: Action, violation: Violation | undefined, data?: Judged): void =>
    outlet.tell({ mode, action, link, violation, data })

  const judged = ({ data, since }: Held): Judged => ({ ...data, held: clock.now() - since })

  /** Monitor mode: a violation is told, once by rule, and nothing is done. */
  const note = (action: Action, violation: Violation, data?: Judged): void => {
    if (toldRules.has(violation.rule)) return
    toldRules = new Set([...toldRules, violation.rule])
    tell(action, violation, data)
  }

  const refuse = (violation: Violation, data?: Judged): void => {
    if (isRefused) return
    cancelHold()
    const about = data ?? (held === undefined ? undefined : judged(held))
    held = undefined
    if (observes) {
      note("disconnect", violation, about)
      return
    }
    isRefused = true
    isLinkHeld = false
    heldMessage = []
    tell("disconnect", violation, about)
    outlet.refuse()
  }

  const pass = (blob: Held): void => {
    cancelHold()
    held = undefined
    const { header, checked } = blob
    outlet.forward(resized(header, checked.bytes.length))
    outlet.forward(checked.bytes)
    tell(checked.violation === undefined ? "forward" : "reset", checked.violation, judged(blob))
  }

  const isHolding = (): boolean => isLinkHeld || held !== undefined || heldMessage.length > 0

  const forward = (): void => {
    if (!isHolding()) return
    if (isLinkHeld) framers.release()
    else if (held !== undefined) pass(held)
    else for (const bytes of heldMessage) outlet.forward(bytes)
    isLinkHeld = false
    heldMessage = []
    if (!isFeeding) outlet.release()
  }

  const carryOut = (decision: Decision): void => {
    switch (decision.kind) {
      case "refuse":
        refuse(decision.violation)
        break
      case "forward":
        forward()
        break
      case "hold":
        wait(decision.until)
        break
      case "send":
        outlet.send(framers.encode(decision.type, decision.payload))
        break
      case "end":
        outlet.end()
        break
    }
  }

  const take = (decision: Decision): void => {
    if (isFeeding) deferred.push(decision)
    else carryOut(decision)
  }

  /** A timer may come a little early: then once more. */
  const wait = (until: number): void => {
    if (until === Number.POSITIVE_INFINITY) return
    cancelHold = clock.after(Math.max(1, until - clock.now()), () => {
      guard.tick()
      if (held !== undefined) wait(until)
    })
  }

  /** Displays and cursors are what QEMU's main loop waits for. */
  const unblock = (): void => {
    if (link?.channel === "display" || link?.channel === "cursor") outlet.unblock()
  }

  const connection = guard.join(take, unblock)

  const say = (event: SaidEvent): void => {
    for (const decision of guard.say(event)) take(decision)
  }

  /** Says an event whose first decision is its caller's to carry out, unless it refuses. */
  const ask = (event: SaidEvent): Decision | undefined => {
    const decisions = guard.say(event)
    const first = decisions[0]
    if (decisions.length === 1 && first?.kind === "forward") return first
    for (const decision of decisions) if (decision !== first || decision.kind === "refuse") take(decision)
    return first
  }

  /** What a decision on the message at hand is to the framer: what is wrong stops it. */
  const violationOf = (decision: Decision | undefined): Violation | undefined =>
    decision?.kind === "refuse" && !observes ? decision.violation : undefined

  const data = (header: Uint8Array, payload: Uint8Array): void => {
    if (link === undefined || !carriesData(link.channel)) throw new Error("data on a channel that carries none")
    const began = clock.now()
    const checked = checkBlob(link.channel, payload, guard.target().receiver, onViolation)
    const since = clock.now()
    const about = {
      size: payload.length,
      sha256: createHash("sha256").update(payload).digest("hex"),
      seconds: (since - began) / 1000,
    }
    if (checked.state === undefined) {
      rejectOwn(checked.violation, { ...about, held: 0 })
      return
    }
    held = { header, checked, data: about, since }
    const decision = ask({ kind: "data", connection, state: checked.state })
    if (decision?.kind === "forward") pass(held)
    else if (decision?.kind === "hold") wait(decision.until)
  }

  /** What the framing or a decoder objects to, of which the session knows nothing. */
  const rejectOwn = (violation: Violation, data?: Judged): void => {
    refuse(violation, data)
    if (!observes) say({ kind: "left", connection })
  }

  /** Whether a message asks for a seamless migration: then it matters whether a machine is awaited now. */
  const asksForSeamless = (type: number): boolean => link?.channel === "main" && type === onMain.dstDoSeamless

  const whole = (type: number, header: Uint8Array, payload: Uint8Array): void => {
    if (type === clientMessages.migrateData) data(header, payload)
    else if (!asksForSeamless(type)) judgeWhole(type, header, payload)
    else {
      const message = [header, payload]
      heldMessage = message
      // Main is linked: if a machine is still awaited after that, it had not arrived before.
      guard.target().confirm(() => {
        if (heldMessage !== message) return
        heldMessage = []
        judgeWhole(type, header, payload)
        if (!isFeeding && !isHolding()) outlet.release()
      })
    }
  }

  const judgeWhole = (type: number, header: Uint8Array, payload: Uint8Array): void => {
    const decision = ask({ kind: "whole", connection, type, payload })
    if (decision?.kind === "hold") {
      heldMessage = [header, payload]
      return
    }
    if (decision?.kind !== "forward" && decision?.kind !== "replace") return
    outlet.forward(header)
    outlet.forward(decision.kind === "replace" ? decision.payload : payload)
    if (decision.kind !== "replace") return
    if (observes) note("decline", decision.violation)
    else tell("decline", decision.violation)
  }

  const framers = frameConnection({
    link: (request) => {
      link = request
      const decision = ask({ kind: "link", connection, link: request })
      isLinkHeld = decision?.kind === "hold"
      return isLinkHeld ? "hold" : violationOf(decision)
    },
    message: (type, size, head) => {
      const decision = ask({ kind: "message", connection, type, size, head })
      if (decision?.kind === "forward" && type !== clientMessages.migrateData) return undefined
      return (
        violationOf(decision) ??
        (decision?.kind === "gather" || type === clientMessages.migrateData ? "hold" : undefined)
      )
    },
    whole,
    forward: (bytes) => {
      if (!isRefused) outlet.forward(bytes)
    },
    result: (error) => {
      if (error === 0) outlet.linked()
      say({ kind: "linked", connection, error })
    },
    serverMessage: (type, size, head) => {
      const decision = ask({ kind: "server", connection, type, size, head })
      if (decision?.kind === "drop") return "drop"
      if (decision !== undefined && decision.kind !== "refuse") take(decision)
      return undefined
    },
    mayDrop: () => link !== undefined && link.channel === "main" && link.connectionId !== 0,
  })

  return {
    fromClient: (bytes) => {
      if (isRefused) return bytes.length
      isFeeding = true
      const taken = framers.fromClient(bytes)
      isFeeding = false
      const decisions = deferred
      deferred = []
      for (const decision of decisions) carryOut(decision)
      if (!(taken instanceof Violation)) return taken
      rejectOwn(taken)
      return bytes.length
    },
    isHolding,
    fromServer: (bytes) => {
      const passing = framers.fromServer(bytes)
      if (!(passing instanceof Violation)) return passing
      rejectOwn(passing)
      return undefined
    },
    left: () => say({ kind: "left", connection }),
    closed: () => {
      cancelHold()
      held = undefined
      heldMessage = []
      isLinkHeld = false
      isRefused = true
      say({ kind: "closed", connection })
      guard.leave(connection)
    },
  }
}
