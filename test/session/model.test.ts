import fc from "fast-check"
import { expect, test } from "vitest"
import { createSession, type Decision, type Session, type SessionEvent } from "../../src/session/index.js"
import { displayInit, displayOf, genuine, types, word } from "./scene.js"

/**
 * The session against a model of a server and one client's session: what has been said so far, and what may then be
 * decided, without stages or tables. Each decision has to be one that the model can stand, and nothing may be left
 * undecided that it would have decided.
 */

const names = ["main", "inputs", "usbredir", "display", "cursor"] as const
type Name = (typeof names)[number]
const others = ["inputs", "usbredir", "display", "cursor"] as const

const nothing = new Uint8Array()
const messages = {
  other: { type: 103, payload: nothing },
  init: { type: types.displayInit, payload: displayInit },
  flush: { type: types.flushMark, payload: nothing },
  seamless: { type: types.seamless, payload: word(1) },
  end: { type: types.end, payload: nothing },
} as const
type Message = keyof typeof messages

interface Channel {
  readonly name: Name
  readonly connection: number
  isLinked: boolean
  hasLeft: boolean
  isEnded: boolean
  flushIsDue: boolean
  /** How far its data has come. */
  data: "none" | "announced" | "passed"
  hadInit: boolean
  /** When the guard gives a display what its client owes. */
  due: number
  /** When a display's worker has taken its link. */
  takenBy: number
  /** Whether a display has spoken since what it waits for. */
  hasSpoken: boolean
  held: Message | undefined
}

/** What is true of one main channel. */
const fresh = (migrates: boolean) => ({
  channels: new Map<Name, Channel>(),
  migrates,
  hasId: migrates,
  asked: false,
  answer: undefined as "ack" | "nack" | undefined,
  /** Questions that the server has not answered yet, in their order. */
  questions: [] as ("guard" | "declined" | "client")[],
  isFlagOff: false,
  ended: false,
  hasBegun: false,
  dataBegan: false,
})

const newModel = () => ({
  ...fresh(false),
  now: 0,
  connections: 0,
  /** Links that the server has not been asked for. */
  waiting: new Map<number, Name>(),
  asking: undefined as Channel | undefined,
  /** Connections of which nothing goes to the server any more. */
  orphans: new Set<number>(),
  /** Displays among them whose worker waits for DISPLAY_INIT, and the server's main loop for it. */
  owed: new Set<number>(),
  /** Whether main's data has passed: the machine is here, and no other one comes. */
  arrived: false,
  /** What has been decided and not been taken yet. */
  decisions: [] as Decision[],
})

type Model = ReturnType<typeof newModel>

const carries = (name: Name): boolean => name !== "cursor"
const mainOf = ({ channels }: Model): Channel | undefined => channels.get("main")
const isDeciding = ({ migrates, ended, answer }: Model): boolean => migrates && !ended && answer !== "ack"
const awaits = ({ answer }: Model, { name, data }: Channel): boolean =>
  answer === "ack" && carries(name) && data !== "passed"
const isOpenLink = ({ asking, channels }: Model): boolean => [...channels.values()].some((each) => each === asking)

/** A display of which the worker may still wait for DISPLAY_INIT. */
const isUnsettled = (model: Model, { name, isLinked, hasSpoken }: Channel): boolean =>
  name === "display" && isLinked && !hasSpoken && !isDeciding(model) && model.answer !== "ack"
const unsettled = (model: Model): readonly Channel[] =>
  [...model.channels.values()].filter((each) => isUnsettled(model, each))

const mustRefuse = (model: Model, name: Name): boolean => {
  const main = mainOf(model)
  if (name === "main") return false
  if (main === undefined || !main.isLinked || !model.hasId || main.hasLeft) return true
  return model.channels.has(name) || (carries(name) && model.dataBegan)
}

const mayAsk = (model: Model, name: Name): boolean => {
  if (name === "main" || !model.migrates) return true
  if (model.ended) return model.hasBegun
  return model.answer !== undefined || (!model.asked && model.isFlagOff)
}

const mainMustWait = ({ channels, now }: Model): boolean =>
  [...channels.values()].some(
    ({ name, hasLeft, hasSpoken, takenBy }) => name === "display" && !hasLeft && !hasSpoken && takenBy > now,
  )

