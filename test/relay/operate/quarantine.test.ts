import { createHash } from "node:crypto"
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { decodeMigrateData, defaultReceiver } from "../../../src/index.js"
import { checkFolder, writeWhole } from "../../../src/relay/operate/folder.js"
import { type QuarantineSurroundings, quarantineOf, type Refused } from "../../../src/relay/operate/quarantine.js"
import { startRelay } from "../../../src/relay/relay.js"
import { bytesOf, captureOf, edited, temporaryFolder } from "../../cli/harness.js"
import { guarded, metricsOf, migrating, recordingLog } from "../harness.js"

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const refusedFor = (bytes: Uint8Array): Refused => {
  const decoded = decodeMigrateData("inputs", bytes)
  if (decoded._tag === "Right") throw new Error("the blob is accepted")
  const about = { listener: "vm", peer: "192.0.2.1:40000", connection: 1, mode: "enforce" } as const
  const [violation] = decoded.left
  return { ...about, channel: "inputs", channelId: 0, connectionId: 7, receiver: defaultReceiver, violation }
}

/** Blobs that are refused, of so many bytes each. */
const blob = (number: number, size = 100): Uint8Array => {
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

const day = 86_400_000

const opened = (
  bounds: Partial<Record<"maxBytes" | "maxFiles" | "maxAgeSeconds", number>> = {},
  rest: Partial<QuarantineSurroundings> = {},
) => {
  const directory = temporaryFolder()
  const counts: string[] = []
  const { lines, log } = recordingLog()
  const time = { now: Date.now() }
  const quarantine = quarantineOf({ log, date: () => time.now, count: (keeping) => counts.push(keeping), ...rest })
  quarantine.use({ directory, maxBytes: 1 << 20, maxFiles: 100, maxAgeSeconds: 86_400, ...bounds })
  const keep = async (bytes: Uint8Array): Promise<void> => {
    quarantine.keep(bytes, refusedFor(bytes))
    await quarantine.idle()
  }
  const names = () => readdirSync(directory).sort()
  return { directory, counts, lines, time, quarantine, keep, names }
}

describe("a quarantine", () => {
  test("keeps a refused blob under its SHA-256, for its owner only, with what is known of it", async () => {
    const { directory, counts, keep, names } = opened()
    const bytes = blob(1)
    await keep(bytes)
    const name = sha256(bytes)
    expect(names()).toEqual([`${name}.bin`, `${name}.json`])
    expect(Uint8Array.from(readFileSync(join(directory, `${name}.bin`)))).toEqual(bytes)
    for (const file of names()) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8"))).toMatchObject({
      ...{ sha256: name, size: 100, listener: "vm", peer: "192.0.2.1:40000", connection: 1, mode: "enforce" },
      ...{ channel: "inputs", channelId: 0, connectionId: 7, receiver: { jpegWanCompression: "auto" } },
      violation: { rule: "layout/magic", code: "bad-magic" },
    })
    expect(counts).toEqual(["kept"])
  })

  test("keeps a blob once, also one that another process has kept", async () => {
    const { directory, counts, keep, quarantine } = opened()
    await keep(blob(1))
    await keep(blob(1))
    quarantine.use(undefined)
    await keep(blob(2))
    quarantine.use({ directory, maxBytes: 1 << 20, maxFiles: 100, maxAgeSeconds: 86_400 })
    await keep(blob(1))
    expect(counts).toEqual(["kept", "known", "known"])
  })

  test("copies a blob, whatever becomes of its memory", async () => {
    const { quarantine, names } = opened()
    const bytes = blob(1)
    quarantine.keep(bytes, refusedFor(bytes))
    const name = sha256(bytes)
    bytes.fill(0xff)
    await quarantine.idle()
    expect(names()).toContain(`${name}.bin`)
  })

  test("lets the oldest go for want of files, bytes or by their age", async () => {
    const few = opened({ maxFiles: 2 })
    for (const number of [1, 2, 3]) await few.keep(blob(number))
    expect(few.names().filter((name) => name.endsWith(".bin"))).toEqual(
      [2, 3].map((number) => `${sha256(blob(number))}.bin`).sort(),
    )
    const small = opened({ maxBytes: 9000 })
    for (const number of [1, 2, 3, 4]) await small.keep(blob(number, 3000))
    const total = small.names().reduce((sum, name) => sum + statSync(join(small.directory, name)).size, 0)
    expect(total).toBeLessThanOrEqual(9000)
    expect(existsSync(join(small.directory, `${sha256(blob(4, 3000))}.bin`))).toBe(true)
    const old = opened()
    await old.keep(blob(1))
    old.time.now += 2 * day
    await old.keep(blob(2))
    expect(old.names()).toHaveLength(2)
  })

  test("counts what is larger than all of it, and what comes while too much waits", async () => {
    const { counts, keep, quarantine, names } = opened({ maxBytes: 2000 })
    await keep(blob(1, 3000))
    expect([counts, names()]).toEqual([["full"], []])
    const bytes = blob(2)
    for (let number = 0; number < 300; number++) quarantine.keep(bytes, refusedFor(bytes))
    await quarantine.idle()
    expect(counts.filter((keeping) => keeping === "full")).toHaveLength(1 + 300 - 256)
    const large = blob(3, 9 << 20)
    counts.length = 0
    quarantine.keep(large, refusedFor(large))
    quarantine.keep(large, refusedFor(large))
    expect(counts).toEqual(["full"])
  })

  test("leaves files of others alone, and never follows a link", async () => {
    const { directory, keep, names } = opened({ maxFiles: 1 })
    const outside = join(temporaryFolder(), "precious")
    writeFileSync(outside, "precious")
    writeFileSync(join(directory, "mine.txt"), "mine")
    const bytes = blob(1)
    symlinkSync(outside, join(directory, `${sha256(bytes)}.bin`))
    symlinkSync(outside, join(directory, `.${sha256(bytes)}.bin.${process.pid}`))
    await keep(bytes)
    await keep(blob(2))
    expect(readFileSync(outside, "utf8")).toBe("precious")
    expect(names()).toContain("mine.txt")
    for (const name of names()) expect(lstatSync(join(directory, name)).isSymbolicLink()).toBe(false)
  })

  test("survives a disk that is full: it is said once, nothing is left half, and it goes on later", async () => {
    let isFull = true
    const write: typeof writeWhole = async (...file) => {
      if (isFull) throw Object.assign(new Error("no space"), { code: "ENOSPC" })
      await writeWhole(...file)
    }
    const { counts, lines, time, keep, names } = opened({}, { write })
    await keep(blob(1))
    await keep(blob(2))
    expect(counts).toEqual(["failed", "full"])
    expect(lines).toEqual([{ level: "error", message: "a refused blob cannot be kept", code: "ENOSPC" }])
    expect(names()).toEqual([])
    isFull = false
    time.now += 10_000
    await keep(blob(3))
    expect(counts.at(-1)).toBe("kept")
  })

  test("removes an unfinished file where it cannot be written or moved", async () => {
    const directory = temporaryFolder()
    mkdirSync(join(directory, "taken"))
    await expect(writeWhole(directory, "taken", "text")).rejects.toThrow("EISDIR")
    expect(readdirSync(directory)).toEqual(["taken"])
  })

  test("a directory that is gone is a failure, and no more", async () => {
    const { counts, keep, quarantine } = opened()
    quarantine.use({ directory: "/does/not/exist", maxBytes: 1 << 20, maxFiles: 100, maxAgeSeconds: 60 })
    await keep(blob(1))
    expect(counts).toEqual(["failed"])
  })
})

