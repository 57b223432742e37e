import type { ChannelKind } from "./server.js"
import {
  type Choice,
  encode,
  happen,
  hasWake,
  inner,
  type Message,
  newScene,
  type Scene,
  type Without,
} from "./world.js"

/**
 * Goes through everything that can happen, breadth first, so that the first crash that is found has the shortest way to
 * it. A state is what `encode` says: one that was there before is not gone through again.
 */

/** A client that does what it does in an order of its own, as far as what it was told lets it. */
export interface Honest {
  readonly name: string
  /** Its connections, by number, in the order of its links. */
  readonly connections: ReadonlyMap<number, ChannelKind>
  /** What it does next, if it can; undefined while it waits. */
  readonly next: (scene: Scene, done: readonly Choice[]) => Choice | undefined
  /** Whether it has done all it does, and the guard has passed it on. */
  readonly isThrough: (scene: Scene, done: readonly Choice[]) => boolean
  /** Whether it has got what it came for. */
  readonly isDone: (scene: Scene) => boolean
}

/** A client that does whatever it likes, so many times. */
export interface Hostile {
  /** Numbers of its connections, one after the other; -10 and below so that none is honest. */
  readonly connections: readonly number[]
  readonly events: number
  /** Whether it knows the ticket. */
  readonly hasTicket: boolean
  /** The connection ids that it tries beside those that servers gave it. */
  readonly ids: readonly number[]
  readonly channels: readonly ChannelKind[]
  readonly messages: readonly Message[]
}

export interface Setting {
  readonly awaitsMachine: boolean
  readonly honest?: Honest
  readonly hostile: readonly Hostile[]
  readonly mayRestart?: boolean
  readonly without?: Without
}

interface Node {
  readonly parent: Node | undefined
  readonly choice: Choice | undefined
  readonly depth: number
}

export interface Found {
  readonly states: number
  /** The shortest way to a crash or a hang, or to where an honest client does not get through. */
  readonly attack: { readonly fate: string; readonly path: readonly Choice[] } | undefined
}

const pathOf = (node: Node): Choice[] => {
  const path: Choice[] = []
  for (let at: Node | undefined = node; at?.choice !== undefined; at = at.parent) path.push(at.choice)
  return path.reverse()
}

/** The kinds of channel that a path has linked, by connection. */
export const kindsOf = (path: readonly Choice[]): ((connection: number) => ChannelKind) => {
  const kinds = new Map(
    path.flatMap((each) => (each.does === "link" ? [[each.connection, each.channel] as const] : [])),
  )
  return (connection) => kinds.get(connection) ?? "main"
}

const replay = ({ awaitsMachine, without }: Setting, path: readonly Choice[]): Scene => {
  const scene = newScene(awaitsMachine, without)
  const kindOf = kindsOf(path)
  for (const choice of path) happen(scene, choice, kindOf)
  return scene
}

/** Ids that a client was told by MAIN_INIT, and those that it tries anyway. */
const idsOf = ({ ids, connections }: Hostile, { lines }: Scene): readonly number[] => {
  const told = connections.flatMap((connection) =>
    (lines.get(connection)?.heard ?? []).flatMap((text) => (text.startsWith("begin ") ? [Number(text.slice(6))] : [])),
  )
  return [...new Set([...ids, ...told])].filter((id) => id !== 0)
}

const linksOf = (hostile: Hostile, scene: Scene, connection: number): readonly Choice[] => {
  const isValid = hostile.hasTicket
  const link = (channel: ChannelKind, id: number) => ({ does: "link", connection, channel, id, isValid }) as const
  const ids = idsOf(hostile, scene)
  return [
    link("main", 0),
    ...hostile.ids.filter((id) => id !== 0).map((id) => link("main", id)),
    ...hostile.channels
      .filter((channel) => channel !== "main")
      .flatMap((channel) => ids.map((id) => link(channel, id))),
  ]
}

/** What a hostile client can do next, after a path that led to a scene. */
export const hostileChoices = (hostile: Hostile, scene: Scene, path: readonly Choice[]): readonly Choice[] => {
  const own = path.filter((each) => "connection" in each && hostile.connections.includes(each.connection))
  const done = own.filter(({ does }) => does === "link" || does === "send" || does === "leave").length
  if (done >= hostile.events) return []
  const used = own.flatMap((each) => (each.does === "link" ? [each.connection] : []))
  const next = hostile.connections.find((connection) => !used.includes(connection))
  const open = used.filter((connection) => {
    const line = scene.lines.get(connection)
    return line?.hasClient === true && line.held === undefined
  })
  const leaving = used.filter((connection) => scene.lines.get(connection)?.hasClient === true)
  return [
    ...(next === undefined ? [] : linksOf(hostile, scene, next)),
    ...open.flatMap((connection) =>
      hostile.messages.map((message) => ({ does: "send", connection, message }) as const),
    ),
    ...leaving.map((connection) => ({ does: "leave", connection }) as const),
  ]
}

/** The source moves its machine once the client has linked all its channels at the target. */
const mayArrive = ({ awaitsMachine, honest }: Setting, { server, lines }: Scene): boolean =>
  (awaitsMachine || honest !== undefined) &&
  !server.hasMachine &&
  [...(honest?.connections.keys() ?? [])].every((each) => lines.get(each)?.heard.includes("linked") === true)

/** Of hostile clients that are alike, the first one begins: the other way round is the same but for their names. */
const isInTurn = (before: Hostile | undefined, path: readonly Choice[]): boolean =>
  before === undefined || path.some((each) => "connection" in each && before.connections.includes(each.connection))