/** What a message comes to. */
const verdictOn = (model: Model, channel: Channel, message: Message): "forward" | "replace" | "hold" | "refuse" => {
  const { name, isLinked, hasLeft, hadInit, data, flushIsDue } = channel
  const verdict = (may: boolean) => (may ? "forward" : "refuse")
  if (!isLinked || hasLeft || data === "announced") return "refuse"
  if (isUnsettled(model, channel)) {
    if (hadInit) return "hold"
    if (message !== "init") return "refuse"
  }
  const mustBeQuiet = isDeciding(model) || awaits(model, channel)
  const isMigrating = model.migrates && !model.ended
  if (message === "flush") return verdict(flushIsDue)
  if (message === "init" && name === "display") return verdict(!mustBeQuiet && data === "none" && !hadInit)
  if (name !== "main" || message === "other" || message === "init") return verdict(!mustBeQuiet)
  if (message === "end") return verdict(isMigrating && (!model.asked || model.answer === "nack"))
  if (!isMigrating || model.asked) return "refuse"
  return model.arrived ? "replace" : "forward"
}

const maySendData = (model: Model, channel: Channel): boolean =>
  channel.isLinked && !channel.hasLeft && channel.data === "none" && awaits(model, channel) && !isOpenLink(model)

/** A message has gone to the server. */
const passed = (model: Model, channel: Channel, message: Message): void => {
  if (message === "flush") channel.flushIsDue = false
  if (message === "init" && channel.name === "display") channel.hadInit = true
  if (channel.name !== "main") return
  if (message === "seamless") {
    model.asked = true
    model.questions.push(model.arrived ? "declined" : "client")
  }
  if (message !== "end") return
  model.ended = true
  for (const each of model.channels.values()) each.due = model.now + 2_000
}

const dataPassed = (model: Model, channel: Channel): void => {
  channel.data = "passed"
  channel.hasSpoken = false
  if (channel.name === "main") model.arrived = true
}

/** Nothing is left of a connection. With main goes everything. */
const forget = (model: Model, channel: Channel): void => {
  if (model.asking === channel) model.asking = undefined
  if (model.orphans.delete(channel.connection)) return
  if (channel.name !== "main") {
    model.channels.delete(channel.name)
    return
  }
  for (const each of model.channels.values()) if (each !== channel) model.orphans.add(each.connection)
  for (const each of unsettled(model)) if (!each.hadInit) model.owed.add(each.connection)
  Object.assign(model, fresh(false))
}

const serverIsAsked = (model: Model, connection: number, name: Name): void => {
  expect(model.asking).toBe(undefined)
  expect(mustRefuse(model, name)).toBe(false)
  expect(mayAsk(model, name)).toBe(true)
  model.asking = {
    ...{ name, connection, isLinked: false, hasLeft: false, isEnded: false, flushIsDue: false, data: "none" },
    ...{ hadInit: false, due: 0, takenBy: Number.POSITIVE_INFINITY, hasSpoken: false, held: undefined },
  }
  model.channels.set(name, model.asking)
}

const forwarded = (model: Model, channel: Channel): void => {
  const { held } = channel
  channel.held = undefined
  if (held === undefined) {
    expect({ ...channel, mustWait: mainMustWait(model) }).toMatchObject({
      name: "main",
      data: "announced",
      hasLeft: false,
      mustWait: false,
    })
    dataPassed(model, channel)
    return
  }
  expect(verdictOn(model, channel, held)).toBe("forward")
  passed(model, channel, held)
}

const refused = (model: Model, channel: Channel): void => {
  expect(channel.hasLeft).toBe(false)
  const { held } = channel
  // What was held is wrong by now, or the guard had to do what the client owed.
  if (held !== undefined) expect(verdictOn(model, channel, held)).toBe("refuse")
  else expect(isUnsettled(model, channel) && channel.hadInit).toBe(true)
  channel.hasLeft = true
  channel.held = undefined
}

