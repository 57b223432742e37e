import { request } from "node:http"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { jsonLog } from "../../../src/relay/operate/log.js"
import { notifySystemd } from "../../../src/relay/operate/systemd-notify.js"
import { place, temporaryFolder } from "../../cli/harness.js"
import { allGone, channel, closing, guarded, metricsOf, portOf, rawClient, right } from "../harness.js"

describe("metrics and health", () => {
  test("are served, and nothing else", async () => {
    const relay = await guarded()
    const base = `http://127.0.0.1:${portOf(relay.relay.metricsAddress())}`
    const answers = await Promise.all(
      [
        ["GET", "/healthz"],
        ["GET", "/readyz"],
        ["HEAD", "/metrics"],
        ["GET", "/"],
        ["GET", "/metrics/../../etc/passwd"],
        ["POST", "/metrics"],
        ["DELETE", "/healthz"],
      ].map(async ([method = "", path]) => (await fetch(`${base}${path}`, { method })).status),
    )
    expect(answers).toEqual([200, 200, 200, 404, 404, 405, 405])
    const response = await fetch(`${base}/metrics`)
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4")
  })

  test("can be on a unix socket", async () => {
    const socketPath = join(temporaryFolder(), "metrics.sock")
    const relay = await guarded()
    await relay.relay.reload({ ...relay.configuration, metrics: `unix://${socketPath}` })
    const status = await new Promise((resolve, reject) => {
      request({ socketPath, path: "/healthz" }, (response) => resolve(response.statusCode))
        .on("error", reject)
        .end()
    })
    expect(status).toBe(200)
  })

  test.each([32, 64, 200])("answer beside %i connections that ask nothing, or never end asking", async (count) => {
    const relay = await guarded()
    const port = portOf(relay.relay.metricsAddress())
    const sockets = await Promise.all(Array.from({ length: count }, () => rawClient(port)))
    for (const [index, socket] of sockets.entries())
      if (index % 2 === 0) socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n")
    const status = await new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port, path: "/healthz", agent: false }, (response) => resolve(response.statusCode))
        .on("error", reject)
        .end()
    })
    expect(status).toBe(200)
  })

  test("have a zero of everything before it happens the first time, for each listener", async () => {
    const relay = await guarded()
    const zeros = await metricsOf(relay.relay.metricsAddress())
    for (const name of [
      'connections{listener="vm"}',
      'connections_total{listener="vm"}',
      'violations_total{listener="vm",code="out-of-order"}',
      'rejected_connections_total{listener="vm",reason="not-allowed"}',
      'rejected_connections_total{listener="vm",reason="source-limit"}',
      'rejected_connections_total{listener="vm",reason="tls"}',
      'troubles_total{listener="vm",reason="handshake-timeout"}',
      'troubles_total{listener="vm",reason="internal-error"}',
      'bytes_total{listener="vm",from="client"}',
      'reloads_total{result="taken"}',
      'reloads_total{result="refused"}',
      'log_dropped_total{reason="limit"}',
      'log_dropped_total{reason="full"}',
    ])
      expect([name, zeros.get(`migration_guard_${name}`)]).toEqual([name, 0])
    const client = await channel(relay, "main")
    client.send(4)
    await client.ended
    const counts = await metricsOf(relay.relay.metricsAddress())
    expect(counts.get('migration_guard_violations_total{listener="vm",code="out-of-order"}')).toBe(1)
  })

  test("forget a listener that is not configured any more once its connections are over", async () => {
    const relay = await guarded()
    const client = await channel(relay, "main")
    const [listener] = relay.configuration.listeners
    if (listener === undefined) throw new Error("no listener")
    await relay.relay.reload({ ...relay.configuration, listeners: [{ ...listener, name: "other" }] })
    const namesOf = async () => [...(await metricsOf(relay.relay.metricsAddress())).keys()].join("\n")
    expect(await namesOf()).toContain('migration_guard_connections{listener="vm"}')
    expect(await namesOf()).toContain('migration_guard_connections{listener="other"}')
    client.send(4)
    await client.ended
    await allGone(relay)
    expect(await namesOf()).not.toContain('listener="vm"')
    expect(await namesOf()).toContain('migration_guard_bytes_total{listener="other",from="client"}')
  })

  test("say how many lines of the log found no room", async () => {
    const relay = await guarded({}, {}, { droppedLines: () => 42 })
    const counts = await metricsOf(relay.relay.metricsAddress())
    expect(counts.get('migration_guard_log_dropped_total{reason="full"}')).toBe(42)
  })

  test("count connections, bytes and decisions", async () => {
    const relay = await guarded()
    const client = await channel(relay, "main")
    const server = await relay.server.linked()
    server.send(101, Buffer.alloc(1000))
    await client.receive(101)
    const open = await metricsOf(relay.relay.metricsAddress())
    expect(open.get('migration_guard_connections{listener="vm"}')).toBe(1)
    expect(open.get('migration_guard_bytes_total{listener="vm",from="server"}')).toBe(16 + 182 + 4 + 1006)
    expect(open.get('migration_guard_bytes_total{listener="vm",from="client"}')).toBe(16 + 26 + 4 + 128)
    client.send(4)
    await client.ended
    await allGone(relay)
    const over = await metricsOf(relay.relay.metricsAddress())
    expect(over.get('migration_guard_connections_total{listener="vm"}')).toBe(1)
    expect([...over].filter(([name]) => name.startsWith("migration_guard_decisions_total"))).toEqual([
      [
        'migration_guard_decisions_total{listener="vm",channel="main",rule="session/flush-mark-asked",verdict="reject",action="disconnect",mode="enforce"}',
        1,
      ],
    ])
  })
})

