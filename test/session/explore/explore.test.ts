import { describe, expect, test } from "vitest"
import { explore } from "./explore.js"
import { printed } from "./print.js"
import { explored } from "./settings.js"

/** No crash and no hang can be reached, and honest clients get through, in every order of what can happen. */

describe("nothing that can happen crashes or hangs a guarded server, and honest clients get through:", () => {
  test.each(explored)("$says", { timeout: 180_000 }, ({ setting, states }) => {
    const found = explore(setting)
    expect(found.attack && printed(found.attack)).toBeUndefined()
    expect(found.states).toBe(states)
  })
})