const sent = (model: Model, channel: Channel, { type }: Decision & { readonly kind: "send" }): void => {
  if (channel.name === "display") {
    const isDue = channel.hasLeft || mainOf(model)?.hasLeft === true || channel.due <= model.now
    expect({ type, isDue, hadInit: channel.hadInit, waits: isUnsettled(model, channel) }).toEqual({
      ...{ type: types.displayInit, isDue: true, hadInit: false, waits: true },
    })
    channel.hadInit = true
    return
  }
  expect({ type, channel: channel.name, isDeciding: isDeciding(model), asked: model.asked }).toEqual({
    ...{ type: types.seamless, channel: "main", isDeciding: true, asked: false },
  })
  expect(model.questions).toEqual([])
  expect(model.isFlagOff).toBe(false)
  model.questions.push("guard")
}

const ended = (model: Model, channel: Channel): void => {
  expect(channel).toMatchObject({ hasLeft: true, isEnded: false })
  expect(model.asking).not.toBe(channel)
  expect(isUnsettled(model, channel)).toBe(false)
  if (channel.name === "main")
    expect({ unsettled: unsettled(model), isOpen: isOpenLink(model) }).toEqual({ unsettled: [], isOpen: false })
  else expect(isDeciding(model)).toBe(false)
  channel.isEnded = true
}

/** Takes a decision that came with whatever event. */
const take = (model: Model, decision: Decision): void => {
  const { kind, connection } = decision
  const channel = [...model.channels.values()].find((each) => each.connection === connection)
  const waiting = model.waiting.get(connection)
  if (kind === "wake" || kind === "hold") return
  if (waiting !== undefined) {
    expect(["forward", "refuse"]).toContain(kind)
    if (kind === "forward") serverIsAsked(model, connection, waiting)
    else expect(mustRefuse(model, waiting)).toBe(true)
    model.waiting.delete(connection)
  } else if (channel === undefined && kind === "send") expect(model.owed.delete(connection)).toBe(true)
  else if (channel === undefined) expect(["refuse", "end"]).toContain(kind)
  else if (kind === "forward") forwarded(model, channel)
  else if (kind === "refuse") refused(model, channel)
  else if (decision.kind === "send") sent(model, channel, decision)
  else if (kind === "end") ended(model, channel)
  else expect(kind).toBe("none of these")
}

/** What must not be left as it is. */
const checkNothingIsLeft = (model: Model): void => {
  expect(model.owed).toEqual(new Set())
  const main = mainOf(model)
  if (model.asking === undefined)
    for (const name of model.waiting.values())
      expect([name, mustRefuse(model, name), mayAsk(model, name)]).toEqual([name, false, false])
  for (const channel of model.channels.values()) {
    const waits = isUnsettled(model, channel)
    if (channel.held !== undefined) expect(waits).toBe(true)
    if (waits && !channel.hadInit)
      expect([channel.hasLeft, main?.hasLeft, channel.due > model.now]).toEqual([false, false, true])
    if (!channel.hasLeft || channel.isEnded || channel === model.asking || waits) continue
    if (channel !== main) expect(isDeciding(model)).toBe(true)
    else expect(unsettled(model).length > 0 || isOpenLink(model)).toBe(true)
  }
  if (main?.data === "announced" && !main.hasLeft) expect(mainMustWait(model)).toBe(true)
}

/** Says an event whose first decision is the command's to check. */
const ask = (model: Model, session: Session, event: SessionEvent): string | undefined => {
  const [first, ...rest] = session(event)
  model.decisions.push(...rest)
  return first?.kind
}

/** Takes what else has been decided. */
const settle = (model: Model): void => {
  for (const decision of model.decisions.splice(0)) take(model, decision)
  checkNothingIsLeft(model)
}

const say = (model: Model, session: Session, event: SessionEvent): void => {
  model.decisions.push(...session(event))
  settle(model)
}

const command = (
  title: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, session: Session) => void,
): fc.Command<Model, Session> => ({ check, run, toString: () => title })

const link = (name: Name, migrates = false) =>
  command(
    `link ${name}${migrates ? ", migrating" : ""}`,
    // One main at a time: what another one does stands elsewhere.
    ({ channels, waiting }) => name !== "main" || !(channels.has(name) || [...waiting.values()].includes(name)),
    (model, session) => {
      const connection = ++model.connections
      if (name === "main") Object.assign(model, { ...fresh(migrates), channels: model.channels })
      model.waiting.set(connection, name)
      const connectionId = name === "main" && !migrates ? 0 : 7
      say(model, session, { kind: "link", connection, link: { channel: name, channelId: 0, connectionId } })
    },
  )

