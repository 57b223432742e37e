import { createHash } from "node:crypto"
import type { DataChannel } from "../../seal/binding.js"
import { envelopeIdOf } from "../../seal/kind.js"
import type { ReplayWindow } from "../../seal/replay.js"
import { sealRules } from "../../seal/rules.js"
import type { Decision, LinkRequest } from "../../session/index.js"
import { carriesData } from "../../spice/wire/channels.js"
import { frameConnection } from "../../spice/wire/connection.js"
import type { ClientEvent, ServerEvent, Whole, WireMessage } from "../../spice/wire/events.js"
import { fullPlaces, miniPlaces } from "../../spice/wire/header.js"
import { fromClient as clientMessages, fromServer, onMain } from "../../spice/wire/messages.js"
import { Violation } from "../../violation/violation.js"
import type { Clock } from "../clock.js"
import type { Mode, Reaction } from "../config/configuration.js"
import type { SealSettings } from "../config/settings.js"
import { intentFor, saysDestination, sealData, sourceBegan, sourceHeard, sourceLinked } from "../seal/source.js"
import { openData } from "../seal/target.js"
import type { TargetGuard } from "../target/session.js"
import { checkBlob } from "./canonicalise.js"
import type { Action, Inspector, JudgedMessage, Outlet, Sealing } from "./interface.js"

/** What all inspectors of one target are told. */
export interface Judging {
  readonly guard: TargetGuard
  readonly onViolation: Reaction
  readonly clock: Clock
  /** The time in milliseconds since 1970. */
  readonly date: () => number
  /** Where it is kept which envelopes were opened. */
  readonly window: () => ReplayWindow
}

