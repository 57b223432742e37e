import { describe, expect, test } from "vitest"
import { limitedLog } from "../../../src/relay/operate/log-limits.js"
import {
  channel,
  closing,
  type Guarded,
  guarded,
  type Line,
  manualClock,
  metricsOf,
  portOf,
  rawClient,
  recordingLog,
  until,
} from "../harness.js"

/** Connects so many times and says one byte, which begins no SPICE. */
const junk = async (port: number, times: number): Promise<void> => {
  const sockets = await Promise.all(Array.from({ length: times }, () => rawClient(port)))
  for (const socket of sockets) socket.write("x")
  await Promise.all(sockets.map(closing))
}

const decisions = (lines: readonly Line[], fields: Partial<Line> = {}): readonly Line[] =>
  lines.filter(
    (line) => line.message === "decision" && Object.entries(fields).every(([name, value]) => line[name] === value),
  )

const counts = (lines: readonly Line[]): readonly Line[] =>
  lines.filter(({ message }) => message === "lines were left out")

const twoListeners = async (): Promise<Guarded & { readonly other: number }> => {
  const relay = await guarded()
  const [listener] = relay.configuration.listeners
  if (listener === undefined) throw new Error("no listener")
  await relay.relay.reload({ ...relay.configuration, listeners: [listener, { ...listener, name: "other" }] })
  return { ...relay, other: portOf(relay.relay.addresses().get("other")) }
}

describe("decisions before the handshake is done", () => {
  test("are at most ten lines in a second, and the rest is counted by listener and rule without another line", async () => {
    const relay = await guarded()
    await junk(relay.port, 60)
    expect(decisions(relay.lines)).toHaveLength(10)
    expect(counts(relay.lines)).toEqual([])
    relay.clock.advance(999)
    expect(counts(relay.lines)).toEqual([])
    relay.clock.advance(1)
    const [rule, ...others] = new Set(decisions(relay.lines).map(({ rule }) => rule))
    expect(others).toEqual([])
    expect(counts(relay.lines)).toEqual([
      { level: "warn", message: "lines were left out", listener: "vm", rule, authenticated: false, count: 50 },
    ])
    await junk(relay.port, 1)
    expect(decisions(relay.lines)).toHaveLength(11)
    const metrics = await metricsOf(relay.relay.metricsAddress())
    expect(metrics.get('migration_guard_log_dropped_total{reason="limit"}')).toBe(50)
  })

  test("are counted when the relay ends, too", async () => {
    const relay = await guarded()
    await junk(relay.port, 12)
    await relay.relay.close(0)
    expect(counts(relay.lines)).toMatchObject([{ listener: "vm", count: 2 }])
    expect(relay.clock.timers()).toBe(0)
  })

  test("of one listener hide none of another", async () => {
    const relay = await twoListeners()
    await junk(relay.port, 20)
    await junk(relay.other, 1)
    expect(decisions(relay.lines, { listener: "vm" })).toHaveLength(10)
    expect(decisions(relay.lines, { listener: "other" })).toHaveLength(1)
  })

  test("by one rule hide none by another, nor a connection that is rejected", async () => {
    const relay = await guarded({ limits: { connectionsBySource: 30, handshaking: 64, handshakingBySource: 64 } })
    await junk(relay.port, 20)
    await channel(relay, "inputs", 99).catch(() => undefined)
    expect(await relay.line({ rule: "session/known-id" })).toMatchObject({ authenticated: false })
    await Promise.all(Array.from({ length: 31 }, () => rawClient(relay.port)))
    await relay.line({ message: "connection rejected", reason: "source-limit" })
  })

  test("hide none of a client that the server has accepted", async () => {
    const relay = await guarded()
    const client = await channel(relay, "main")
    await junk(relay.port, 20)
    client.send(4)
    await client.ended
    expect(await relay.line({ rule: "session/flush-mark-asked" })).toMatchObject({ authenticated: true })
  })

  test("take no place of what happens to such a client for the same reason", async () => {
    const relay = await guarded()
    await channel(relay, "main")
    const { socket } = await relay.server.linked()
    relay.server.server.close()
    const refused = await Promise.allSettled(Array.from({ length: 20 }, () => channel(relay, "main")))
    expect(refused.map(({ status }) => status)).toEqual(Array(20).fill("rejected"))
    socket.resetAndDestroy()
    await relay.line({ message: "target-failed", authenticated: true })
    relay.clock.advance(1000)
    expect(counts(relay.lines)).toMatchObject([{ reason: "target-failed", authenticated: false, count: 10 }])
  })

  test("of monitored connections are limited alike", async () => {
    const relay = await guarded({ mode: "monitor", limits: { handshaking: 64, handshakingBySource: 64 } })
    const sockets = await Promise.all(Array.from({ length: 20 }, () => rawClient(relay.port)))
    for (const socket of sockets) socket.write("x")
    await until(() => relay.server.spoken() === sockets.length)
    expect(decisions(relay.lines)).toHaveLength(10)
  })
})

describe("a limited log", () => {
  const limited = (most: number) => {
    const clock = manualClock()
    const { lines, log } = recordingLog()
    const omitted = { count: 0 }
    return { clock, lines, omitted, ...limitedLog(log, clock, most, () => omitted.count++) }
  }

  test("counts a period's lines once, whether time or the next line ends it", () => {
    const { write, clock, lines, omitted } = limited(1)
    const line = () => write({ listener: "vm" }, "info", "line")
    line()
    line()
    line()
    clock.advance(1000)
    line()
    clock.advance(5000)
    line()
    expect(lines).toEqual([
      { level: "info", message: "line" },
      { level: "warn", message: "lines were left out", listener: "vm", count: 2 },
      { level: "info", message: "line" },
      { level: "info", message: "line" },
    ])
    expect(omitted.count).toBe(2)
    expect(clock.timers()).toBe(0)
  })

  test("has a bound for the kinds that it tells apart", () => {
    const { write, flush, clock, lines } = limited(1)
    for (let kind = 0; kind < 5000; kind++) for (const _ of "two") write({ kind }, "info", "line", { kind })
    expect(lines.length).toBeLessThanOrEqual(1025)
    expect(clock.timers()).toBeLessThanOrEqual(1025)
    flush()
    expect(clock.timers()).toBe(0)
    const counted = counts(lines).reduce((sum, { count }) => sum + Number(count), 0)
    expect(counted + lines.length - counts(lines).length).toBe(5000 * 3)
    write({ kind: 9999 }, "info", "line", { kind: 9999 })
    expect(lines.at(-1)).toMatchObject({ message: "line", kind: 9999 })
  })
})