const answerLink = (error: number) =>
  command(
    `the server answers a link with ${error}`,
    ({ asking }) => asking !== undefined,
    (model, session) => {
      const { asking } = model
      if (asking === undefined) return
      if (error !== 0) forget(model, asking)
      model.asking = undefined
      asking.isLinked = error === 0
      asking.due = model.now + 2_000
      asking.takenBy = model.now + 300
      say(model, session, { kind: "linked", connection: asking.connection, error })
    },
  )

/** A command on a channel that is there. */
const on = (
  title: string,
  name: Name,
  act: (model: Model, session: Session, channel: Channel) => void,
  check: (model: Model, channel: Channel) => boolean = () => true,
) =>
  command(
    `${title} ${name}`,
    (model) => {
      const channel = model.channels.get(name)
      return channel !== undefined && check(model, channel)
    },
    (model, session) => {
      const channel = model.channels.get(name)
      if (channel !== undefined) act(model, session, channel)
    },
  )

const sends = (name: Name, message: Message) =>
  on(
    `send ${message} on`,
    name,
    (model, session, channel) => {
      const { connection } = channel
      const { type, payload } = messages[message]
      const expected = verdictOn(model, channel, message)
      const size = payload.length
      const header = ask(model, session, { kind: "message", connection, type, size, head: nothing })
      const verdict = header === "gather" ? ask(model, session, { kind: "whole", connection, type, payload }) : header
      expect(verdict).toBe(expected)
      if (expected === "refuse") channel.hasLeft = true
      else if (expected === "hold") channel.held = message
      else passed(model, channel, message)
      settle(model)
    },
    // Nothing follows what is held.
    (_, { held }) => held === undefined,
  )

const isPassed =
  (name: Name, message: Message) =>
  (model: Model): boolean => {
    const channel = model.channels.get(name)
    return channel !== undefined && verdictOn(model, channel, message) === "forward"
  }

const sendData = (name: Name) =>
  on(
    "send data on",
    name,
    (model, session, channel) => {
      const { connection } = channel
      const may = maySendData(model, channel)
      const announced = { kind: "message", connection, type: types.data, size: 100, head: nothing } as const
      expect(ask(model, session, announced)).toBe(may ? "forward" : "refuse")
      if (!may) {
        channel.hasLeft = true
        settle(model)
        return
      }
      channel.data = "announced"
      model.dataBegan = true
      const mustWait = name === "main" && mainMustWait(model)
      const state = name === "display" ? displayOf() : genuine(name === "cursor" ? "inputs" : name)
      expect(ask(model, session, { kind: "data", connection, state })).toBe(mustWait ? "hold" : "forward")
      if (!mustWait) dataPassed(model, channel)
      settle(model)
    },
    (_, { held }) => held === undefined,
  )

const serverSays = (
  title: string,
  name: Name,
  type: number,
  head: Uint8Array,
  happens: (model: Model, channel: Channel) => void,
  check: (model: Model, channel: Channel) => boolean,
) =>
  on(
    title,
    name,
    (model, session, channel) => {
      happens(model, channel)
      say(model, session, { kind: "server", connection: channel.connection, type, size: head.length, head })
    },
    (model, channel) => channel.isLinked && check(model, channel),
  )

/** A display's worker says nothing before it has taken DISPLAY_INIT or data. */
const canSpeak = (_: Model, { name, hadInit, data }: Channel): boolean =>
  name !== "display" || hadInit || data === "passed"

const askToFlush = (name: Name) =>
  serverSays(
    "the server asks to flush",
    name,
    1,
    word(3),
    (_, channel) => {
      channel.flushIsDue = true
      channel.hasSpoken = true
    },
    canSpeak,
  )

const speak = serverSays(
  "the server speaks on",
  "display",
  3,
  word(1),
  (_, channel) => (channel.hasSpoken = true),
  canSpeak,
)

const begin = serverSays(
  "the server begins the session on",
  "main",
  103,
  word(7),
  (model) => {
    model.hasId = true
    model.hasBegun = true
  },
  ({ migrates, ended, hasBegun }) => !hasBegun && (!migrates || ended),
)

