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
  const session = createSession()
  const framers = new Map<number, Framers>()
  const links = new Map<number, Link>()
  const refused: string[] = []
  const data: string[] = []
  const passed = new Map<number, Uint8Array[]>()

  const take = (decisions: readonly Decision[]): undefined => {
    for (const decision of decisions) if (decision.kind === "refuse") refused.push(decision.violation.message)
  }

  const open = (connection: number): Framers => {
    const forward = (bytes: Uint8Array) => void passed.get(connection)?.push(bytes.slice())
    passed.set(connection, [])
    return frameConnection({
      link: (link) => {
        links.set(connection, link)
        return take(session({ kind: "link", connection, link }))
      },
      message: (type, size, head) => {
        take(session({ kind: "message", connection, type, size, head }))
        return type === 5 ? "hold" : undefined
      },
      data: (header, payload) => {
        const channel = links.get(connection)?.channel ?? "cursor"
        const decoded = carriesData(channel) ? decodeMigrateData(channel, payload) : undefined
        if (decoded === undefined || E.isLeft(decoded)) return
        take(session({ kind: "data", connection, state: decoded.right }))
        data.push(channel)
        forward(header)
        forward(payload)
      },
      forward,
      result: (error) => take(session({ kind: "linked", connection, error })),
      serverMessage: (type, size, head) => take(session({ kind: "server", connection, type, size, head })),
    })
  }

  for (const [connection, side, base64] of entries) {
    const known = framers.get(connection) ?? open(connection)
    framers.set(connection, known)
    let bytes = new Uint8Array(Buffer.from(base64, "base64"))
    if (side === "x") take(session({ kind: "closed", connection }))
    else if (side === "s") expect(known.fromServer(bytes)).toBe(undefined)
    else
      while (bytes.length > 0) {
        const taken = known.fromClient(bytes)
        if (typeof taken !== "number") throw new TypeError(taken.message)
        bytes = bytes.subarray(taken)
      }
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