const fail = (): never => {
  throw new Error("no log")
}

describe("the log", () => {
  test("has one JSON object a line, with the time and the level's name", () => {
    const lines: string[] = []
    jsonLog((line) => lines.push(line))("warn", "decision", { listener: "vm", offset: 4, peer: undefined })
    expect(lines).toHaveLength(1)
    expect(lines[0]?.endsWith("\n")).toBe(true)
    const { time, ...rest } = JSON.parse(lines[0] ?? "")
    expect(rest).toEqual({ level: "warn", msg: "decision", listener: "vm", offset: 4 })
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test("leaves out lines that matter less than its level", () => {
    const lines: string[] = []
    const log = jsonLog((line) => lines.push(line), { level: "error" })
    log("info", "listening")
    log("warn", "decision")
    log("error", "internal-error")
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["internal-error"])
  })

  test("can begin each line with its level, as sd-daemon(3) has it", () => {
    const lines: string[] = []
    const log = jsonLog((line) => lines.push(line), { hasPrefixes: true })
    log("info", "a")
    log("warn", "b")
    log("error", "c")
    expect(lines.map((line) => line.slice(0, 4))).toEqual(["<6>{", "<4>{", "<3>{"])
  })

  test("that throws harms nobody", async () => {
    const relay = await guarded({}, {}, { log: () => fail() })
    const junk = await rawClient(relay.port)
    junk.write("x")
    await closing(junk)
    const [listener] = relay.configuration.listeners
    if (listener === undefined) throw new Error("no listener")
    // More than there are descriptors, which is a line of the log's within the reload.
    const greedy = { ...listener, limits: { connections: 65_535 } }
    const listeners = Array.from({ length: 20 }, (_, index) => ({ ...greedy, name: `vm${index}` }))
    right(await relay.relay.reload({ ...relay.configuration, listeners }))
    right(await relay.relay.reload(relay.configuration))
  })

  test("holds nothing that a terminal might obey", () => {
    const lines: string[] = []
    jsonLog((line) => lines.push(line))("error", "refused", { reason: "\u001b[2J\u202e\u2028\n" })
    expect(lines.join("").trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(JSON.parse(lines[0] ?? "").reason).toBe("\u001b[2J\u202e\u2028\n")
  })
})

describe("systemd", () => {
  test("is not notified where it did not ask", async () => expect(await notifySystemd("READY=1", {})).toBeUndefined())

  test("is notified by systemd-notify, with its socket and nothing else of the environment", async () => {
    const folder = temporaryFolder()
    const out = join(folder, "said")
    const { chmodSync, readFileSync } = await import("node:fs")
    chmodSync(place(join(folder, "systemd-notify"), `#!/bin/sh\necho "$1 $NOTIFY_SOCKET $SECRET" > ${out}\n`), 0o755)
    const PATH = `${folder}:/usr/bin:/bin`
    expect(await notifySystemd("READY=1", { NOTIFY_SOCKET: "/run/notify", SECRET: "secret", PATH })).toBeUndefined()
    expect(readFileSync(out, "utf8").trim()).toBe("READY=1 /run/notify")
  })

  test("that cannot be notified is said", async () => {
    const PATH = temporaryFolder()
    expect(await notifySystemd("READY=1", { NOTIFY_SOCKET: "/run/notify", PATH })).toContain("ENOENT")
  })
})
