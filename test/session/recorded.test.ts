import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { decodeMigrateData } from "../../src/index.js"
import { createSession, type Decision } from "../../src/session/index.js"
import { carriesData } from "../../src/spice/wire/channels.js"
import { type Framers, frameConnection } from "../../src/spice/wire/connection.js"
import type { Link } from "../../src/spice/wire/link.js"

/**
 * What spicy (spice-gtk 0.42), with long headers the lab's client, and spice-server 0.15.1 said during migrations between
 * QEMUs 7.2, chunk by chunk. Payloads of the server are zeros beyond their first 20 bytes, which keeps the files small.
 */
type Entry = readonly [connection: number, side: "c" | "s" | "x", base64: string]

const recorded = (name: string): readonly Entry[] =>
  gunzipSync(readFileSync(new URL(`recorded/${name}.jsonl.gz`, import.meta.url)))
    .toString("utf8")
    .split("\n")
    .map((line) => JSON.parse(line) as Entry)

/** Plays a recording through the framers and a session, and says what was refused, and what of the data came. */
const play = (entries: readonly Entry[]) => {
  const session = createSession({ awaitsMachine: true })
  const framers = new Map<number, Framers>()
  const links = new Map<number, Link>()
  const refused: string[] = []
  const data: string[] = []
  const passed = new Map<number, Uint8Array[]>()

  /** What was said on connections whose link is held: in earnest it would not have been, so it waits. */
  const held = new Map<number, { readonly late: Entry[]; readonly pass: () => void }>()
  const released: Entry[] = []

  const take = (decisions: readonly Decision[]): undefined => {
    for (const decision of decisions) {
      if (decision.kind === "refuse") refused.push(decision.violation.message)
      const waiting = decision.kind === "forward" ? held.get(decision.connection) : undefined
      if (waiting === undefined) continue
      held.delete(decision.connection)
      waiting.pass()
      released.push(...waiting.late)
    }
  }

  const open = (connection: number): Framers => {
    const forward = (bytes: Uint8Array) => void passed.get(connection)?.push(bytes.slice())
    passed.set(connection, [])
    return frameConnection({
      link: (link) => {
        links.set(connection, link)
        const decisions = session({ kind: "link", connection, link })
        if (decisions[0]?.kind !== "hold") return take(decisions)
        held.set(connection, { late: [], pass: () => framers.get(connection)?.release() })
        return "hold"
      },
      message: (type, size, head) => {
        const decisions = session({ kind: "message", connection, type, size, head })
        take(decisions)
        return type === 5 || decisions[0]?.kind === "gather" ? "hold" : undefined
      },
      whole: (type, header, payload) => {
        if (type !== 5) {
          take(session({ kind: "whole", connection, type, payload }))
          forward(header)
          forward(payload)
          return
        }
        const channel = links.get(connection)?.channel ?? "cursor"
        const decoded = carriesData(channel) ? decodeMigrateData(channel, payload) : undefined
        if (decoded === undefined || E.isLeft(decoded)) return
        const pass = () => {
          data.push(channel)
          forward(header)
          forward(payload)
        }
        const decisions = session({ kind: "data", connection, state: decoded.right })
        if (decisions[0]?.kind === "hold") held.set(connection, { late: [], pass })
        else pass()
        take(decisions)
      },
      forward,
      result: (error) => take(session({ kind: "linked", connection, error })),
      serverMessage: (type, size, head) => take(session({ kind: "server", connection, type, size, head })),
      mayDrop: () => false,
    })
  }

  const hear = (entry: Entry): void => {
    const [connection, side, base64] = entry
    const waiting = held.get(connection)
    if (waiting !== undefined) return void waiting.late.push(entry)
    const known = framers.get(connection) ?? open(connection)
    framers.set(connection, known)
    let bytes = new Uint8Array(Buffer.from(base64, "base64"))
    if (side === "x") take(session({ kind: "closed", connection }))
    else if (side === "s") expect(known.fromServer(bytes)).toBe(undefined)
    else
      while (bytes.length > 0) {
        const waits = held.get(connection)
        if (waits !== undefined) return void waits.late.push([connection, side, Buffer.from(bytes).toString("base64")])
        const taken = known.fromClient(bytes)
        if (typeof taken !== "number") throw new TypeError(taken.message)
        bytes = bytes.subarray(taken)
      }
  }

  for (const entry of entries) {
    hear(entry)
    for (let next = released.shift(); next !== undefined; next = released.shift()) hear(next)
  }
  const sent = (id: number) =>
    Buffer.concat(
      entries.filter(([other, side]) => other === id && side === "c").map(([, , text]) => Buffer.from(text, "base64")),
    )
  const isUnchanged = [...passed].every(([id, bytes]) => Buffer.concat(bytes).equals(sent(id)))
  return { refused, data: data.sort(), links: links.size, isUnchanged }
}

const carrying = ["display", "inputs", "main", "port", "smartcard", "usbredir", "webdav"]

describe("genuine traffic passes unchanged:", () => {
  test.each([
    ["seamless-source", []],
    ["seamless-target", carrying],
    ["without-agent-source", []],
    ["without-agent-target", carrying],
    ["refused-source", []],
    ["refused-target", []],
    ["long-headers-source", []],
    ["long-headers-target", carrying],
  ])("%s", (name, data) => {
    const played = play(recorded(name))
    expect(played).toMatchObject({ refused: [], data, isUnchanged: true })
    expect(played.links).toBeGreaterThan(7)
  })
})
