import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { readCorpus, receiverOfEntry } from "../../src/corpus.js"
import { decodeMigrateData } from "../../src/index.js"
import { hostilePackets, pcap, seamlessPackets, tcpOf } from "../support/captures.js"
import { bytesOf, inPieces, linesOf, nastyNames, place, runCli, temporaryFolder, unsafeLines } from "./harness.js"

const seamless = join(root, "corpus/captures/seamless.pcapng")
const hostile = join(root, "corpus/captures/hostile.pcap")

/** A capture of a connection whose client says something. */
const saying = (text: Uint8Array): Uint8Array => {
  const [syn, answer] = seamlessPackets()
  if (syn === undefined || answer === undefined) throw new Error("no packets")
  const { sequence } = tcpOf(syn)
  const ip = Buffer.concat([syn.ip.subarray(0, 20), Buffer.alloc(20), text])
  ip.writeUInt16BE(ip.length, 2)
  syn.ip.copy(ip, 20, 20, 24)
  ip.writeUInt32BE(sequence + 1, 24)
  ip.writeUInt16BE(0x5010, 32)
  return pcap([syn, answer, { ...syn, ip }])
}

describe("extract", () => {
  test("accepts an honest migration: its data, its sessions, its messages", async () => {
    const { code, out, err } = await runCli(["extract", seamless])
    expect([code, err]).toEqual([0, ""])
    expect(linesOf(out).filter((line) => line.startsWith("accept  ")).length).toBe(14 + 2)
    expect(out).toContain("client: PONG 2, MIGRATE_DATA 1, MIGRATE_DST_DO_SEAMLESS 1")
    expect(out).toMatch(/\d+ packets, connections: 16 of SPICE, 0 of TLS, 0 without their beginning, 0 of others/)
  })

  test("rejects a client that lies: what it brought is wrong, and is not what it was given", async () => {
    const { code, out } = await runCli(["extract", hostile])
    expect(code).toBe(1)
    expect(out).toContain("reject  display/0  88 bytes")
    expect(out).toContain("layout/count-fits")
    expect(out).toContain("capture/data-as-given")
    expect(linesOf(out).filter((line) => line.startsWith("reject  session"))).toHaveLength(1)
  })

  test("writes data under its SHA-256 for its owner only, with an index as the corpus has it", async () => {
    const folder = join(temporaryFolder(), "out")
    await runCli(["extract", hostile, "-o", folder])
    await runCli(["extract", hostile, "-o", folder])
    await runCli(["extract", seamless, "-o", folder])
    const rows = readCorpus(folder)
    expect(rows).toHaveLength(28)
    expect(rows.filter(({ verdict }) => verdict === "reject").map(({ rule }) => rule)).toEqual(["layout/count-fits"])
    for (const row of rows) {
      const decoded = decodeMigrateData(row.channel, row.bytes, receiverOfEntry(row))
      expect(decoded._tag).toBe(row.verdict === "accept" ? "Right" : "Left")
      expect(statSync(join(folder, row.file)).mode & 0o777).toBe(0o600)
    }
    expect(new Set(readdirSync(folder))).toEqual(new Set(["index.json", ...rows.map(({ file }) => file)]))
  })

  test("a link in the folder is replaced, not followed", async () => {
    const folder = temporaryFolder()
    const outside = place(join(temporaryFolder(), "precious"), "precious")
    await runCli(["extract", hostile, "-o", folder])
    const [first = ""] = readdirSync(folder)
    const planted = temporaryFolder()
    symlinkSync(outside, join(planted, first))
    await runCli(["extract", hostile, "-o", planted])
    expect(readFileSync(outside, "utf8")).toBe("precious")
    expect(bytesOf(join(planted, first))).toEqual(bytesOf(join(folder, first)))
  })

  test("has a line of JSON for each blob, session and the whole", async () => {
    const { code, out } = await runCli(["extract", hostile, "--format", "json"])
    const rows = linesOf(out).map((line) => JSON.parse(line))
    expect(code).toBe(1)
    expect(rows.map(({ kind }) => kind)).toEqual([...Array(14).fill("blob"), "session", "session", "summary"])
    expect(rows.find(({ verdict }) => verdict === "reject")).toMatchObject({
      ...{ kind: "blob", from: "client", channel: "display", channelId: 0, size: 88 },
      violations: [{ rule: "layout/count-fits" }, { rule: "capture/data-as-given" }],
    })
    expect(rows.at(-2)).toMatchObject({ verdict: "reject", connections: expect.arrayContaining([expect.anything()]) })
    expect(rows.at(-1)).toMatchObject({ isWhole: true, connections: { spice: 16, tls: 0, unknown: 0, other: 0 } })
  })

  test("reads standard input", async () => {
    const { code, out } = await runCli(["extract", "-"], { stdin: inPieces(bytesOf(seamless), 1000) })
    expect([code, out]).toEqual([0, (await runCli(["extract", seamless])).out])
  })

  test("says which setting a display's data is right for", async () => {
    const { code, out } = await runCli(["extract", seamless, "--jpeg-wan-compression", "always"])
    expect(code).toBe(1)
    expect(out).toContain("accept with jpeg-wan-compression=never  display/0")
    expect(out).not.toContain("session/")
  })

  test.each<[string, Uint8Array, string]>([
    ["no capture", Buffer.from("no capture at all"), "capture/format"],
    ["an empty file", Buffer.alloc(0), "capture/format"],
    ["a capture that is cut", bytesOf(seamless).subarray(0, 100_001), "capture/complete"],
    ["a capture without SPICE", saying(Buffer.from("GET / HTTP/1.1\r\n")), "no connection of SPICE begins in it"],
    ["a capture of TLS", saying(Buffer.from("160301020001000001fc0303", "hex")), "tls.keylog_file:KEYS"],
  ])("ends with 2 for %s", async (_, bytes, reason) => {
    const file = place(join(temporaryFolder(), "capture"), bytes)
    const { code, err } = await runCli(["extract", file])
    expect(code).toBe(2)
    expect(err).toContain(reason)
  })

  test("ends with 1 where something could not be read: it may have been anything", async () => {
    const packets = seamlessPackets()
    const inputs = packets.findLastIndex(({ ip }) => tcpOf({ time: 0, ip }).payload.length === 16)
    const file = place(join(temporaryFolder(), "capture"), pcap(packets.filter((_, index) => index !== inputs)))
    const { code, out } = await runCli(["extract", file])
    expect(code).toBe(1)
    expect(out).toMatch(/^unknown {2}session/m)
    expect(out).toContain("capture/gap")
  })

  test.each([
    ["a file that is not there", ["extract", "/does/not/exist"]],
    ["a directory", ["extract", "/tmp"]],
    ["a folder that cannot be made", ["extract", seamless, "-o", `${hostile}/out`]],
    ["no file", ["extract"]],
    ["a format that there is not", ["extract", seamless, "--format", "sarif"]],
  ])("ends with 2 for %s", async (_, argv) => {
    const { code, err } = await runCli(argv)
    expect(code).toBe(2)
    expect(err).not.toBe("")
  })

  test.each(nastyNames)("prints a name that holds %s so that no terminal obeys it", async (_, name) => {
    const file = place(join(temporaryFolder(), name), pcap(hostilePackets().slice(0, 100)))
    const { out, err } = await runCli(["extract", file, "-o", temporaryFolder()])
    expect([unsafeLines(out), unsafeLines(err)]).toEqual([[], []])
  })

  test("an index that is there and broken is not written over", async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "index.json"), "{")
    const { code } = await runCli(["extract", seamless, "-o", folder])
    expect([code, readFileSync(join(folder, "index.json"), "utf8")]).toEqual([2, "{"])
  })

  test("shows how far it is on a terminal", async () => {
    const { err } = await runCli(["extract", seamless], { isTTY: true, environment: { TERM: "xterm" } })
    expect(err).toContain("% of 1 MiB")
  })
})