/** A worker takes a link sooner than any time is over that the guard waits for. */
const isTaking = ({ server }: Scene): boolean =>
  [...server.channels.values()].some(({ phase }) => phase === "connecting")

const choicesOf = (setting: Setting, scene: Scene, path: readonly Choice[]): readonly Choice[] => {
  const honest = setting.honest?.next(scene, path)
  return [
    ...inner(scene),
    ...(honest === undefined ? [] : [honest]),
    ...setting.hostile.flatMap((each, index) =>
      isInTurn(setting.hostile[index - 1], path) ? hostileChoices(each, scene, path) : [],
    ),
    ...(hasWake(scene) && !isTaking(scene) ? [{ does: "tick" } as const] : []),
    ...(mayArrive(setting, scene) ? [{ does: "arrive" } as const] : []),
    ...(setting.mayRestart === true && !scene.isRestarted ? [{ does: "restart" } as const] : []),
  ]
}

/** How much an honest client may take to get through once nobody else does anything any more. */
const patience = 200

/** Lets all that is under way come to an end, the honest client go on, and time pass when nothing else happens. */
const isCompleted = (setting: Setting, honest: Honest, path: readonly Choice[]): boolean => {
  const scene = replay(setting, path)
  const done = [...path]
  for (let count = 0; count < patience; count++) {
    if (honest.isDone(scene)) return true
    if (scene.server.fate !== undefined) return false
    const choice =
      inner(scene)[0] ??
      honest.next(scene, done) ??
      (hasWake(scene)
        ? ({ does: "tick" } as const)
        : scene.server.hasMachine
          ? undefined
          : ({ does: "arrive" } as const))
    if (choice === undefined) return false
    done.push(choice)
    happen(scene, choice, kindsOf(done))
  }
  return false
}

/**
 * What an honest client cannot expect: to get through beside one whose main was linked before its own, who is the
 * server's client by its ticket; through a guard that was restarted; or after the time that it has. Nor is it kept once
 * it is through: whoever knows the ticket takes the place of whoever is there.
 */
const isExcused = (honest: Honest, path: readonly Choice[], scene: Scene): boolean => {
  if (scene.isRestarted || path.some(({ does }) => does === "tick") || honest.isThrough(scene, path)) return true
  const mains = path.flatMap((each) =>
    each.does === "link" && each.channel === "main" && each.isValid ? [each.connection] : [],
  )
  const first = mains.findIndex((connection) => honest.connections.has(connection))
  return mains.slice(0, first === -1 ? mains.length : first).length > 0
}

/** The events of clients in a path: what is printed of an attack. */
export const explore = (setting: Setting, most = Number.POSITIVE_INFINITY): Found => {
  const seen = new Set<string>([encode(replay(setting, []))])
  let frontier: Node[] = [{ parent: undefined, choice: undefined, depth: 0 }]
  while (frontier.length > 0) {
    const next: Node[] = []
    for (const node of frontier) {
      const path = pathOf(node)
      for (const choice of choicesOf(setting, replay(setting, path), path)) {
        const longer = [...path, choice]
        const scene = replay(setting, longer)
        const { fate } = scene.server
        const isRestartsOwn =
          fate !== undefined && scene.isRestarted && choice.does !== "restart" && isOfRestart(setting, longer)
        if (fate !== undefined && !isRestartsOwn) return { states: seen.size, attack: { fate, path: longer } }
        const state = `${encode(scene)}${progressOf(setting, longer)}`
        if (seen.has(state)) continue
        seen.add(state)
        if (seen.size > most) return { states: seen.size, attack: undefined }
        if (fate !== undefined) continue
        const { honest } = setting
        if (honest !== undefined && !isExcused(honest, longer, scene) && !isCompleted(setting, honest, longer))
          return { states: seen.size, attack: { fate: `${honest.name} does not complete`, path: longer } }
        next.push({ parent: node, choice, depth: node.depth + 1 })
      }
    }
    frontier = next
  }
  return { states: seen.size, attack: undefined }
}

/** How many events hostile clients have left, and what the honest one has done: that decides what can follow. */
const progressOf = ({ hostile, honest }: Setting, path: readonly Choice[]): string => {
  const counted = hostile.map(
    ({ connections }) =>
      path.filter(
        (each) =>
          "connection" in each &&
          connections.includes(each.connection) &&
          (each.does === "link" || each.does === "send" || each.does === "leave"),
      ).length,
  )
  const own = path.filter((each) => "connection" in each && honest?.connections.has(each.connection) === true)
  const acts = own.filter(({ does }) => does === "link" || does === "send" || does === "leave").length
  const links = path
    .flatMap((each) => (each.does === "link" ? [`${each.connection} ${each.channel} ${each.id}`] : []))
    .sort()
  return `|${counted.join()}|${acts}|${links.join()}`
}

/** Whether a crash is the restart's alone: a display that owed DISPLAY_INIT, or waited for it, lost its guard. */
const isOfRestart = (setting: Setting, path: readonly Choice[]): boolean => {
  const at = path.findIndex(({ does }) => does === "restart")
  const { world, server } = replay(setting, path.slice(0, at))
  const isOpen = ({ phase }: { readonly phase: string }) => ["connecting", "waiting", "pending"].includes(phase)
  return (
    world.asking !== undefined ||
    [...server.channels.values()].some((channel) => channel.kind === "display" && isOpen(channel))
  )
}
