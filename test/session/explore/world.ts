import type { Decision, SessionEvent } from "../../../src/session/index.js"
import { step } from "../../../src/session/session.js"
import { type ChannelState, newWorld, type SessionState, type World } from "../../../src/session/state.js"
import {
  fromServer,
  mainFromServer,
  onDisplay,
  onMain,
  displayInit as ownInit,
} from "../../../src/spice/wire/messages.js"
import { displayInit, displayOf, genuine, types, word } from "../scene.js"
import {
  type ChannelKind,
  connectDisplay,
  isRead,
  newServer,
  type Server,
  serve,
  type ToGuard,
  type ToServer,
} from "./server.js"

/**
 * Clients, the guard and a server, with everything between them in flight: what a client does, what the server takes,
 * what the guard sees of the answers and when time passes come in any order. What is on one connection stays in order.
 */

/** What a client sends on a connection of its own. */
export type Message = "seamless" | "end" | "data" | "init" | "other" | "bad" | "flush"

/** What can happen next. Connections are numbers. */
export type Choice =
  | {
      readonly does: "link"
      readonly connection: number
      readonly channel: ChannelKind
      readonly id: number
      readonly isValid: boolean
    }
  | { readonly does: "send"; readonly connection: number; readonly message: Message }
  | { readonly does: "leave" | "serve" | "connect" | "observe"; readonly connection: number }
  | { readonly does: "tick" | "arrive" | "restart" }

/** What the guard does without: a rule by its id, or a way of waiting. */
export type Without =
  | "one-link-at-a-time"
  | "flag-off"
  | "own-display-init"
  | "patient-end"
  | "main-data-last"
  | (string & {})

interface Line {
  hasClient: boolean
  /** Why the client's next bytes wait: a link or a message that is held. */
  held: readonly ToServer[] | undefined
  isLinkHeld: boolean
  /** What the client has been told, in order. */
  readonly heard: string[]
}

export interface Scene {
  world: World
  readonly server: Server
  readonly lines: Map<number, Line>
  readonly without: Without | undefined
  readonly awaitsMachine: boolean
  /** Times at which the guard wants to be told the time. */
  wakes: number[]
  isRestarted: boolean
}

export const newScene = (awaitsMachine: boolean, without?: Without): Scene => {
  const server = newServer()
  const scene: Scene = {
    world: newWorld({}),
    server,
    lines: new Map(),
    without,
    awaitsMachine,
    wakes: [],
    isRestarted: false,
  }
  scene.world = freshWorld(scene)
  return scene
}

/** The guard asks whether a machine is awaited, and gets the truth. */
const freshWorld = ({ server, awaitsMachine }: Scene): World =>
  newWorld({
    get awaitsMachine() {
      return awaitsMachine && !server.hasMachine
    },
  })

const forwardTo = ({ server }: Scene, connection: number, ...messages: readonly ToServer[]): void => {
  if (server.channels.get(connection)?.phase === "closed") return
  const queue = server.fromGuard.get(connection)
  if (queue === undefined) server.fromGuard.set(connection, [...messages])
  else queue.push(...messages)
}

const lineOf = ({ lines }: Scene, connection: number): Line => {
  const known = lines.get(connection)
  if (known !== undefined) return known
  const line: Line = { hasClient: true, held: undefined, isLinkHeld: false, heard: [] }
  lines.set(connection, line)
  return line
}

/** Whether a decision is one that this guard does without. */
const isWithout = ({ without }: Scene, decision: Decision): boolean =>
  decision.kind === "refuse"
    ? decision.violation.rule === without
    : decision.kind === "send" &&
      ((without === "own-display-init" && decision.type === onDisplay.init && decision.payload === ownInit) ||
        (without === "flag-off" && decision.type === onMain.dstDoSeamless))

/** A message of the guard's own that it does without, and takes for answered. */
const pretend = (scene: Scene, { connection, type }: Extract<Decision, { kind: "send" }>): void => {
  const answer = type === onDisplay.init ? fromServer.setAck : mainFromServer.dstSeamlessNack
  say(scene, { kind: "server", connection, type: answer, size: 0, head: new Uint8Array() })
}

const carryOut = (scene: Scene, decision: Decision): void => {
  if (decision.kind === "wake") {
    scene.wakes.push(decision.at)
    return
  }
  const { connection } = decision
  const line = lineOf(scene, connection)
  if (isWithout(scene, decision)) {
    if (decision.kind === "send") pretend(scene, decision)
    return
  }
  switch (decision.kind) {
    case "forward":
      forwardTo(scene, connection, ...(line.held ?? []))
      line.held = undefined
      line.isLinkHeld = false
      break
    case "hold":
      if (decision.until !== Number.POSITIVE_INFINITY) scene.wakes.push(decision.until)
      break
    case "refuse":
      line.hasClient = false
      line.held = undefined
      line.heard.push("refused")
      break
    case "send":
      forwardTo(
        scene,
        connection,
        decision.type === onDisplay.init ? { kind: "init" } : { kind: "seamless", version: 2 },
      )
      break
    case "end":
      forwardTo(scene, connection, { kind: "fin" })
  }
}

