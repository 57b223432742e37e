import fc from "fast-check"
import { expect, test } from "vitest"
import { displayOf, genuine, sceneOf, types, word } from "./scene.js"

/**
 * The session against a model of a server and one client's session: what has been said so far, and what may then be
 * said, without stages or tables. A connection that is refused is closed, in both.
 */

const names = ["main", "inputs", "usbredir", "display", "cursor"] as const
type Name = (typeof names)[number]

interface Channel {
  readonly connection: number
  /** Linked when nothing of a migration was due any more. */
  readonly isLate: boolean
  dataCame: boolean
  initCame: boolean
  flushIsDue: boolean
}

interface Model {
  channels: Map<Name, Channel>
  migrates: boolean
  asked: boolean
  answer: "ack" | "nack" | undefined
  ended: boolean
  lost: boolean
  acknowledgedBefore: boolean
  /** Whether main's data has passed: the machine is here, and no other one comes. */
  arrived: boolean
  /** When the last data passed. */
  doneAt: number | undefined
  now: number
  dataBegan: boolean
}

type Real = ReturnType<typeof sceneOf>

const fresh = (migrates: boolean) => ({
  channels: new Map<Name, Channel>(),
  migrates,
  asked: false,
  answer: undefined,
  ended: false,
  lost: false,
  doneAt: undefined,
  dataBegan: false,
})

const isDeciding = ({ migrates, ended, answer }: Model): boolean => migrates && !ended && answer !== "ack"
const carries = (name: Name): boolean => name !== "cursor"
const awaits = (model: Model, name: Name, channel: Channel): boolean =>
  model.answer === "ack" && !channel.isLate && carries(name) && !channel.dataCame

/** Whether a message may be sent, by what it is. */
const may = (model: Model, name: Name, channel: Channel, message: Message): boolean => {
  const mustBeQuiet = isDeciding(model) || awaits(model, name, channel)
  const isMigratingMain = name === "main" && model.migrates && !model.ended
  switch (message) {
    case "other":
      return !mustBeQuiet
    case "init":
      return name !== "display" ? !mustBeQuiet : !mustBeQuiet && !channel.dataCame && !channel.initCame
    case "flush":
      return channel.flushIsDue
    case "seamless":
      return name === "main" ? isMigratingMain && !model.asked && !model.arrived : !mustBeQuiet
    case "end":
      return name === "main" ? isMigratingMain && (!model.asked || model.answer === "nack") : !mustBeQuiet
  }
}

const messages = {
  other: { type: 103, head: new Uint8Array() },
  init: { type: types.displayInit, head: new Uint8Array() },
  flush: { type: types.flushMark, head: new Uint8Array() },
  seamless: { type: types.seamless, head: word(1) },
  end: { type: types.end, head: new Uint8Array() },
} as const

type Message = keyof typeof messages

const forget = (model: Model, real: Real, name: Name, channel: Channel): void => {
  real.close(channel.connection)
  if (name === "main") Object.assign(model, fresh(false))
  else {
    model.channels.delete(name)
    if (carries(name) && (isDeciding(model) || awaits(model, name, channel))) model.lost = true
  }
}

const finish = (model: Model): void => {
  const isOpen = [...model.channels].some(([name, channel]) => awaits(model, name, channel))
  if (!isOpen && !model.lost) model.doneAt ??= model.now
}

const judged = (model: Model, real: Real, name: Name, channel: Channel, may: boolean, verdict: string): boolean => {
  expect(verdict === "forward").toBe(may)
  if (!may) forget(model, real, name, channel)
  return may
}

const command = (
  title: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, real: Real) => void,
): fc.Command<Model, Real> => ({ check, run, toString: () => title })

const linkMain = (migrates: boolean) =>
  command(
    `link main, ${migrates ? "migrating" : "new"}`,
    ({ channels }) => !channels.has("main"),
    (model, real) => {
      const connection = migrates ? real.link("main", 7) : real.ordinary(7)
      Object.assign(model, fresh(migrates))
      model.channels.set("main", { connection, isLate: false, dataCame: false, initCame: false, flushIsDue: false })
    },
  )

