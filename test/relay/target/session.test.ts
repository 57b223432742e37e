import { expect, test } from "vitest"
import { targetGuardOf } from "../../../src/relay/target/session.js"
import type { Decision } from "../../../src/session/index.js"
import { defaultReceiver } from "../../../src/spice/receiver.js"
import { manualClock } from "../harness.js"

/** When a guard says what time it is. */

const displayed = (clock = manualClock(), connectionId = 0) => {
  const target = {
    receiver: defaultReceiver,
    seal: undefined,
    observes: false,
    awaitsMachine: () => true,
    confirm: (then: () => void) => then(),
  }
  const guard = targetGuardOf(target, clock, () => undefined)
  const decisions: Decision[] = []
  const [main, display] = [
    guard.join(
      (each) => decisions.push(each),
      () => undefined,
    ),
    guard.join(
      (each) => decisions.push(each),
      () => undefined,
    ),
  ]
  const init = Uint8Array.of(7, ...new Uint8Array(19))
  guard.say({ kind: "link", connection: main, link: { channel: "main", channelId: 0, connectionId } })
  guard.say({ kind: "linked", connection: main, error: 0 })
  if (connectionId === 0) guard.say({ kind: "server", connection: main, type: 103, size: 32, head: init })
  guard.say({ kind: "link", connection: display, link: { channel: "display", channelId: 0, connectionId: 7 } })
  if (connectionId !== 0) guard.say({ kind: "server", connection: main, type: 118, size: 0, head: new Uint8Array() })
  guard.say({ kind: "linked", connection: display, error: 0 })
  return { guard, clock, decisions, main, display }
}

test("a timer that comes early comes once more", () => {
  const clock = manualClock()
  // As setTimeout does, it knows no parts of a millisecond.
  const early = {
    ...clock,
    after: (time: number, action: () => void) => clock.after(Math.max(1, Math.floor(time) - 1), action),
  }
  const { decisions, display } = displayed(early)
  for (let passed = 0; passed < 2_005; passed++) clock.advance(1)
  expect(decisions).toContainEqual(expect.objectContaining({ kind: "send", connection: display }))
})

test.each([0, 60_000])("a display has 2 s from its link on, %i ms after the last event", (pause) => {
  const clock = manualClock()
  const { guard, decisions } = displayed(clock)
  const display = guard.join(
    (each) => decisions.push(each),
    () => undefined,
  )
  guard.say({ kind: "link", connection: display, link: { channel: "display", channelId: 1, connectionId: 7 } })
  // The first display's turn comes in that time, and says what time it is.
  for (const part of [2_000, pause]) clock.advance(part)
  guard.say({ kind: "linked", connection: display, error: 0 })
  clock.advance(1_999)
  expect(decisions.filter((each) => each.kind === "send" && each.connection === display)).toEqual([])
  clock.advance(1)
  expect(decisions).toContainEqual(expect.objectContaining({ kind: "send", connection: display }))
})

test("a display of a client that migrates has 2 s from MIGRATE_END on, however late that comes", () => {
  const { guard, clock, decisions, main, display } = displayed(manualClock(), 7)
  clock.advance(60_000)
  guard.say({ kind: "whole", connection: main, type: 109, payload: new Uint8Array() })
  clock.advance(1_999)
  expect(decisions.filter(({ kind }) => kind === "refuse")).toEqual([])
  clock.advance(1)
  expect(decisions).toContainEqual(expect.objectContaining({ kind: "refuse", connection: display }))
})
