import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { openReplayFile, replaysOf } from "../../../src/relay/seal/replay-file.js"
import { clockSkew } from "../../../src/seal/index.js"
import { encodeOpening, encodeWindow, mostOpenings, type Opening } from "../../../src/seal/replay.js"
import { temporaryFolder } from "../../cli/harness.js"

let folder = ""
let file = ""

beforeEach(() => {
  folder = temporaryFolder()
  file = join(folder, "opened")
})

const openingOf = (number: number, until = 1000): Opening => ({ id: number.toString(16).padStart(32, "0"), until })

const opened = (now = 0) => {
  const window = openReplayFile(file, now)
  onTestFinished(window.close)
  return window
}

describe("a window in a file", () => {
  test("remembers what another process opened", () => {
    expect(opened().take(openingOf(1), 0)).toBe("first")
    expect(opened().take(openingOf(1), 1)).toBe("again")
    expect(opened().take(openingOf(2), 1)).toBe("first")
    expect(opened().openings()).toEqual([openingOf(1), openingOf(2)])
  })

  test("is nobody else's to read, and leaves nothing beside it", () => {
    opened().take(openingOf(1), 0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(["opened"])
  })

  test("forgets what has expired only where there is no more room: the clock may be ahead", () => {
    opened().take(openingOf(1), 0)
    expect(opened(1001).openings()).toEqual([openingOf(1)])
    const many = Array.from({ length: mostOpenings }, (_, number) => openingOf(number, number))
    writeFileSync(file, encodeWindow([...many, openingOf(mostOpenings, 9000)]))
    expect(opened(mostOpenings - 1).openings()).toEqual([openingOf(mostOpenings - 1, mostOpenings - 1)])
    expect(readFileSync(file)).toHaveLength(8 + 24)
  })

  test("opens nothing any more once its file was removed or replaced: a restart would not know of it", () => {
    const window = opened()
    expect(window.take(openingOf(1), 0)).toBe("first")
    opened()
    expect(() => window.take(openingOf(2), 0)).toThrow("the replay window has been removed or replaced")
    expect(opened().openings()).toEqual([openingOf(1)])
  })

  test("has what follows an opening that was not written to its end at its place", () => {
    const window = opened()
    window.take(openingOf(1), 0)
    // As a disk leaves it that had no space for more.
    appendFileSync(file, encodeOpening(openingOf(2)).subarray(0, 10))
    window.take(openingOf(3), 0)
    expect(opened().openings()).toEqual([openingOf(1), openingOf(3)])
  })

  test("does without an opening that was not written to its end", () => {
    const window = opened()
    window.take(openingOf(1), 0)
    window.take(openingOf(2), 0)
    truncateSync(file, 8 + 24 + 23)
    expect(opened().openings()).toEqual([openingOf(1)])
  })

  test("is written anew before it is full of what has expired", () => {
    const expired = Array.from({ length: mostOpenings - 1 }, (_, number) => openingOf(number))
    writeFileSync(file, encodeWindow(expired))
    const window = opened()
    window.take(openingOf(mostOpenings, 9000), 2000)
    expect(statSync(file).size).toBe(8 + 24 * mostOpenings)
    window.take(openingOf(mostOpenings + 1, 9000), 2000)
    expect(statSync(file).size).toBe(8 + 24 * 2)
    expect(opened().openings()).toEqual([openingOf(mostOpenings, 9000), openingOf(mostOpenings + 1, 9000)])
  })

  test.each([
    ["another format", () => writeFileSync(file, "MGSE of another kind")],
    ["nothing", () => writeFileSync(file, "")],
    ["a folder", () => mkdirSync(file)],
  ])("is not begun over %s", (_, make) => {
    make()
    expect(() => openReplayFile(file, 0)).toThrow(file)
  })

  test("is not begun in a folder that is not there", () => {
    expect(() => openReplayFile(join(folder, "none", "opened"), 0)).toThrow("ENOENT")
  })
})

test("a file that is not there yet says nothing of what was opened before", () => {
  expect(opened(1000).since).toBe(1000 + clockSkew)
  expect(opened(1000).since).toBe(0)
})

describe("a relay's window", () => {
  const replays = (now = 1000) => {
    const relayed = replaysOf(() => now)
    onTestFinished(relayed.close)
    return relayed
  }

  test("without a file opens nothing that may have been opened before it", () => {
    expect(replays().window().since).toBe(1000 + clockSkew)
  })

  test("takes what it remembers into another file, and keeps it there", () => {
    const relayed = replays(0)
    relayed.use(file)
    relayed.window().take(openingOf(1), 0)
    relayed.use(join(folder, "another"))
    expect(relayed.window().take(openingOf(1), 0)).toBe("again")
    relayed.use(undefined)
    relayed.use(file)
    expect(relayed.window().take(openingOf(1), 0)).toBe("again")
  })

  test("that was nowhere at first takes what it remembers into a file that is there", () => {
    openReplayFile(file, 0).close()
    const relayed = replays(0)
    relayed.use(undefined)
    relayed.window().take(openingOf(1), 0)
    relayed.use(file)
    expect(relayed.window().take(openingOf(1), 0)).toBe("again")
    expect(relayed.window().since).toBe(clockSkew)
  })

  test("stays as it is where it cannot be kept elsewhere", () => {
    const relayed = replays(0)
    relayed.use(file)
    relayed.window().take(openingOf(1), 0)
    expect(() => relayed.use(folder)).toThrow(folder)
    expect(relayed.window().take(openingOf(1), 0)).toBe("again")
    expect(relayed.window().take(openingOf(2), 0)).toBe("first")
    expect(opened().openings()).toEqual([openingOf(1), openingOf(2)])
  })
})