/** The server answers the oldest question; one for a version that there is not with NACK. */
const answer = (said: "ack" | "nack") =>
  on(
    `the server says ${said} on`,
    "main",
    (model, session, { connection }) => {
      const question = model.questions.shift()
      if (question === "guard") {
        model.isFlagOff = true
        expect(ask(model, session, { kind: "server", connection, type: 118, size: 0, head: nothing })).toBe("drop")
        settle(model)
        return
      }
      model.answer = question === "declined" ? "nack" : said
      if (model.answer === "ack") for (const each of model.channels.values()) each.takenBy = model.now + 300
      const type = model.answer === "ack" ? 117 : 118
      say(model, session, { kind: "server", connection, type, size: 0, head: nothing })
    },
    ({ questions }) => questions.length > 0,
  )

const leave = (name: Name) =>
  on(
    "the client leaves",
    name,
    (model, session, channel) => {
      channel.hasLeft = true
      channel.held = undefined
      say(model, session, { kind: "left", connection: channel.connection })
    },
    (_, { hasLeft }) => !hasLeft,
  )

const close = (name: Name) =>
  on("the server closes", name, (model, session, channel) => {
    forget(model, channel)
    say(model, session, { kind: "closed", connection: channel.connection })
  })

const giveUp = command(
  "the client of the first link that waits leaves",
  ({ waiting }) => waiting.size > 0,
  (model, session) => {
    const [connection = 0] = model.waiting.keys()
    model.waiting.delete(connection)
    say(model, session, { kind: "left", connection })
  },
)

const wait = (milliseconds: number) =>
  command(
    `wait ${milliseconds} ms`,
    () => true,
    (model, session) => {
      model.now += milliseconds
      say(model, session, { kind: "time", now: model.now })
    },
  )

/** What somebody does who goes through a session as it should be, with when that is. */
const right: readonly (readonly [fc.Command<Model, Session>, (model: Model) => boolean])[] = [
  [link("main", true), () => true],
  ...others.map((name) => [link(name), (model: Model) => !mustRefuse(model, name)] as const),
  ...(["seamless", "end"] as const).map((message) => [sends("main", message), isPassed("main", message)] as const),
  [sends("display", "init"), isPassed("display", "init")],
  ...names.map((name) => [sends(name, "flush"), isPassed(name, "flush")] as const),
  ...names.map((name) => {
    const isRight = (model: Model) =>
      [...model.channels.values()].some((each) => each.name === name && maySendData(model, each))
    return [sendData(name), isRight] as const
  }),
  ...[answerLink(0), answerLink(0), answer("ack"), begin, speak].map((each) => [each, () => true] as const),
]

const anythingRight = fc.nat(1000).map((choice): fc.Command<Model, Session> => {
  let title = "nothing"
  return {
    check: () => true,
    run: (model, session) => {
      const possible = right.filter(([each, isRight]) => each.check(model) && isRight(model))
      const [step] = possible[choice % possible.length] ?? []
      title = String(step)
      step?.run(model, session)
    },
    toString: () => title,
  }
})

const anyName = fc.constantFrom(...names)
const anyMessage = fc.constantFrom<Message[]>("other", "init", "flush", "seamless", "end")

const anything = fc.oneof(
  fc.boolean().map((migrates) => link("main", migrates)),
  fc.constantFrom(...others).map((name) => link(name)),
  fc.constantFrom(0, 7).map(answerLink),
  fc.constantFrom(speak, begin, giveUp),
  fc.constantFrom("ack" as const, "nack" as const).map(answer),
  anyName.map(sendData),
  fc.tuple(anyName, anyMessage).map(([name, message]) => sends(name, message)),
  anyName.map(askToFlush),
  anyName.map(leave),
  anyName.map(close),
  fc.constantFrom(500, 2_000, 10_000).map(wait),
)

/** Now and then somebody does what is not right. */
const commands = fc.commands([...Array.from({ length: 6 }, () => anythingRight), anything], {
  maxCommands: 60,
  size: "max",
})

test("what a session decides is what a model of a server can stand, and all that it waits for", () => {
  fc.assert(
    fc.property(commands, (all) => {
      fc.modelRun(() => ({ model: newModel(), real: createSession({ awaitsMachine: true }) }), all)
    }),
    { numRuns: 6000 },
  )
}, 60_000)
