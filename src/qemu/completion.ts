import * as E from "fp-ts/lib/Either.js"
import { byteLength, textWithin } from "../data/json.js"
import type { Checked } from "../violation/checked.js"
import { type Place, type Rule, Violation } from "../violation/violation.js"
import { completionRules } from "./completion-rules.js"
import { type QmpMessage, type QmpSide, type Said, tracesOf } from "./qmp-trace.js"

/**
 * How the last migration of a log ended.
 *
 * @since 0.6.0
 */
export interface Completion {
  readonly outcome: "completed" | "failed" | "cancelled"
}

type Phase = "none" | "under-way" | Completion["outcome"]

/** What is known of one side. */
interface Known {
  isRunning: boolean
  hasQuit: boolean
  /** Whether it has begun to run since the last migration began. */
  hasResumed: boolean
  /** Names of commands without an answer yet, by their ids. */
  readonly pending: Map<string, string>
}

/** What is known of a migration. */
interface State {
  readonly source: Known
  readonly target: Known
  phase: Phase
  /** Whether the machine ran when the last migration began. */
  ran: boolean
  isAnnounced: boolean
  listens: boolean
  completedAt: number
  /** Whether the source has said SPICE_MIGRATE_COMPLETED. */
  isOver: boolean
}

type Report = (rule: Rule, actual?: number, expected?: number) => void

/** Statuses of a migration that has ended (qapi/migration.json of QEMU 11.1); `none` of query-migrate is none of them. */
const ends: ReadonlyMap<unknown, Completion["outcome"]> = new Map([
  ["completed", "completed"],
  ["failed", "failed"],
  ["cancelled", "cancelled"],
])

/** spice-server's patience with clients, in milliseconds. */
const spiceTimeout = 10_000

const memberOf = (value: object, name: string): unknown =>
  Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

const begin = (state: State, said: object, report: Report): void => {
  if (memberOf(said, "resume") === true) return
  if (!state.isAnnounced) report(completionRules.announced)
  if (!state.listens) report(completionRules.targetListens)
  state.ran = state.source.isRunning
  state.phase = "under-way"
  state.isOver = false
  state.target.hasResumed = false
}

/** A migration that has ended must be announced and listened for anew. */
const end = (state: State, outcome: Completion["outcome"], time: number): void => {
  if (state.phase !== "under-way") return
  state.phase = outcome
  state.completedAt = time
  state.isAnnounced = false
  state.listens = false
}

const quitSource = (state: State, report: Report): void => {
  if (state.phase === "under-way" || (state.phase === "completed" && !state.isOver)) report(completionRules.sourceQuit)
  if (state.phase === "failed" || state.phase === "cancelled") report(completionRules.sourceKept)
}

const quit = (state: State, side: QmpSide, report: Report): void => {
  if (state[side].hasQuit) return
  state[side].hasQuit = true
  state[side].isRunning = false
  if (side === "source") quitSource(state, report)
}

const resume = (state: State, side: QmpSide, report: Report): void => {
  if (state[side === "source" ? "target" : "source"].isRunning) report(completionRules.oneMachine)
  state[side].isRunning = true
  state[side].hasResumed = true
}

const finishSpice = (state: State, time: number, report: Report): void => {
  if (state.phase !== "completed" || state.isOver) return
  state.isOver = true
  const took = Math.floor(time - state.completedAt)
  if (took >= spiceTimeout) report(completionRules.timeout, took, spiceTimeout)
}

const onCommand = (state: State, side: QmpSide, said: Said & { kind: "command" }, report: Report): void => {
  state[side].pending.set(said.id, said.name)
  if (said.name === "quit") quit(state, side, report)
  if (said.name === "migrate" && side === "source") begin(state, said.arguments, report)
}

const onReply = (state: State, { side, time }: QmpMessage, said: Said & { kind: "reply" }, report: Report): void => {
  const name = state[side].pending.get(said.id)
  state[side].pending.delete(said.id)
  if (side === "target") {
    if (name === "migrate-incoming" && !said.isError) state.listens = true
    return
  }
  if (name === "client_migrate_info") state.isAnnounced = !said.isError
  if (name === "migrate" && said.isError) end(state, "failed", time)
  if (name === "query-migrate") onStatus(state, memberOf(said.value, "status"), time)
  if (name === "query-spice" && memberOf(said.value, "migrated") === true) finishSpice(state, time, report)
}

const onStatus = (state: State, status: unknown, time: number): void => {
  const outcome = ends.get(status)
  if (outcome !== undefined) end(state, outcome, time)
}

