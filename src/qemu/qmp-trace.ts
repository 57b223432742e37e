import * as E from "fp-ts/lib/Either.js"
import { byteLength, type JsonLimits, readJson } from "../data/json.js"
import type { Place } from "../violation/violation.js"

/** One of the two ends of a migration. */
export type QmpSide = "source" | "target"

/** What a QMP message says, as far as the order of a migration goes; `other` says nothing of it. */
export type Said =
  | { readonly kind: "command"; readonly name: string; readonly id: string; readonly arguments: object }
  | { readonly kind: "reply"; readonly id: string; readonly isError: boolean; readonly value: object }
  | { readonly kind: "event"; readonly name: string; readonly data: object }
  | { readonly kind: "other" }
  | { readonly kind: "unreadable" }

/** A QMP message of a log. */
export interface QmpMessage {
  readonly side: QmpSide
  readonly place: Place
  /** Milliseconds since 1970; Infinity behind the last line that has a time. */
  readonly time: number
  readonly said: Said
}

/** Replies to query-qmp-schema take some 250 KB. */
const limits: JsonLimits = { maxBytes: 4 << 20, maxDepth: 64, maxMembers: 1 << 20 }

const members = (value: unknown): ReadonlyMap<string, unknown> => new Map(Object.entries(Object(value)))

const eventTime = (value: unknown): number | undefined => {
  const parts = members(value)
  const [seconds, microseconds] = [Number(parts.get("seconds")), Number(parts.get("microseconds"))]
  return Number.isFinite(seconds + microseconds) && seconds >= 0 ? seconds * 1000 + microseconds / 1000 : undefined
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

const saidIn = (message: ReadonlyMap<string, unknown>): Said => {
  const id = JSON.stringify(message.get("id"), (_, value) => (typeof value === "bigint" ? String(value) : value)) ?? ""
  const command = message.get("execute") ?? message.get("exec-oob")
  if (command !== undefined)
    return { kind: "command", name: textOf(command), id, arguments: Object(message.get("arguments")) }
  if (message.has("event"))
    return { kind: "event", name: textOf(message.get("event")), data: Object(message.get("data")) }
  if (message.has("return") || message.has("error"))
    return { kind: "reply", id, isError: message.has("error"), value: Object(message.get("return")) }
  return message.has("QMP") ? { kind: "other" } : { kind: "unreadable" }
}

const lineTime = (before: string): number | undefined => {
  const time = Date.parse(before.trim())
  return Number.isNaN(time) ? undefined : time
}

interface Line {
  readonly place: Place
  readonly time: number | undefined
  readonly said: Said
}

const lineOf = (line: string, place: Place): Line | undefined => {
  const start = line.indexOf("{")
  if (start < 0) return undefined
  const before = lineTime(line.slice(0, start))
  const json = readJson(line.slice(start).trimEnd(), limits)
  if (E.isLeft(json) || (before === undefined && line.slice(0, start).trim() !== ""))
    return { place, time: before, said: { kind: "unreadable" } }
  const message = members(json.right.value)
  return { place, time: eventTime(message.get("timestamp")) ?? before, said: saidIn(message) }
}

/**
 * The messages of one log, in its order. A line may have its time in front, as `Date.parse` reads it. One that has
 * none, as commands do in QMP itself, counts as of the next one that has: there its effect shows.
 */
const messagesOf = (log: string, side: QmpSide): readonly QmpMessage[] => {
  let offset = 0
  const lines = log.split("\n").flatMap((text, index) => {
    const place = { path: `${side}[${index + 1}]`, offset, length: byteLength(text) }
    offset += place.length + 1
    return lineOf(text, place) ?? []
  })
  let next = Number.POSITIVE_INFINITY
  return lines
    .toReversed()
    .map(({ place, time = next, said }): QmpMessage => {
      next = time
      return { side, place, time, said }
    })
    .reverse()
}

/** The messages of both logs in the order of their times, each log's own order kept; of two at one time the target's first. */
export const tracesOf = (source: string, target: string): readonly QmpMessage[] => {
  const [theirs, others] = [messagesOf(source, "source"), messagesOf(target, "target")]
  const merged: QmpMessage[] = []
  let at = 0
  for (const message of theirs) {
    for (let other = others[at]; other !== undefined && other.time <= message.time; other = others[++at])
      merged.push(other)
    merged.push(message)
  }
  return [...merged, ...others.slice(at)]
}
