import { createHash } from "node:crypto"
import type { Decision, LinkRequest } from "../../session/index.js"
import { carriesData } from "../../spice/wire/channels.js"
import { frameConnection } from "../../spice/wire/connection.js"
import type { ClientEvent, Message, ServerEvent, Whole } from "../../spice/wire/events.js"
import { fullPlaces, miniPlaces } from "../../spice/wire/header.js"
import { fromClient as clientMessages, onMain } from "../../spice/wire/messages.js"
import type { Violation } from "../../violation/violation.js"
import type { Clock } from "../clock.js"
import type { Mode, Reaction } from "../config/configuration.js"
import type { TargetGuard } from "../target/session.js"
import { checkBlob } from "./canonicalise.js"
import type { Action, Inspector, Judged, Outlet } from "./interface.js"

/** What all inspectors of one target are told. */
export interface Judging {
  readonly guard: TargetGuard
  readonly onViolation: Reaction
  readonly clock: Clock
}

/** What the session has still to decide on: the end of a link, a message, or a blob. */
interface Held {
  /** What goes on to the server if it may. */
  readonly bytes: readonly Uint8Array[]
  readonly blob?: {
    readonly violation: Violation | undefined
    readonly data: Omit<Judged, "held">
    readonly since: number
  }
}

const noRules: ReadonlySet<string> = new Set()

type SaidEvent = Parameters<TargetGuard["say"]>[0]

/** A message's header, mini or full, for a payload of another size. */
const resized = (header: Uint8Array, size: number): Uint8Array => {
  const copy = Buffer.from(header)
  copy.writeUInt32LE(size, (copy.length === miniPlaces.size ? miniPlaces : fullPlaces).length)
  return copy
}

/** Whether messages of the server may be dropped: the guard asks questions of its own on main of a session that migrates. */
const mayDrop = ({ channel, connectionId }: LinkRequest): boolean => channel === "main" && connectionId !== 0

/**
 * Judges a connection by the messages on it, the order of all messages to its target and the data that it carries. A
 * violation ends the judging of the client; the server is observed until it has closed. In monitor mode the judging
 * goes on as far as it can, and each rule is told once.
 */