const linkChannel = (name: Exclude<Name, "main">) =>
  command(
    `link ${name}`,
    () => true,
    (model, real) => {
      const isSettled = !model.dataBegan || (model.doneAt !== undefined && model.now >= model.doneAt + 10_000)
      const may =
        model.channels.has("main") &&
        !model.channels.has(name) &&
        !((isDeciding(model) || model.ended) && model.acknowledgedBefore) &&
        (!carries(name) || isSettled)
      const { connection, verdict } = real.ask(name, 7)
      expect(verdict === "forward").toBe(may)
      if (!may) return
      real.session({ kind: "linked", connection, error: 0 })
      const isLate = model.doneAt !== undefined
      model.channels.set(name, { connection, isLate, dataCame: false, initCame: false, flushIsDue: false })
    },
  )

/** A command on a channel that is there. */
const on = (title: string, name: Name, act: (model: Model, real: Real, channel: Channel) => void) =>
  command(
    `${title} ${name}`,
    ({ channels }) => channels.has(name),
    (model, real) => {
      const channel = model.channels.get(name)
      if (channel !== undefined) act(model, real, channel)
    },
  )

const send = (name: Name, message: Message) =>
  on(`send ${message} on`, name, (model, real, channel) => {
    const { type, head } = messages[message]
    const verdict = real.send(channel.connection, type, head)
    if (!judged(model, real, name, channel, may(model, name, channel, message), verdict)) return
    if (message === "flush") channel.flushIsDue = false
    if (message === "init") channel.initCame = true
    if (name !== "main") return
    if (message === "seamless") model.asked = true
    if (message === "end") model.ended = true
  })

const sendData = (name: Name) =>
  on("send data on", name, (model, real, channel) => {
    const state = name === "display" ? displayOf() : genuine(name === "cursor" ? "inputs" : name)
    const verdict = real.data(channel.connection, state)
    if (!judged(model, real, name, channel, awaits(model, name, channel), verdict)) return
    channel.dataCame = true
    model.dataBegan = true
    if (name === "main") model.arrived = true
    finish(model)
  })

const askToFlush = (name: Name) =>
  on("the server asks to flush", name, (_, real, channel) => {
    real.server(channel.connection, 1, word(3))
    channel.flushIsDue = true
  })

const answer = (said: "ack" | "nack") =>
  on(`the server says ${said} on`, "main", (model, real, { connection }) => {
    real.server(connection, said === "ack" ? 117 : 118)
    if (!model.asked || model.answer !== undefined) return
    model.answer = said
    model.acknowledgedBefore = said === "ack"
  })

const close = (name: Name) => on("close", name, (model, real, channel) => forget(model, real, name, channel))

const wait = (milliseconds: number) =>
  command(
    `wait ${milliseconds} ms`,
    () => true,
    (model, real) => {
      model.now += milliseconds
      real.wait(model.now)
    },
  )

const anyName = fc.constantFrom(...names)
const anyMessage = fc.constantFrom<Message[]>("other", "init", "flush", "seamless", "end")

/** The steps of a migration come often enough for one to be gone through. */
const commands = fc.commands(
  [
    fc.boolean().map(linkMain),
    fc.constantFrom("inputs" as const, "usbredir" as const, "display" as const, "cursor" as const).map(linkChannel),
    fc.constant(send("main", "seamless")),
    fc.constant(send("main", "end")),
    fc.constant(send("display", "init")),
    fc.constantFrom("inputs" as const, "usbredir" as const, "display" as const).map(sendData),
    fc.constant(answer("ack")),
    anyName.map((name) => send(name, "flush")),
    fc.constantFrom("ack" as const, "nack" as const).map(answer),
    anyName.map(sendData),
    fc.tuple(anyName, anyMessage).map(([name, message]) => send(name, message)),
    anyName.map(askToFlush),
    anyName.map(close),
    fc.constantFrom(100, 10_000).map(wait),
  ],
  { maxCommands: 60, size: "max" },
)

test("what a session lets pass is what a model of a server can stand", () => {
  fc.assert(
    fc.property(commands, (all) => {
      const model: Model = { ...fresh(false), acknowledgedBefore: false, arrived: false, now: 0 }
      fc.modelRun(() => ({ model, real: sceneOf() }), all)
    }),
    { numRuns: 6000 },
  )
})