const say = (scene: Scene, event: SessionEvent): readonly Decision[] => {
  const decisions = step(scene.world, event)
  for (const decision of decisions) carryOut(scene, decision)
  return decisions
}

/** The event about what is held; the guard's answer decides what becomes of it. */
const ask = (scene: Scene, connection: number, held: readonly ToServer[], event: SessionEvent): readonly Decision[] => {
  const line = lineOf(scene, connection)
  line.held = held
  const decisions = step(scene.world, event)
  const [first] = decisions
  if ((first?.kind === "refuse" && isWithout(scene, first)) || isImpatient(scene, first, event)) {
    forwardTo(scene, connection, ...held)
    line.held = undefined
  }
  for (const decision of decisions) carryOut(scene, decision)
  return decisions
}

/** Whether a hold is one of those that this guard does without. */
const isImpatient = ({ without }: Scene, decision: Decision | undefined, { kind }: SessionEvent): boolean =>
  decision?.kind === "hold" &&
  ((without === "one-link-at-a-time" && kind === "link") ||
    (without === "main-data-last" && kind === "data") ||
    (without === "own-display-init" && kind === "whole"))

const link = (scene: Scene, { connection, channel, id, isValid }: Extract<Choice, { does: "link" }>): void => {
  ask(scene, connection, [{ kind: "ticket", channel, id, isValid }], {
    kind: "link",
    connection,
    link: { channel, channelId: 0, connectionId: id },
  })
}

const typeOf: Readonly<Record<Message, number>> = {
  seamless: types.seamless,
  end: types.end,
  data: types.data,
  init: types.displayInit,
  other: 105,
  bad: 105,
  flush: types.flushMark,
}

const dataOf = { main: genuine("main"), display: displayOf(), usbredir: genuine("usbredir") } as const

const payloadOf = (message: Message): Uint8Array =>
  message === "init" ? displayInit : message === "seamless" ? word(1) : new Uint8Array()

const messageOf = (message: Message): ToServer =>
  message === "seamless" ? { kind: "seamless", version: 1 } : { kind: message }

const send = (scene: Scene, connection: number, kind: ChannelKind, message: Message): void => {
  const type = typeOf[message]
  const payload = payloadOf(message)
  const held = [messageOf(message)]
  const header = { kind: "message", connection, type, size: payload.length, head: payload } as const
  if (message === "data") {
    const [first] = step(scene.world, header)
    if (first?.kind === "forward") ask(scene, connection, held, { kind: "data", connection, state: dataOf[kind] })
    else carryOutRefusal(scene, connection, held, first)
    return
  }
  const decisions = step(scene.world, header)
  const [first] = decisions
  if (first?.kind === "gather") {
    const answers = ask(scene, connection, held, { kind: "whole", connection, type, payload })
    const replaced = answers.find((each) => each.kind === "replace")
    if (replaced === undefined) return
    const declines = scene.without !== "session/machine-awaited"
    forwardTo(scene, connection, declines ? { kind: "seamless", version: 2 } : messageOf(message))
    lineOf(scene, connection).held = undefined
  } else if (first?.kind === "forward") forwardTo(scene, connection, ...held)
  else carryOutRefusal(scene, connection, held, first, decisions)
}

/** A message that is refused by its header. */
const carryOutRefusal = (
  scene: Scene,
  connection: number,
  held: readonly ToServer[],
  first: Decision | undefined,
  decisions: readonly Decision[] = scene.world.decisions,
): void => {
  if (first !== undefined && isWithout(scene, first)) {
    forwardTo(scene, connection, ...held)
    return
  }
  for (const decision of decisions) carryOut(scene, decision)
}

const serverTypes: Readonly<Record<string, number>> = {
  begin: mainFromServer.init,
  ack: mainFromServer.dstSeamlessAck,
  nack: mainFromServer.dstSeamlessNack,
  spoke: 3,
}

const headOf = (message: ToGuard): Uint8Array => {
  const head = new Uint8Array(20)
  if (message.kind === "begin") new DataView(head.buffer).setUint32(0, message.id, true)
  return head
}

const observe = (scene: Scene, connection: number): void => {
  const message = scene.server.toGuard.get(connection)?.shift()
  const line = lineOf(scene, connection)
  if (message === undefined) return
  if (message.kind === "fin") {
    say(scene, { kind: "closed", connection })
    line.hasClient = false
    line.held = undefined
    return
  }
  if (message.kind === "result") {
    line.heard.push(message.error === 0 ? "linked" : "refused")
    say(scene, { kind: "linked", connection, error: message.error })
    return
  }
  const head = headOf(message)
  const decisions = say(scene, {
    kind: "server",
    connection,
    type: serverTypes[message.kind] ?? 0,
    size: head.length,
    head,
  })
  if (decisions.some((each) => each.kind === "drop" && each.connection === connection)) return
  line.heard.push(message.kind === "begin" ? `begin ${message.id}` : message.kind)
}

