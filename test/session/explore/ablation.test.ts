import { describe, expect, test } from "vitest"
import { sessionRules } from "../../../src/session/rules.js"
import { explore } from "./explore.js"
import { printed } from "./print.js"
import { ablations } from "./settings.js"

/** Each rule of the order is needed: a guard without it is outwitted, by the attack that the snapshot shows. */

describe("a guard is outwitted without", () => {
  test.each(ablations)("$without", { timeout: 120_000 }, ({ setting }) => {
    const { attack } = explore(setting)
    expect(attack && printed(attack)).toMatchSnapshot()
    expect(attack).toBeDefined()
  })
})

/** Rules about one message by itself, or about what one display's data says of others: no order makes them matter. */
const withoutOrder = [
  "session/known-id",
  "session/linked-first",
  "session/seamless-version",
  "session/seamless-size",
  "session/data-channel",
  "session/data-size",
  "session/answers-asked",
  "session/display-init-valid",
  "session/display-init-due",
  "session/flush-mark-needs-agent-start",
  "session/agent-token-needs-data",
  "session/message-size",
  "session/decompressed-size",
  "session/cache-display-known",
  "session/cache-serial",
  "session/one-freezer",
  "session/image-id",
  "session/hold-limit",
  "session/ack-due",
]

test("every rule is taken away, or is none of the order", () => {
  const tried = ablations.map(({ without }) => without).filter((each) => each.startsWith("session/"))
  expect([...tried, ...withoutOrder].sort()).toEqual(
    Object.values(sessionRules)
      .map(({ id }) => id)
      .sort(),
  )
})
