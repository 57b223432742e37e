import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readResults } from "../../lab/exposure/results.js"
import { root } from "../../scripts/corpus.js"
import { decodeMigrateData } from "../../src/index.js"
import type { LinkedChannel } from "../../src/session/index.js"
import { type Carrying, genuine, sceneOf, serverTypes, types, word } from "./scene.js"

/** Every order of messages that harmed a target (docs/exposure.md), and what the session makes of it. */

const harmful = readResults().orders.filter(({ fates }) =>
  Object.values(fates).some((fate) => fate.startsWith("killed") || fate.startsWith("hung")),
)

const inSession = (channel: LinkedChannel, type: number, size = 0, head: Uint8Array = new Uint8Array()): string => {
  const { ordinary, ready, send } = sceneOf()
  const main = ordinary(7, 1)
  if (channel === "main") send(main, types.agentStart, word(1))
  return send(channel === "main" ? main : ready(channel), type, head, size)
}

const inMigration = (channel: LinkedChannel, type: number): string => {
  const { migrating, link, send } = sceneOf()
  const main = migrating()
  return send(channel === "main" ? main : link(channel, 7), type)
}

const sizes: Readonly<Record<string, number>> = { "4-gib": 0xffffffff, "2-gib": 0x80000000, "2-gib-less-1": 0x7fffffff }

const atSource = (agent: number, marks: number): string => {
  const { ordinary, send, server } = sceneOf()
  const main = ordinary(7, agent)
  server(main, serverTypes.migrate, word(3))
  let verdict = ""
  for (let mark = 0; mark < marks; mark++) verdict = send(main, types.flushMark)
  return verdict
}

const foreign = (channel: string): string => {
  const other = channel === "inputs" ? "display/genuine/display-lossless.bin" : "inputs/genuine/inputs-base.bin"
  const decoded = decodeMigrateData(channel as Carrying, readFileSync(join(root, "corpus", other)))
  return E.isLeft(decoded) ? "no data of its channel" : "forward"
}

type Play = (channel: LinkedChannel, detail: string) => string

/** By the beginning of an order's name; what follows it is a detail. */
const plays: readonly (readonly [beginning: string, play: Play, rule: string])[] = [
  ["session-flush-mark-after-session", (channel) => inSession(channel, types.flushMark), "session/flush-mark-asked"],
  ["session-flush-mark-", (channel) => inSession(channel, types.flushMark), "session/flush-mark-asked"],
  [
    "session-dst-do-seamless",
    (channel) => inSession(channel, types.seamless, 4, word(1)),
    "session/seamless-on-migrating-main",
  ],
  [
    "session-claimed-data-main",
    () => {
      const { session, link } = sceneOf({})
      const main = link("main", 7)
      const [decision] = session({ kind: "whole", connection: main, type: types.seamless, payload: word(1) })
      return decision?.kind === "replace" ? `${decision.violation.rule}: version ${decision.payload}` : "passes"
    },
    "session/machine-awaited: version 2,0,0,0",
  ],
  ["session-size-4-gib-ordinary-", (channel) => inSession(channel, 101, sizes["4-gib"]), "session/message-size"],
  ["session-size-2-gib-ordinary-", (channel) => inSession(channel, 101, sizes["2-gib"]), "session/message-size"],
  [
    "session-size-4-gib-data-",
    (channel) => inSession(channel, types.data, sizes["4-gib"]),
    "session/data-in-migration",
  ],
  [
    "session-size-2-gib-data-",
    (channel) => inSession(channel, types.data, sizes["2-gib"]),
    "session/data-in-migration",
  ],
  [
    "session-display-init-twice",
    (channel) => {
      const { ordinary, ready, send } = sceneOf()
      ordinary()
      return send(ready(channel), types.displayInit)
    },
    "session/display-init-once",
  ],
  ["migrating-flush-mark-", (channel) => inMigration(channel, types.flushMark), "session/flush-mark-asked"],
  ["migrating-message-first-", (channel) => inMigration(channel, 101), "session/quiet-until-data"],
  ["migrating-display-init", (channel) => inMigration(channel, types.displayInit), "session/quiet-until-data"],
  ["migrating-end", (channel) => inMigration(channel, types.end), "session/end-not-seamless"],
  [
    "migrating-version-lowered",
    () => {
      const { migrating, send } = sceneOf()
      return send(migrating(), types.seamless, word(2))
    },
    "session/seamless-once",
  ],
  [
    "migrating-second-main-and-channel",
    () => {
      const { migrating, ask } = sceneOf()
      migrating()
      return ask("main", 8).verdict
    },
    "session/one-migration",
  ],
  [
    "migrating-channel-of-the-next",
    () => {
      const { migrating, ask, close, link, sent, server, decided } = sceneOf()
      close(migrating())
      const main = link("main", 8)
      const { connection, verdict } = ask("usbredir", 8)
      // The flag that still stands is turned off before the server is asked for the channel.
      const asked = sent()
      server(main, serverTypes.seamlessNack)
      expect(decided()).toContainEqual([connection, "forward"])
      return `${verdict}, main is sent ${asked.flat().slice(1)}`
    },
    "hold, main is sent 110,2,0,0,0",
  ],
  ["agent-token-before-start", (channel) => inSession(channel, types.agentToken, 4), "session/agent-token-needs-data"],
  ["agent-size-", (channel, size) => inSession(channel, types.agentData, sizes[size]), "session/message-size"],
  [
    "spicevmc-compressed-",
    (channel, detail) => {
      const announced = Number.parseInt(detail, 16)
      return inSession(channel, types.compressed, 21, Uint8Array.of(1, ...word(announced)))
    },
    "session/decompressed-size",
  ],
  ["source-no-agent-start", () => atSource(1, 1), "session/flush-mark-needs-agent-start"],
  ["source-flush-mark-twice", () => atSource(0, 2), "session/flush-mark-asked"],
  // Not the session's: the decoder refuses it before.
  ["session-claimed-foreign-", foreign, "no data of its channel"],
]

/** What nothing refuses, and why. */
const notCovered: Readonly<Record<string, string>> = {
  "migrating-queue-of-garbage": "what a queue holds is usbredir's",
  "usbredir-garbage-twice": "what a message holds is usbredir's",
  "migrating-display-silent": "nothing comes that could be refused, and no message says when the machine arrives",
}

/** Orders of connections and of what is not read: those of test/session/attacks.test.ts, and of the exploration. */
const ofConnections = /^(?:end|stall|race|unseen|guard)-/

describe("an order that harmed a target is refused:", () => {
  const covered = harmful.filter(({ name }) => notCovered[name] === undefined && !ofConnections.test(name))

  test.each(covered)("$name", ({ name, channel }) => {
    const [beginning = name, play, rule] = plays.find(([start]) => name.startsWith(start)) ?? []
    expect(play?.(channel, name.slice(beginning.length))).toBe(rule)
    expect(rule).toBeDefined()
  })

  test("and so is all of it where it is genuine but for its place", () => {
    const { ordinary, link, data } = sceneOf()
    ordinary()
    expect(data(link("smartcard", 7), genuine("smartcard"))).toBe("session/data-in-migration")
  })
})