/** The guard's process is started anew: all its connections end, and it knows nothing. */
const restart = (scene: Scene): void => {
  scene.isRestarted = true
  for (const [connection, line] of scene.lines) {
    line.hasClient = false
    line.held = undefined
    if (scene.server.channels.get(connection)?.phase !== "closed") forwardTo(scene, connection, { kind: "fin" })
    scene.server.toGuard.delete(connection)
  }
  scene.world = freshWorld(scene)
  scene.wakes = []
}

const tick = (scene: Scene): void => {
  const now = Math.min(...scene.wakes)
  scene.wakes = scene.wakes.filter((at) => at > now)
  say(scene, { kind: "time", now })
}

/** Whether a wake is still of use: what it is for may have been decided since. */
export const hasWake = ({ wakes, world }: Scene): boolean =>
  wakes.length > 0 &&
  ([...world.unsettled].some(({ hadDisplayInit }) => !hadDisplayInit) || [...world.sessions.values()].some(isWaiting))

const isWaiting = ({ heldMain, displays }: SessionState): boolean =>
  heldMain !== undefined || [...displays.values()].some(({ held }) => held)

export const happen = (scene: Scene, choice: Choice, kindOf: (connection: number) => ChannelKind): void => {
  const { server } = scene
  switch (choice.does) {
    case "link":
      link(scene, choice)
      break
    case "send":
      send(scene, choice.connection, kindOf(choice.connection), choice.message)
      break
    case "leave":
      lineOf(scene, choice.connection).hasClient = false
      lineOf(scene, choice.connection).held = undefined
      if (scene.without === "patient-end") forwardTo(scene, choice.connection, { kind: "fin" })
      say(scene, { kind: "left", connection: choice.connection })
      break
    case "serve":
      serve(server, choice.connection)
      break
    case "connect":
      connectDisplay(server, choice.connection)
      break
    case "observe":
      observe(scene, choice.connection)
      break
    case "tick":
      tick(scene)
      break
    case "arrive":
      server.hasMachine = true
      break
    case "restart":
      restart(scene)
  }
}

/** What can happen in the server and on the way, whatever clients do. */
export const inner = ({ server }: Scene): readonly Choice[] => [
  ...[...server.fromGuard.keys()]
    .filter((connection) => isRead(server, connection))
    .map((connection) => ({ does: "serve", connection }) as const),
  ...[...server.channels]
    .filter(([, { kind, phase }]) => kind === "display" && phase === "connecting")
    .map(([connection]) => ({ does: "connect", connection }) as const),
  ...[...server.toGuard]
    .filter(([, queue]) => queue.length > 0)
    .map(([connection]) => ({ does: "observe", connection }) as const),
]

const encodeChannel = (now: number) => (channel: ChannelState) => [
  channel.connection,
  channel.stage,
  channel.isLinked,
  channel.hasLeft,
  channel.isEnding,
  channel.hadDisplayInit,
  channel.isHeard,
  channel.heldMessage?.type,
  Number.isFinite(channel.due) ? channel.due - now : 0,
  channel.refused?.rule,
]

const encodeSession = (now: number) => (session: SessionState) => [
  session.id,
  session.flag,
  session.isSeamless,
  session.isEnding,
  session.isAbandoned,
  session.hasBegun,
  session.heldMain === undefined ? 0 : session.heldMain.until - now,
  [...session.displays.values()].map(({ channel, held, until }) => [channel.connection, held, held ? until - now : 0]),
  [...session.waiting].map(({ connection }) => connection),
  [...session.channels.values()].map(encodeChannel(now)).sort(),
]

/** All that decides how a scene goes on, as a text. */
export const encode = ({ world, server, lines, wakes }: Scene): string => {
  const { now } = world
  const sessions = new Set([...world.connections.values()].map(({ session }) => session))
  return JSON.stringify([
    [...sessions]
      .map(encodeSession(now))
      .map((each) => JSON.stringify(each))
      .sort(),
    [...world.sessions].map(([id, { channels }]) => [id, channels.get("main")?.connection]),
    [...world.queue].map(({ connection }) => connection),
    [...world.waitingMains].map(({ connection }) => connection),
    world.asking?.connection,
    world.current?.channels.get("main")?.connection,
    world.migration?.channels.get("main")?.connection,
    world.machineRuns,
    wakes.map((at) => at - now).sort(),
    server.flag,
    server.hasMachine,
    server.nextId,
    server.client && [...Object.values(server.client), [...server.client.channels].sort()],
    [...server.channels].map(([connection, { kind, phase }]) => [connection, kind, phase]).sort(),
    [...server.fromGuard].filter(([, queue]) => queue.length > 0).sort(),
    [...server.toGuard].filter(([, queue]) => queue.length > 0).sort(),
    [...lines].map(([connection, { hasClient, held, heard }]) => [connection, hasClient, held, heard]).sort(),
  ])
}