export const inspectorOf = (outlet: Outlet, mode: Mode, judging: Judging): Inspector => {
  const { guard, onViolation, clock } = judging
  const observes = mode === "monitor"
  let link: LinkRequest | undefined
  let held: Held | undefined
  /** Nothing of the client's goes on any more. */
  let isRefused = false
  /** Nothing of the client's is looked at any more: it cannot be followed. */
  let isBroken = false
  /** Whether the client's bytes are being judged: what others' events decide meanwhile is carried out behind them. */
  let isJudging = false
  let deferred: Decision[] = []
  let toldRules: ReadonlySet<string> = noRules
  let cancelHold = (): void => {}

  const tell = (action: Action, violation: Violation | undefined, data?: Judged): void =>
    outlet.tell({ mode, action, link, violation, data })

  const judged = ({ blob }: Held): Judged | undefined =>
    blob === undefined ? undefined : { ...blob.data, held: clock.now() - blob.since }

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
    if (observes) {
      if (held?.blob !== undefined) held = undefined
      note("disconnect", violation, about)
      return
    }
    held = undefined
    isRefused = true
    tell("disconnect", violation, about)
    outlet.refuse()
  }

  /** Lets what was held go on. */
  const release = (): void => {
    if (held === undefined) return
    const { bytes, blob } = held
    const about = judged(held)
    cancelHold()
    held = undefined
    for (const each of bytes) outlet.forward(each)
    if (blob !== undefined) tell(blob.violation === undefined ? "forward" : "reset", blob.violation, about)
    if (!isJudging) outlet.release()
  }

  /** Waits for a decision on what is held, at the latest so long. A timer may come a little early: then once more. */
  const wait = (until: number): void => {
    if (until === Number.POSITIVE_INFINITY) return
    cancelHold = clock.after(Math.max(1, until - clock.now()), () => {
      guard.tick()
      if (held !== undefined) wait(until)
    })
  }

  const carryOut = (decision: Decision): void => {
    switch (decision.kind) {
      case "refuse":
        refuse(decision.violation)
        break
      case "forward":
        release()
        break
      case "hold":
        wait(decision.until)
        break
      case "send":
        outlet.send(encode(decision.type, decision.payload))
        break
      case "end":
        outlet.end()
        break
    }
  }

  const take = (decision: Decision): void => {
    if (isJudging) deferred.push(decision)
    else carryOut(decision)
  }

  /** Displays and cursors are what QEMU's main loop waits for. */
  const unblock = (): void => {
    if (link?.channel === "display" || link?.channel === "cursor") outlet.unblock()
  }

  const connection = guard.join(take, unblock)
  const { client, server, encode } = frameConnection(connection, mayDrop)

  const say = (event: SaidEvent): void => {
    for (const decision of guard.say(event)) take(decision)
  }

  /** Says an event whose first decision is its caller's to carry out. */
  const ask = (event: SaidEvent): Decision | undefined => {
    const decisions = guard.say(event)
    const first = decisions[0]
    if (decisions.length > 1) for (const decision of decisions) if (decision !== first) take(decision)
    return first
  }

  /** Refuses what the framing or a decoder objects to, of which the session knows nothing. */
  const rejectOwn = (violation: Violation, data?: Judged): void => {
    refuse(violation, data)
    if (!observes) say({ kind: "left", connection })
  }

  const judgeLink = (request: LinkRequest, last: Uint8Array): void => {
    link = request
    held = { bytes: [last] }
    const decision = ask({ kind: "link", connection, link: request })
    if (decision?.kind === "refuse") refuse(decision.violation)
    if (decision?.kind !== "hold") release()
  }

  /** Judges a message by its header. Data is held whatever is decided in monitor mode. */
  const judgeMessage = (message: Message): void => {
    const decision = ask(message)
    const { type } = message
    if (decision?.kind === "forward" && type !== clientMessages.migrateData) return
    const isRefusal = decision?.kind === "refuse"
    const isHeld = decision?.kind === "gather" || type === clientMessages.migrateData || (isRefusal && !observes)
    if (isHeld) outlet.forward(client.hold())
    if (isRefusal) refuse(decision.violation)
  }

  /** Judges a message that was held. */
  const judgeWhole = ({ type, header, payload }: Whole): void => {
    if (type === clientMessages.migrateData) judgeData(header, payload)
    else if (link?.channel === "main" && type === onMain.dstDoSeamless) judgeSeamless(type, header, payload)
    else judgeHeld(type, header, payload)
  }

  /** Judges a request for a seamless migration, for which it matters whether a machine is awaited now. */
  const judgeSeamless = (type: number, header: Uint8Array, payload: Uint8Array): void => {
    const message: Held = { bytes: [header, payload] }
    held = message
    // Main is linked: if a machine is still awaited after that, it had not arrived before.
    guard.target().confirm(() => {
      if (held !== message) return
      held = undefined
      judgeHeld(type, header, payload)
      if (!isJudging && held === undefined) outlet.release()
    })
  }

  const judgeHeld = (type: number, header: Uint8Array, payload: Uint8Array): void => {
    const decision = ask({ kind: "whole", connection, type, payload })
    switch (decision?.kind) {
      case "hold":
        held = { bytes: [header, payload] }
        break
      case "forward":
        outlet.forward(header)
        outlet.forward(payload)
        break
      case "replace":
        outlet.forward(header)
        outlet.forward(decision.payload)
        if (observes) note("decline", decision.violation)
        else tell("decline", decision.violation)
        break
      case "refuse":
        refuse(decision.violation)
        break
    }
  }

  const judgeData = (header: Uint8Array, payload: Uint8Array): void => {
    if (link === undefined || !carriesData(link.channel)) throw new Error("data on a channel that carries none")
    const began = clock.now()
    const checked = checkBlob(link.channel, payload, guard.target().receiver, onViolation)
    const since = clock.now()
    const data = {
      size: payload.length,
      sha256: createHash("sha256").update(payload).digest("hex"),
      seconds: (since - began) / 1000,
    }
    if (checked.state === undefined) {
      rejectOwn(checked.violation, { ...data, held: 0 })
      return
    }
    const { state, bytes, violation } = checked
    held = { bytes: [resized(header, bytes.length), bytes], blob: { violation, data, since } }
    const decision = ask({ kind: "data", connection, state })
    if (decision?.kind === "forward") release()
    else if (decision?.kind === "hold") wait(decision.until)
    else if (decision?.kind === "refuse") refuse(decision.violation)
  }

  const judge = (event: ClientEvent): void => {
    switch (event.kind) {
      case "pass":
        outlet.forward(event.bytes)
        break
      case "message":
        judgeMessage(event)
        break
      case "link":
        judgeLink(event.link, event.last)
        break
      case "whole":
        judgeWhole(event)
        break
      case "broken":
        isBroken = true
        rejectOwn(event.violation)
        break
    }
  }

  const carryOutDeferred = (): void => {
    const decisions = deferred
    deferred = []
    for (const decision of decisions) carryOut(decision)
  }

  const nextEvent = (): ClientEvent | undefined =>
    held !== undefined || isRefused || isBroken ? undefined : client.next()

  const proceed = (): void => {
    isJudging = true
    for (;;) {
      const event = nextEvent()
      if (event !== undefined) judge(event)
      else if (deferred.length > 0) carryOutDeferred()
      else break
    }
    isJudging = false
  }

  /** Hears what the server says, and adds what of it passes. */
  const hear = (event: ServerEvent, passing: Uint8Array[]): void => {
    switch (event.kind) {
      case "pass":
        passing.push(event.bytes)
        break
      case "message": {
        const { type, size, head } = event
        const decision = ask({ kind: "server", connection, type, size, head })
        if (decision?.kind === "drop") passing.push(server.drop())
        else if (decision !== undefined) take(decision)
        break
      }
      case "result":
        if (event.error === 0) outlet.linked()
        say({ kind: "linked", connection, error: event.error })
        break
    }
  }

  return {
    fromClient: (bytes) => {
      if (!isRefused && !isBroken) client.push(bytes)
    },
    proceed,
    isHolding: () => held !== undefined,
    unread: () => (isRefused || isBroken ? 0 : client.unread()),
    fromServer: (bytes) => {
      const passing: Uint8Array[] = []
      server.push(bytes)
      for (let event = server.next(); event !== undefined; event = server.next()) {
        if (event.kind === "broken") {
          rejectOwn(event.violation)
          break
        }
        hear(event, passing)
      }
      return passing
    },
    left: () => say({ kind: "left", connection }),
    closed: () => {
      cancelHold()
      held = undefined
      isRefused = true
      say({ kind: "closed", connection })
      guard.leave(connection)
    },
  }
}
