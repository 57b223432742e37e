import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { decodeMigrateData } from "../../src/index.js"
import { createSession, type Decision } from "../../src/session/index.js"
import { carriesData } from "../../src/spice/wire/channels.js"
import { type Framers, frameConnection } from "../../src/spice/wire/connection.js"
import type { ClientEvent } from "../../src/spice/wire/events.js"
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

  /** What was said on connections of which something is held: in earnest it would not have been, so it waits. */
  const held = new Map<number, { readonly late: Entry[]; readonly pass: () => void }>()
  const released: (() => void)[] = []

  const carryOut = (decisions: readonly Decision[]): void => {
    for (const decision of decisions) {
      if (decision.kind === "refuse") refused.push(decision.violation.message)
      const waiting = decision.kind === "forward" ? held.get(decision.connection) : undefined
      if (waiting === undefined) continue
      const { connection } = decision
      held.delete(connection)
      waiting.pass()
      released.push(() => {
        const known = framers.get(connection)
        if (known !== undefined) readClient(connection, known)
        for (const entry of waiting.late) hear(entry)
      })
    }
  }

  const open = (connection: number): Framers => {
    passed.set(connection, [])
    const opened = frameConnection(connection, () => false)
    framers.set(connection, opened)
    return opened
  }

  /** Takes an event of a client's; one that is held stays so until the session lets it pass. */
  const take = (connection: number, { client }: Framers, event: ClientEvent): void => {
    const forward = (...chunks: readonly Uint8Array[]) => {
      for (const bytes of chunks) passed.get(connection)?.push(bytes.slice())
    }
    switch (event.kind) {
      case "pass":
        forward(event.bytes)
        break
      case "link": {
        const { link, last } = event
        links.set(connection, link)
        const decisions = session({ kind: "link", connection, link })
        if (decisions[0]?.kind === "hold") held.set(connection, { late: [], pass: () => forward(last) })
        else forward(last)
        carryOut(decisions)
        break
      }
      case "message": {
        const decisions = session(event)
        if (event.type === 5 || decisions[0]?.kind === "gather") forward(client.hold())
        carryOut(decisions)
        break
      }
      case "whole": {
        const { type, header, payload } = event
        const pass = () => forward(header, payload)
        if (type === 5) judgeData(connection, payload, pass)
        else {
          carryOut(session({ kind: "whole", connection, type, payload }))
          pass()
        }
        break
      }
      case "broken":
        throw new TypeError(event.violation.message)
    }
  }

  const judgeData = (connection: number, payload: Uint8Array, forward: () => void): void => {
    const channel = links.get(connection)?.channel ?? "cursor"
    const decoded = carriesData(channel) ? decodeMigrateData(channel, payload) : undefined
    if (decoded === undefined || E.isLeft(decoded)) return
    const pass = () => {
      data.push(channel)
      forward()
    }
    const decisions = session({ kind: "data", connection, state: decoded.right })
    if (decisions[0]?.kind === "hold") held.set(connection, { late: [], pass })
    else pass()
    carryOut(decisions)
  }

  const readClient = (connection: number, known: Framers): void => {
    for (let event = known.client.next(); event !== undefined; event = known.client.next()) {
      take(connection, known, event)
      if (held.has(connection)) return
    }
  }

  const readServer = (connection: number, { server }: Framers): void => {
    for (let event = server.next(); event !== undefined; event = server.next()) {
      if (event.kind === "broken") throw new TypeError(event.violation.message)
      if (event.kind === "result") carryOut(session({ kind: "linked", connection, error: event.error }))
      if (event.kind !== "message") continue
      const { type, size, head } = event
      carryOut(session({ kind: "server", connection, type, size, head }))
    }
  }

  const hear = (entry: Entry): void => {
    const [connection, side, base64] = entry
    const waiting = held.get(connection)
    if (waiting !== undefined) return void waiting.late.push(entry)
    const known = framers.get(connection) ?? open(connection)
    const bytes = new Uint8Array(Buffer.from(base64, "base64"))
    if (side === "x") carryOut(session({ kind: "closed", connection }))
    else if (side === "s") {
      known.server.push(bytes)
      readServer(connection, known)
    } else {
      known.client.push(bytes)
      readClient(connection, known)
    }
  }

  for (const entry of entries) {
    hear(entry)
    for (let proceed = released.shift(); proceed !== undefined; proceed = released.shift()) proceed()
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