/** What the session has still to decide on: the end of a link, a message, or a blob. */
interface Held {
  /** What goes on to the server if it may. */
  readonly bytes: readonly Uint8Array[]
  readonly blob?: {
    readonly violation: Violation | undefined
    readonly data: Omit<JudgedMessage, "held">
    readonly sealing: Sealing | undefined
    readonly since: number
    /** What the client brought, opened where it was sealed. */
    readonly state: Uint8Array
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

/** Whether messages of the server may be held: where it gives data that is to be sealed, and where the guard asks questions of its own on main of a session that migrates. */
const mayHold = (guard: TargetGuard, { channel, connectionId }: LinkRequest): boolean =>
  (channel === "main" && connectionId !== 0) || (guard.target().seal !== undefined && carriesData(channel))

const nowhere = { path: "", offset: 0, length: 0 }

/** No destination is said in more bytes. */
const longestDestination = 4096

/**
 * Judges a connection by the messages on it, the order of all messages to its target and the data that it carries. A
 * violation ends the judging of the client; the server is observed until it has closed. In monitor mode the judging
 * goes on as far as it can, and each rule is told once.
 */
export const inspectorOf = (outlet: Outlet, mode: Mode, judging: Judging): Inspector => {
  const { guard, onViolation, clock, date, window } = judging
  const observes = mode === "monitor"
  let link: LinkRequest | undefined
  let linkedAt = 0
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

  const tell = (action: Action, violation: Violation | undefined, data?: JudgedMessage, sealing?: Sealing): void =>
    outlet.tell({ mode, action, link, violation, data, sealing })

  const judged = ({ blob }: Held): JudgedMessage | undefined =>
    blob === undefined ? undefined : { ...blob.data, held: clock.now() - blob.since }

  /** Monitor mode: a violation is told, once by rule, and nothing is done. */
  const note = (action: Action, violation: Violation, data?: JudgedMessage): void => {
    if (toldRules.has(violation.rule)) return
    toldRules = new Set([...toldRules, violation.rule])
    tell(action, violation, data)
  }

  const refuse = (violation: Violation, data?: JudgedMessage): void => {
    if (isRefused) return
    cancelHold()
    const about = data ?? (held === undefined ? undefined : judged(held))
    if (held?.blob !== undefined && link !== undefined) outlet.quarantine(held.blob.state, link, violation)
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
    if (blob !== undefined)
      tell(blob.violation === undefined ? "forward" : "reset", blob.violation, about, blob.sealing)
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
  /** Whether messages of the server can be held. */
  let holdsServer = false
  const { client, server, encode } = frameConnection(connection, (request) => {
    holdsServer = mayHold(guard, request)
    return holdsServer
  })

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
  const rejectOwn = (violation: Violation, data?: JudgedMessage): void => {
    refuse(violation, data)
    if (!observes) say({ kind: "left", connection })
  }

  const judgeLink = (request: LinkRequest, last: Uint8Array): void => {
    link = request
    linkedAt = date()
    held = { bytes: [last] }
    const decision = ask({ kind: "link", connection, link: request })
    if (decision?.kind === "refuse") refuse(decision.violation)
    if (decision?.kind !== "hold") release()
  }

  /** Judges a message by its header. Data is held whatever is decided in monitor mode. */
  const judgeMessage = (message: WireMessage): void => {
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

  /** What a client brings, opened where it is sealed; or why it is not what it has to be. */
  const openBrought = ({ channelId, connectionId }: LinkRequest, channel: DataChannel, payload: Uint8Array) => {
    const { receiver, seal } = guard.target()
    const now = date()
    const bound = { channel, channelId, connectionId, linkedAt }
    return openData(payload, bound, seal, receiver, window(), now)
  }

  const judgeData = (header: Uint8Array, payload: Uint8Array): void => {
    if (link === undefined || !carriesData(link.channel)) throw new Error("data on a channel that carries none")
    const began = clock.now()
    const opened = openBrought(link, link.channel, payload)
    const checked =
      opened instanceof Violation
        ? { state: undefined, violation: opened }
        : checkBlob(link.channel, opened.state, opened.receiver, onViolation)
    const since = clock.now()
    const data = {
      size: payload.length,
      sha256: createHash("sha256").update(payload).digest("hex"),
      seconds: (since - began) / 1000,
    }
    const brought = opened instanceof Violation ? payload : opened.state
    if (checked.violation !== undefined) outlet.quarantine(brought, link, checked.violation)
    if (checked.state === undefined) {
      rejectOwn(checked.violation, { ...data, held: 0 })
      return
    }
    const { state, bytes, violation } = checked
    const sealing = opened instanceof Violation ? undefined : opened.sealing
    held = { bytes: [resized(header, bytes.length), bytes], blob: { violation, data, since, sealing, state: brought } }
    const decision = ask({ kind: "data", connection, state, isSealed: sealing?.kind === "opened" })
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

  const sourceSeal = (settings: SealSettings) => ({
    settings,
    session: guard.source(),
    receiver: guard.target().receiver,
  })

  /** Takes in what the server says as a source, and holds what is to be sealed, or says for whom. */
  const holdForSealing = ({ type, size, head }: WireMessage, passing: Uint8Array[]): void => {
    const { seal } = guard.target()
    if (seal === undefined || link === undefined || isRefused) return
    if (link.channel === "main") sourceHeard(guard.source(), type, head)
    if (link.channel === "main" && saysDestination(type)) {
      guard.source().destination = undefined
      if (holdsServer && size <= longestDestination) passing.push(server.hold())
    } else if (type === fromServer.migrateData && carriesData(link.channel)) {
      const intent = intentFor(link.channel, size, sourceSeal(seal))
      if (intent instanceof Violation) rejectOwn(intent)
      else if (intent === "seal" && !holdsServer) rejectOwn(new Violation(sealRules.prepared, nowhere))
      else if (intent === "seal") passing.push(server.hold())
      else if (seal.destinations.length > 0) tell("forward", undefined, undefined, { kind: "unsealed" })
    }
  }

  /** Lets what was held of the server's go on: sealed, or read. What was to be dropped ends here. */
  const sealHeld = ({ type, header, payload }: Whole, passing: Uint8Array[]): void => {
    const { seal } = guard.target()
    if (link?.channel === "main" && saysDestination(type)) {
      sourceBegan(guard.source(), payload)
      passing.push(header, payload)
    }
    if (type !== fromServer.migrateData || link === undefined || !carriesData(link.channel)) return
    const { channel, channelId } = link
    const since = clock.now()
    const sealed =
      seal === undefined
        ? new Violation(sealRules.destination, nowhere)
        : sealData({ channel, channelId }, payload, sourceSeal(seal), date())
    const data = {
      size: payload.length,
      sha256: createHash("sha256").update(payload).digest("hex"),
      held: 0,
      seconds: (clock.now() - since) / 1000,
    }
    if (sealed instanceof Violation) {
      rejectOwn(sealed, data)
      return
    }
    const { bytes, violation } = sealed
    passing.push(resized(header, bytes.length), bytes)
    tell("forward", violation, data, { kind: "sealed", envelope: envelopeIdOf(bytes) })
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
        holdForSealing(event, passing)
        break
      }
      case "whole":
        sealHeld(event, passing)
        break
      case "result":
        if (event.error === 0) {
          outlet.linked()
          if (link !== undefined) sourceLinked(guard.source(), link)
        }
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
