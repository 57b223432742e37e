import fc from "fast-check"
import { expect, test } from "vitest"
import { createSession, type SessionEvent } from "../../src/session/index.js"
import { channelTypes, type LinkedChannel } from "../../src/spice/wire/channels.js"
import { displayOf, genuine, word } from "./scene.js"

/** Events in whatever order. */

const connection = fc.integer({ min: 0, max: 6 })
const channel = fc.constantFrom(...(Object.keys(channelTypes) as LinkedChannel[]))
const type = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 101, 102, 103, 107, 108, 109, 110, 115, 117, 118), fc.nat(0xffff))
const head = fc.oneof(
  fc.constantFrom(new Uint8Array(), word(1), word(3), Uint8Array.of(7, ...new Uint8Array(19))),
  fc.uint8Array({ maxLength: 20 }),
)
const size = fc.oneof(fc.nat(5000), fc.nat(0xffffffff))
const serial = fc.constantFrom(0n, 1n, 100n, 101n, 2n ** 64n - 1n)
const display = fc
  .record({
    pixmap_cache_clients: fc.tuple(serial, serial, serial, serial),
    pixmap_cache_freezer: fc.boolean(),
    message_serial: serial,
  })
  .map(displayOf)

const event: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("link" as const),
    connection,
    link: fc.record({ channel, channelId: fc.nat(3), connectionId: fc.constantFrom(0, 7, 8) }),
  }),
  fc.record({ kind: fc.constant("linked" as const), connection, error: fc.constantFrom(0, 0, 0, 7) }),
  fc.record({ kind: fc.constant("message" as const), connection, type, size, head }),
  fc.record({ kind: fc.constant("server" as const), connection, type, size, head }),
  fc.record({
    kind: fc.constant("data" as const),
    connection,
    state: fc.oneof(display, fc.constantFrom(genuine("main"), genuine("inputs"), genuine("usbredir"))),
  }),
  fc.record({ kind: fc.constant("whole" as const), connection, type, payload: head }),
  fc.record({ kind: fc.constant("left" as const), connection }),
  fc.record({ kind: fc.constant("closed" as const), connection }),
  fc.record({ kind: fc.constant("time" as const), now: fc.nat(20_000) }),
)

const judged = ["link", "message", "whole", "data"]

/** What is said about a connection once at most in answer to one event: all but what comes beside another decision. */
const verdicts = ["forward", "refuse", "gather", "hold", "replace"]

test("any events give decisions: one on the event's own connection, first, and none twice", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80, size: "max" }), fc.boolean(), (events, awaitsMachine) => {
      const session = createSession({ awaitsMachine })
      const ended = new Set<number>()
      for (const each of events) {
        // A number is another connection's only once the first is closed.
        if (each.kind === "link" && ended.has(each.connection)) continue
        const decisions = session(each)
        const said = decisions.map(({ kind, connection }) => `${kind} ${connection}`)
        expect(new Set(said).size).toBe(said.length)
        if (judged.includes(each.kind) && "connection" in each) {
          expect(decisions[0]?.connection).toBe(each.connection)
          expect(verdicts).toContain(decisions[0]?.kind)
        }
        if (each.kind === "message") expect(decisions.every(({ kind }) => kind !== "hold")).toBe(true)
        if (each.kind === "closed") ended.delete(each.connection)
        for (const { kind, connection } of decisions) {
          // Nothing goes on to a server on a connection that is being ended.
          if (ended.has(connection)) expect(["refuse", "end"]).toContain(kind)
          if (kind === "end") ended.add(connection)
        }
      }
    }),
    { numRuns: 1000 },
  )
})
