import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { blobsOf, type CapturedSession, sessionsOf } from "../../../src/capture/index.js"
import { openNew } from "../../../src/relay/operate/folder.js"
import { type RecorderSurroundings, recorderOf } from "../../../src/relay/operate/record.js"
import { bytesOf, captureOf, edited, temporaryFolder } from "../../cli/harness.js"
import { all, foundIn } from "../../support/captures.js"
import { allGone, channel, guarded, metricsOf, migrating, recordingLog } from "../harness.js"

const target = { scheme: "tcp", host: "192.0.2.7", port: 5900 } as const
const peer = { address: "192.0.2.1", port: 40_000 }

const day = 86_400_000

const recording = (
  bounds: Partial<Record<"maxBytes" | "maxFiles" | "maxAgeSeconds", number>> = {},
  rest: Partial<RecorderSurroundings> = {},
) => {
  const directory = temporaryFolder()
  const counts = { written: 0, dropped: 0, failed: 0 }
  const { lines, log } = recordingLog()
  const time = { now: Date.now() }
  const recorder = recorderOf({
    ...{ log, date: () => time.now },
    count: (what, bytes) => {
      counts[what] += bytes
    },
    ...rest,
  })
  recorder.use({ directory, maxBytes: 1 << 24, maxFiles: 4, maxAgeSeconds: 86_400, ...bounds })
  const names = () => readdirSync(directory).sort()
  const capture = () => Buffer.concat(names().map((name) => readFileSync(join(directory, name))))
  return { directory, counts, lines, time, recorder, names, capture }
}

/** A link of the inputs channel, and the server's answer, as both are on the wire. */
const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index)
  return bytes
}
const magic = Buffer.from("REDQ")
const request = Buffer.concat([magic, words(2, 2, 26, 7), Buffer.from([3, 0]), words(1, 1, 18, 0b1011, 0)])
const reply = Buffer.concat([magic, words(2, 2, 186, 0), Buffer.alloc(162), words(1, 1, 178, 0b1011, 0)])
const ticket = Buffer.concat([words(1), Buffer.alloc(128)])

const conversation = [
  ["client", request],
  ["server", reply],
  ["client", ticket],
  ["server", words(0)],
] as const

