import { createHash } from "node:crypto"
import { Violation } from "../schema/violation.js"
import type { Decision, LinkRequest } from "../session/index.js"
import { carriesData } from "../spice/wire/channels.js"
import { frameConnection } from "../spice/wire/connection.js"
import { fullPlaces, miniPlaces } from "../spice/wire/header.js"
import { fromClient as clientMessages } from "../spice/wire/messages.js"
import { type Checked, checkBlob } from "./blob.js"
import type { Clock } from "./clock.js"
import type { Mode, Reaction } from "./configuration.js"
import type { Inspector, Outlet } from "./inspection.js"
import type { TargetGuard } from "./target-guard.js"
import type { Action, Judged } from "./verdict.js"

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

/** A message's header, mini or full, for a payload of another size. */
const resized = (header: Uint8Array, size: number): Uint8Array => {
  const copy = Buffer.from(header)
  copy.writeUInt32LE(size, (copy.length === miniPlaces.size ? miniPlaces : fullPlaces).length)
  return copy
}

/**
 * Judges a connection by the messages on it, the order of all messages to its target and the data that it carries.
 * A violation ends the judging: whether it ends the connection too is for the outlet to say.
 */
export const inspectorOf = (outlet: Outlet, mode: Mode, judging: Judging): Inspector => {
  const { guard, onViolation, clock } = judging
  let link: LinkRequest | undefined
  let held: Held | undefined
  let isRefused = false
  /** Whether the framer is done with the blob that is held: then the pump waits to be released. */
  let isDelivered = false
  let cancelHold = (): void => {}

  const tell = (action: Action, violation: Violation | undefined, data?: Judged): void =>
    outlet.tell({ mode, action, link, violation, data })

  const judged = ({ data, since }: Held): Judged => ({ ...data, held: clock.now() - since })

  const refuse = (violation: Violation, data?: Judged): void => {
    if (isRefused) return
    isRefused = true
    cancelHold()
    const about = data ?? (held === undefined ? undefined : judged(held))
    held = undefined
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

  const take = (decision: Decision): void => {
    if (decision.kind === "refuse") refuse(decision.violation)
    else if (held === undefined || isRefused) return
    else if (decision.kind === "hold") wait(decision.until)
    else {
      const isLate = isDelivered
      pass(held)
      if (isLate) outlet.release()
    }
  }

  /** A timer may come a little early: then once more. */
  const wait = (until: number): void => {
    cancelHold = clock.after(Math.max(1, until - clock.now()), () => {
      guard.tick()
      if (held !== undefined) wait(until)
    })
  }

  const connection = guard.join(take)

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
      refuse(checked.violation, { ...about, held: 0 })
      return
    }
    held = { header, checked, data: about, since }
    isDelivered = false
    const decision = guard.say({ kind: "data", connection, state: checked.state })
    if (decision !== undefined) take(decision)
    isDelivered = true
  }

  const violationOf = (decision: Decision | undefined): Violation | undefined =>
    decision?.kind === "refuse" ? decision.violation : undefined

  const framers = frameConnection({
    link: (request) => {
      link = request
      return violationOf(guard.say({ kind: "link", connection, link: request }))
    },
    message: (type, size, head) => {
      const violation = violationOf(guard.say({ kind: "message", connection, type, size, head }))
      return violation ?? (type === clientMessages.migrateData ? "hold" : undefined)
    },
    data,
    forward: (bytes) => {
      if (!isRefused) outlet.forward(bytes)
    },
    result: (error) => {
      guard.say({ kind: "linked", connection, error })
      if (error === 0) outlet.linked()
    },
    serverMessage: (type, size, head) => {
      guard.say({ kind: "server", connection, type, size, head })
    },
  })

  return {
    fromClient: (bytes) => {
      if (isRefused) return bytes.length
      const taken = framers.fromClient(bytes)
      if (!(taken instanceof Violation)) return taken
      refuse(taken)
      return bytes.length
    },
    isHolding: () => held !== undefined,
    fromServer: (bytes) => {
      const wrong = framers.fromServer(bytes)
      if (wrong !== undefined) refuse(wrong)
    },
    closed: () => {
      cancelHold()
      held = undefined
      isRefused = true
      guard.say({ kind: "closed", connection })
      guard.leave(connection)
    },
  }
}