const onEvent = (state: State, { side, time }: QmpMessage, said: Said & { kind: "event" }, report: Report): void => {
  if (said.name === "STOP") state[side].isRunning = false
  if (said.name === "RESUME") resume(state, side, report)
  if (said.name === "SHUTDOWN") quit(state, side, report)
  const status = said.name === "MIGRATION" ? memberOf(said.data, "status") : undefined
  if (side === "target") {
    if (status === "setup") state.listens = true
    return
  }
  onStatus(state, status, time)
  if (said.name === "SPICE_MIGRATE_COMPLETED") finishSpice(state, time, report)
}

const step = (state: State, message: QmpMessage, report: Report): void => {
  const { side, said } = message
  if (said.kind === "unreadable") report(completionRules.line)
  if (said.kind === "command") onCommand(state, side, said, report)
  if (said.kind === "reply") onReply(state, message, said, report)
  if (said.kind === "event") onEvent(state, message, said, report)
}

/** What the ends of both logs leave open. */
const finish = ({ phase, ran, isOver, source, target }: State, report: Record<QmpSide, Report>): void => {
  if (phase === "none") report.source(completionRules.migrate)
  if ((phase === "under-way" || (phase === "completed" && !isOver)) && !source.hasQuit)
    report.source(completionRules.completed)
  if (phase === "completed" && ran && !target.hasResumed && !target.hasQuit)
    report.target(completionRules.targetResumes)
  if ((phase === "failed" || phase === "cancelled") && ran && !source.isRunning && !source.hasQuit)
    report.source(completionRules.sourceResumes)
}

const initial = (): State => ({
  source: { isRunning: true, hasQuit: false, hasResumed: false, pending: new Map() },
  target: { isRunning: false, hasQuit: false, hasResumed: false, pending: new Map() },
  phase: "none",
  ran: true,
  isAnnounced: false,
  listens: false,
  completedAt: 0,
  isOver: false,
})

/** Violations that are kept of one pair of logs. */
const most = 100

/** What a log may be: 64 MiB. */
export const maxLogBytes = 64 << 20

const limits = { maxBytes: maxLogBytes, maxDepth: 0, maxMembers: 0 }

const readLog = (log: unknown, side: QmpSide): Checked<string> => {
  const text = textWithin(log, limits)
  if (E.isRight(text)) return text
  return E.left([new Violation(completionRules.log, { path: side, offset: 0, length: 0 }, undefined, maxLogBytes)])
}

const judge = (source: string, target: string): Checked<Completion> => {
  const violations: Violation[] = []
  const reportAt =
    (place: Place): Report =>
    (rule, actual, expected) => {
      if (violations.length < most) violations.push(new Violation(rule, place, actual, expected))
    }
  const state = initial()
  for (const message of tracesOf(source, target)) step(state, message, reportAt(message.place))
  finish(state, {
    source: reportAt({ path: "source", offset: byteLength(source), length: 0 }),
    target: reportAt({ path: "target", offset: byteLength(target), length: 0 }),
  })
  const { phase } = state
  const [first, ...others] = violations
  if (first !== undefined) return E.left([first, ...others])
  // Every other phase at the end has been reported.
  return E.right({ outcome: phase === "failed" || phase === "cancelled" ? phase : "completed" })
}

/**
 * Judges the order in which a machine with SPICE clients moved, by the QMP logs of both ends: commands, replies and
 * events, one per line, in the order of their times. What a log does not show counts as not having happened where it was
 * needed, and as having happened where it does harm.
 *
 * The clocks of both hosts must agree. Lines may have a time in front; commands without one count as of the next line
 * that has one, and events have their own. Lines without an object are passed over. Never throws on account of a log,
 * and takes time and memory linear in their sizes, at most 64 MiB each.
 *
 * @param source - the log of the QEMU that the machine leaves, as a string or as UTF-8
 * @param target - the log of the QEMU that it comes to
 * @returns how the last migration ended, or up to 100 violations in the order of time, each at its line: `source[12]`
 * @example
 * const source = '{"execute":"migrate","arguments":{"uri":"tcp:192.0.2.7:49152"}}\n{"return":{}}\n{"execute":"quit"}'
 * const judged = completionOrder(source, "")
 * judged._tag === "Left" && judged.left.map(({ rule, path }) => [rule, path])
 * // [["completion/announced", "source[1]"], ["completion/target-listens", "source[1]"], ["completion/source-quit", "source[3]"]]
 * @since 0.6.0
 */
export const completionOrder = (source: unknown, target: unknown): Checked<Completion> => {
  const there = readLog(source, "source")
  if (E.isLeft(there)) return there
  const here = readLog(target, "target")
  return E.isLeft(here) ? here : judge(there.right, here.right)
}
