import type { TargetModule } from "../src/fuzz/target.js"
import { decodeWindow, encodeWindow, type Opening, replayWindow } from "../src/seal/replay.js"
import { difference } from "./texts.js"

/**
 * The replay window and its file. An input is a file's bytes, and as well a list of steps of three bytes each: whose
 * envelope is opened, for how long it is remembered, and how much time passes before; every 16th one restarts.
 */

const isRead = (bytes: Uint8Array): void => {
  const read = decodeWindow(bytes)
  if (read._tag === "Left") return
  const written = encodeWindow(
    read.right.map(({ id, until }) => ({ id, until: Math.min(until, Number.MAX_SAFE_INTEGER) })),
  )
  if (written.length > bytes.length || bytes.length - written.length >= 24)
    throw difference("every whole opening", `${read.right.length} of ${bytes.length} bytes`)
  const again = decodeWindow(written)
  if (again._tag === "Left" || again.right.length !== read.right.length) throw difference("the same openings", "others")
}

interface Step extends Opening {
  readonly now: number
  readonly restarts: boolean
}

const stepsOf = (data: Uint8Array): readonly Step[] => {
  const steps: Step[] = []
  let now = 0
  for (let at = 0; at + 3 <= data.length; at += 3) {
    const [who = 0, time = 0, pause = 0] = data.subarray(at, at + 3)
    now += pause
    steps.push({ id: who.toString(16).padStart(32, "0"), until: now + time, now, restarts: who % 16 === 0 })
  }
  return steps
}

const reread = (openings: readonly Opening[]): readonly Opening[] => {
  const read = decodeWindow(encodeWindow(openings))
  if (read._tag === "Left") throw difference("a file that is read", read.left[0].rule)
  return read.right
}

/** Nothing is opened again while it is remembered, and what is not remembered is opened. */
const isKept = (steps: readonly Step[]): void => {
  const known = new Map<string, number>()
  let window = replayWindow()
  for (const { id, until, now, restarts } of steps) {
    if (restarts) window = replayWindow({ openings: reread(window.openings()) })
    const before = known.get(id)
    const taken = window.take({ id, until }, now)
    if (taken === "full") throw difference("room", "none")
    if (taken === "first" && before !== undefined && before >= now) throw difference("again", "first")
    if (taken === "again" && before === undefined) throw difference("first", "again")
    if (taken === "first") known.set(id, until)
  }
}

const target: TargetModule = {
  fuzz: (data) => {
    isRead(data)
    isKept(stepsOf(data))
  },
  underTest: ["src/seal/"],
  detectors: false,
  dictionary: [encodeWindow([])],
  seeds: () => [
    encodeWindow([]),
    encodeWindow([{ id: "0f".repeat(16), until: 1_795_867_200_000 }]),
    Uint8Array.of(1, 10, 0, 1, 10, 5, 16, 0, 0, 1, 10, 20),
  ],
  evidenceOf: (data) => ({ kind: "text", bytes: data }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
