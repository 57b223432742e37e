import type { Socket } from "node:net"
import * as E from "fp-ts/lib/Either.js"
import { type Json, readJson } from "../../data/json.js"
import type { Clock } from "../clock.js"

/** Asks QEMU over its machine protocol. Nothing that changes anything is ever said, and no byte of QEMU's is kept. */

/** What is asked. */
type Question = "query-status" | "query-cpus-fast"

/** An object of QMP's: it has no prototype. */
type QmpObject = { readonly [name: string]: Json }

/** What a conversation tells: nothing after `ended`, which comes in any case. */
export interface QmpHearer {
  /** The greeting is over, and questions can be asked. */
  readonly ready: () => void
  readonly event: (name: string, data: Json | undefined) => void
  /** The connection has ended, whoever ended it. */
  readonly ended: () => void
}

/** A conversation in QMP. */
export interface Qmp {
  /** Asks one question, after the one before has its answer; an answer that is an error is undefined. */
  readonly ask: (question: Question, answered: (answer: Json | undefined) => void) => void
  readonly close: () => void
}

/** How long an answer may take, in milliseconds: twice as long as a QEMU that lived was seen to hang (docs/exposure.md). */
const patience = 60_000

/** The longest line, in bytes: a machine may have 4,096 processors, and query-cpus-fast writes 164 bytes for each. */
const longestLine = 0x100000

const limits = { maxBytes: longestLine, maxDepth: 32, maxMembers: 0x10000 }

/** Cuts text into lines; says whether it may go on, which it may not once a line is not taken or does not end. */
const linesInto = (take: (line: string) => boolean): ((text: string) => boolean) => {
  let rest = ""
  return (text) => {
    let start = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = rest + text.slice(start, end)
      rest = ""
      start = end + 1
      if (!take(line)) return false
    }
    rest += text.slice(start)
    return rest.length <= longestLine
  }
}

export const isQmpObject = (value: Json | undefined): value is QmpObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const objectIn = (line: string): QmpObject | undefined => {
  const read = readJson(line, limits)
  return E.isRight(read) && isQmpObject(read.right.value) ? read.right.value : undefined
}

/**
 * Opens a conversation on a socket that connects. Whatever is no QMP ends it: a line that is too long or no object, an
 * answer that nobody asked for, one that takes a minute.
 */
export const openQmp = (socket: Socket, clock: Clock, hearer: QmpHearer): Qmp => {
  const giveUp = (): void => void socket.destroy()
  let cancel = clock.after(patience, giveUp)
  let isGreeted = false
  let asked = 0
  let answered: ((answer: Json | undefined) => void) | undefined

  const ask = (command: Question | "qmp_capabilities", then: (answer: Json | undefined) => void): void => {
    answered = then
    cancel = clock.after(patience, giveUp)
    socket.write(`${JSON.stringify({ execute: command, id: ++asked })}\n`)
  }

  const greeted = ({ QMP }: QmpObject): boolean => {
    if (!isQmpObject(QMP)) return false
    isGreeted = true
    cancel()
    ask("qmp_capabilities", (answer) => {
      if (answer === undefined) giveUp()
      else hearer.ready()
    })
    return true
  }

  const happened = ({ event, data }: QmpObject): boolean => {
    if (typeof event !== "string") return false
    hearer.event(event, data)
    return true
  }

  const answer = ({ id, return: returned, error }: QmpObject): boolean => {
    const then = answered
    if (then === undefined || id !== asked || (returned === undefined) === (error === undefined)) return false
    answered = undefined
    cancel()
    then(returned)
    return true
  }

  const take = (line: string): boolean => {
    const message = objectIn(line)
    if (message === undefined) return false
    if (!isGreeted) return greeted(message)
    return "event" in message ? happened(message) : answer(message)
  }

  const read = linesInto((line) => take(line) && !socket.destroyed)
  socket.setEncoding("utf8")
  socket.on("data", (text: string) => {
    if (!read(text)) giveUp()
  })
  socket.on("error", giveUp)
  socket.once("close", () => {
    cancel()
    hearer.ended()
  })
  return { ask, close: giveUp }
}
