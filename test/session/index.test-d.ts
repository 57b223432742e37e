import { describe, expectTypeOf, test } from "vitest"
import type { MigrateData } from "../../src/index.js"
import {
  createSession,
  type Decision,
  type Session,
  type SessionEvent,
  type Violation,
} from "../../src/session/index.js"

describe("the public types", () => {
  test("events go in, decisions come out", () => {
    expectTypeOf(createSession()).toEqualTypeOf<Session>()
    expectTypeOf<Session>().parameters.toEqualTypeOf<[event: SessionEvent]>()
    expectTypeOf<ReturnType<Session>>().toEqualTypeOf<readonly Decision[]>()
  })

  test("only a refusal has a violation, and data is what was decoded", () => {
    expectTypeOf<Extract<Decision, { kind: "refuse" }>["violation"]>().toEqualTypeOf<Violation>()
    expectTypeOf<Extract<Decision, { kind: "forward" }>>().not.toHaveProperty("violation")
    expectTypeOf<Extract<SessionEvent, { kind: "data" }>["state"]>().toEqualTypeOf<MigrateData>()
  })

  test("a channel has a name of SPICE's", () => {
    createSession({ awaitsMachine: false })
    // @ts-expect-error there is no such channel
    createSession()({ kind: "link", connection: 1, link: { channel: "tunnel", channelId: 0, connectionId: 0 } })
  })
})