describe("a recorder", () => {
  test.each([
    ["IPv4", peer, target, "192.0.2.1:40000", "192.0.2.7:5900"],
    [
      "IPv6",
      { address: "2001:db8::1", port: 1 },
      { ...target, host: "2001:db8::2" },
      "[2001:db8::1]:1",
      "[2001:db8::2]:5900",
    ],
    ["both", { address: "2001:db8::1", port: 1 }, target, "[2001:db8::1]:1", "[::ffff:c000:207]:5900"],
    ["unix sockets", undefined, { scheme: "unix", path: "/run/vm" } as const, "192.0.2.4:1027", "198.51.100.1:1024"],
    ["a name", peer, { ...target, host: "vm.example" }, "192.0.2.1:40000", "198.51.100.1:1024"],
  ])("writes connections that extract reads: %s", async (_, from, to, client, server) => {
    const { recorder, capture, counts } = recording()
    const recorded = recorder.record(3, from, to, "vm")
    for (const [side, bytes] of conversation) recorded.passed(side, bytes)
    recorded.closed()
    await recorder.idle()
    await recorder.close()
    const [session] = await all(sessionsOf([capture()]))
    expect(session).toMatchObject({ server, sessionId: 7 })
    expect(session?.connections).toMatchObject([{ client, channel: "inputs", end: "closed", problems: [] }])
    expect(counts).toMatchObject({ dropped: 0, failed: 0 })
  })

  test("has files for its owner only, of which the oldest give way", async () => {
    const { recorder, names, directory, time } = recording({ maxBytes: 1 << 20, maxFiles: 4 })
    const recorded = recorder.record(1, peer, target, "vm")
    const bytes = new Uint8Array(100_000)
    for (let count = 0; count < 40; count++) {
      time.now++
      recorded.passed("server", bytes)
      await recorder.idle()
    }
    await recorder.close()
    const sizes = names().map((name) => statSync(join(directory, name)))
    expect(sizes.length).toBeLessThanOrEqual(4)
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(1 << 20)
    for (const { mode } of sizes) expect(mode & 0o777).toBe(0o600)
  })

  test("begins another file where one is old, and lets go of those that are too old", async () => {
    const { recorder, names, time } = recording()
    const recorded = recorder.record(1, peer, target, "vm")
    for (let count = 0; count < 6; count++) {
      recorded.passed("client", Uint8Array.of(1))
      await recorder.idle()
      time.now += day / 3
    }
    await recorder.close()
    expect(names().length).toBeGreaterThan(1)
    expect(names().length).toBeLessThanOrEqual(4)
  })

  test("records elsewhere as soon as it is told to, also where somebody never stops talking", async () => {
    const paths: string[] = []
    let [written, afterwards] = [0, 0]
    const elsewhere = temporaryFolder()
    const open = async (path: string) => {
      paths.push(path)
      return {
        writeFile: async () => {
          if (++written < 100) recorded.passed("client", new Uint8Array(1000))
          if (written === 10)
            recorder.use({ directory: elsewhere, maxBytes: 1 << 24, maxFiles: 4, maxAgeSeconds: 86_400 })
          if (written > 10 && path.startsWith(elsewhere)) afterwards++
        },
        close: async () => undefined,
      }
    }
    const { recorder } = recording({}, { open })
    const recorded = recorder.record(1, peer, target, "vm")
    recorded.passed("client", new Uint8Array(1000))
    while (written < 100) await recorder.idle()
    await recorder.close()
    expect(paths.map((path) => path.startsWith(elsewhere))).toEqual([false, true])
    expect(afterwards).toBeGreaterThan(80)
  })

  test("several files put together are one capture", async () => {
    const { recorder, names, capture, time } = recording()
    const recorded = recorder.record(3, peer, target, "vm")
    for (const [side, bytes] of conversation) {
      time.now += 2
      recorded.passed(side, bytes)
      recorded.passed(side, new Uint8Array())
      await recorder.idle()
    }
    recorded.closed()
    await recorder.idle()
    await recorder.close()
    await recorder.close()
    expect(names().length).toBe(1)
    const { sessions } = await foundIn(capture())
    expect(sessions).toEqual([expect.stringMatching(/^7 /)])
    const more = recording({ maxBytes: 1 << 20, maxFiles: 10_000 })
    const again = more.recorder.record(3, peer, target, "vm")
    for (const [side, bytes] of conversation) {
      more.time.now += 2
      again.passed(side, bytes)
      await more.recorder.idle()
    }
    again.closed()
    await more.recorder.close()
    expect(more.names().length).toBeGreaterThan(2)
    expect((await foundIn(more.capture())).sessions).toEqual(sessions)
  })

  test("drops what comes while too much waits for the disk, counts it, and extract says the gap", async () => {
    const { recorder, counts, capture } = recording({ maxBytes: 1 << 30 })
    const recorded = recorder.record(3, peer, target, "vm")
    for (const [side, bytes] of conversation) recorded.passed(side, bytes)
    await recorder.idle()
    // A message of 100 MB, and another behind what is lost of it.
    recorded.passed("server", Buffer.from("6500" + "00e1f505", "hex"))
    const large = new Uint8Array(1 << 20)
    for (let count = 0; count < 20; count++) recorded.passed("server", large)
    expect(counts.dropped).toBeGreaterThan(3 << 20)
    await recorder.idle()
    recorded.passed("server", words(0))
    recorded.closed()
    await recorder.close()
    const [session] = await all(sessionsOf([capture()]))
    expect(session?.connections[0]?.problems.map(({ rule }) => rule)).toEqual(["capture/gap"])
  })

  test("survives a disk that is full, and goes on in another file later", async () => {
    let isFull = true
    const open: typeof openNew = async (path) => {
      const handle = await openNew(path)
      const { writeFile } = handle
      handle.writeFile = async (...content) => {
        if (isFull) throw Object.assign(new Error("no space"), { code: "ENOSPC" })
        return writeFile.apply(handle, content)
      }
      return handle
    }
    const { recorder, counts, lines, time, capture } = recording({}, { open })
    const first = recorder.record(1, peer, target, "vm")
    first.passed("client", request)
    await recorder.idle()
    first.passed("client", request)
    expect(counts.failed).toBeGreaterThan(0)
    expect(counts.dropped).toBeGreaterThan(0)
    expect(lines).toEqual([{ level: "error", message: "what passes cannot be recorded", code: "ENOSPC" }])
    isFull = false
    time.now += 10_000
    const second = recorder.record(2, { ...peer, port: 40_001 }, target, "vm")
    for (const [side, bytes] of conversation) second.passed(side, bytes)
    await recorder.close()
    const sessions: readonly CapturedSession[] = await all(sessionsOf([capture()]))
    expect(sessions.flatMap(({ connections }) => connections.map(({ client }) => client))).toEqual(["192.0.2.1:40001"])
  })

  test("writes through no link, and leaves files of others alone", async () => {
    const outside = join(temporaryFolder(), "precious")
    writeFileSync(outside, "precious")
    const { recorder, directory, time, names, counts } = recording({ maxFiles: 1 })
    writeFileSync(join(directory, "mine.pcapng"), "mine")
    const stamp = new Date(time.now).toISOString().replace(/[-:.]/g, "")
    symlinkSync(outside, join(directory, `${stamp}-${process.pid}-1.pcapng`))
    recorder.record(1, peer, target, "vm").passed("client", request)
    await recorder.close()
    expect(counts.failed).toBeGreaterThan(0)
    expect(readFileSync(outside, "utf8")).toBe("precious")
    expect(names()).toContain("mine.pcapng")
  })

  test("records nothing without a directory, and goes over to another one", async () => {
    const { recorder, names } = recording()
    const recorded = recorder.record(1, peer, target, "vm")
    recorder.use(undefined)
    recorder.record(2, peer, target, "vm").passed("client", request)
    recorded.passed("client", request)
    await recorder.idle()
    expect(names()).toEqual([])
    const other = temporaryFolder()
    recorder.use({ directory: other, maxBytes: 1 << 20, maxFiles: 4, maxAgeSeconds: 60 })
    recorded.passed("client", request)
    await recorder.idle()
    expect([names(), readdirSync(other).length]).toEqual([[], 1])
    await recorder.close()
  })
})