describe("a folder of the relay's", () => {
  test("must be a directory of its own", () => {
    const folder = temporaryFolder()
    const [open, link, file] = ["open", "link", "file"].map((name) => join(folder, name))
    if (open === undefined || link === undefined || file === undefined) throw new Error("no names")
    mkdirSync(open)
    chmodSync(open, 0o777)
    symlinkSync(folder, link)
    writeFileSync(file, "")
    expect(() => checkFolder(folder)).not.toThrow()
    expect(() => checkFolder(open)).toThrow("writable for nobody else")
    expect(() => checkFolder(link)).toThrow("must be a directory")
    expect(() => checkFolder(file)).toThrow("must be a directory")
    expect(() => checkFolder(join(folder, "none"))).toThrow("ENOENT")
  })

  test.each(["quarantine", "record"] as const)("keeps the relay from starting where it is none: %s", async (name) => {
    const listeners = [{ listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:1" }]
    const started = await startRelay({ listeners, [name]: { directory: "/does/not/exist" } })
    expect(started).toMatchObject({ _tag: "Left", left: [{ name, reason: expect.stringContaining("ENOENT") }] })
  })

  test.each([
    ["no directory", {}],
    ["a path that is not absolute", { directory: "quarantine" }],
    ["too few bytes", { directory: "/tmp", maxBytes: 1000 }],
    ["no file", { directory: "/tmp", maxFiles: 0 }],
    ["an age of nothing", { directory: "/tmp", maxAgeSeconds: 0 }],
    ["a member that there is not", { directory: "/tmp", mode: "0600" }],
  ])("is refused with %s", async (_, folder) => {
    const listeners = [{ listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:1" }]
    const started = await startRelay({ listeners, quarantine: folder as { directory: string } })
    expect(started).toMatchObject({ _tag: "Left", left: [{ name: "configuration" }] })
  })
})

describe("a relay with a quarantine", () => {
  const genuine = bytesOf(captureOf.inputs)
  const lie = edited(genuine, { 0: 0x58 })
  const metric = 'migration_guard_quarantined_total{result="kept"}'

  test.each([
    ["enforce", "disconnect"],
    ["enforce", "reset"],
    ["monitor", "disconnect"],
  ] as const)("keeps what it refuses: mode %s, %s", async (mode, onViolation) => {
    const directory = temporaryFolder()
    const relay = await guarded({ mode, onViolation }, {})
    await relay.relay.reload({ ...relay.configuration, quarantine: { directory } })
    const { link } = await migrating(relay)
    const { client } = await link("inputs")
    client.send(5, lie)
    await relay.line({ message: "decision", rule: "layout/magic" })
    while ((await metricsOf(relay.relay.metricsAddress())).get(metric) !== 1);
    const name = sha256(lie)
    expect(readdirSync(directory).sort()).toEqual([`${name}.bin`, `${name}.json`])
    expect(Uint8Array.from(readFileSync(join(directory, `${name}.bin`)))).toEqual(lie)
    const about = JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8"))
    expect(about).toMatchObject({
      listener: "vm",
      mode,
      channel: "inputs",
      connectionId: 7,
      violation: { rule: "layout/magic" },
    })
    expect(about.peer).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  test("keeps nothing of what it accepts, and nothing where none is configured", async () => {
    const directory = temporaryFolder()
    const relay = await guarded()
    await relay.relay.reload({ ...relay.configuration, quarantine: { directory } })
    const { link } = await migrating(relay)
    const { client, server } = await link("inputs")
    client.send(5, genuine)
    expect((await server.next()).payload).toEqual(Buffer.from(genuine))
    expect(readdirSync(directory)).toEqual([])
  })
})
