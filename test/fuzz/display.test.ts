import { describe, expect, test } from "vitest"
import { displayOn } from "../../src/fuzz/display.js"
import type { Row } from "../../src/fuzz/progress.js"

const row: Row = {
  target: "raw",
  state: "fuzzing",
  executions: 1,
  rate: 2,
  coverage: 3,
  corpus: 4,
  findings: 0,
}

/** A screen whose clock the test turns. */
const screenOf = (isTTY: boolean) => {
  const written: string[] = []
  const timers = new Map<() => void, number>()
  return {
    written,
    timers,
    tick: () => {
      for (const action of timers.keys()) action()
    },
    screen: {
      isTTY,
      write: (text: string) => written.push(text),
      every: (milliseconds: number, action: () => void) => {
        timers.set(action, milliseconds)
        return () => timers.delete(action)
      },
    },
  }
}

describe("without a terminal", () => {
  test("there are lines, at most one every ten seconds beside those that are said", async () => {
    const { screen, written, timers, tick } = screenOf(false)
    const display = await displayOn(screen, () => [row])
    expect([...timers.values()]).toEqual([10_000])
    display.note("start")
    tick()
    display.say("finding")
    display.end()
    tick()
    expect(written).toEqual(["start\n", "       0 of 1 target done, 1 execution, 0 findings\n", "finding\n"])
  })
})

describe("on a terminal", () => {
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9?]*[A-Za-z]`, "g")

  test("the table is drawn over itself, and is gone in the end", async () => {
    const { screen, written, timers, tick } = screenOf(true)
    let executions = 1
    const display = await displayOn(screen, () => [{ ...row, executions }])
    expect([...timers.values()]).toEqual([250])
    tick()
    tick()
    expect(written).toHaveLength(1)
    expect(written[0]?.replace(escapes, "")).toBe(
      "target  executions  exec/s  coverage  corpus  findings\nraw              1       2         3       4         0  fuzzing\n",
    )
    executions = 2
    tick()
    expect(written[1]?.startsWith("\u001b[")).toBe(true)
    display.note("not shown")
    display.say("finding")
    expect(written.at(-1)).toBe("finding\n")
    display.end()
    expect(timers.size).toBe(0)
    expect(written.join("")).not.toContain("not shown")
  })
})