describe("a relay that records", () => {
  test.each(["enforce", "monitor"] as const)(
    "has what passed, in mode %s, and extract finds the same data",
    async (mode) => {
      const directory = temporaryFolder()
      const relay = await guarded({ mode })
      await relay.relay.reload({ ...relay.configuration, record: { directory } })
      const { link, main } = await migrating(relay)
      const inputs = await link("inputs")
      const smartcard = await link("smartcard")
      const genuine = bytesOf(captureOf.inputs)
      inputs.client.send(5, genuine)
      await inputs.server.next()
      smartcard.client.send(5, edited(bytesOf(captureOf.smartcard), { 0: 0x58 }))
      await relay.line({ message: "decision", rule: "layout/magic" })
      main.close()
      inputs.client.close()
      smartcard.client.close()
      await allGone(relay)
      await relay.relay.close(0)
      const files = readdirSync(directory).map((name) => readFileSync(join(directory, name)))
      const blobs = await all(blobsOf(files))
      const passed = blobs.map(({ channel, bytes }) => [channel, bytes])
      expect(passed[0]).toEqual(["inputs", genuine])
      // What the guard refuses does not pass; in monitor mode all of it does.
      expect(blobs.map(({ channel }) => channel)).toEqual(mode === "enforce" ? ["inputs"] : ["inputs", "smartcard"])
      const [session] = await all(sessionsOf(files))
      expect(session?.verdict).toBe(mode === "enforce" ? "accept" : "reject")
      expect(session?.connections.map(({ client }) => client)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]),
      )
    },
  )

  test("counts what it records", async () => {
    const relay = await guarded()
    await relay.relay.reload({ ...relay.configuration, record: { directory: temporaryFolder() } })
    const client = await channel(relay, "main")
    const server = await relay.server.linked()
    server.send(101, Buffer.alloc(1000))
    await client.receive(101)
    const metric = 'migration_guard_recorded_bytes_total{result="written"}'
    while (((await metricsOf(relay.relay.metricsAddress())).get(metric) ?? 0) < 1000);
  })
})
