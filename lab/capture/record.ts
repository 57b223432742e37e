/**
 * Captures migrations with tcpdump and writes them into corpus/captures: one of an honest client, and one of a client
 * that lies to the target. `npm run lab:captures`; each run writes other captures, with other ports and times.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { followMigration } from "../client/migration.js"
import { announce, readyToMove, sessionOn, startPair } from "../migrate/hop.js"
import { type Host, withHosts } from "../migrate/host.js"
import { runScenario } from "../migrate/scenario.js"
import { versionsOf } from "../migrate/versions.js"
import { captured } from "./tcpdump.js"

const folder = new URL("../../corpus/captures/", import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), "captures-"))

interface Row {
  readonly file: string
  readonly source: string
  readonly verdict: "accept" | "reject"
}

/** A display's data that announces more surfaces than it has: the target reads behind its end. */
const lie = (blob: Buffer): Buffer => {
  const changed = Buffer.from(blob)
  changed.writeUInt32LE(0xffffffff, blob.readUInt32LE(76))
  return changed
}

const honest = async (): Promise<Row> => {
  const file = join(scratch, "seamless.pcap")
  const { versions } = await captured(file, () =>
    runScenario({ name: "seamless", says: "idle", machine: {}, keep: [] }),
  )
  const converted = spawnSync("editcap", ["-F", "pcapng", file, join(folder, "seamless.pcapng")], { encoding: "utf8" })
  if (converted.status !== 0) throw new Error(`editcap: ${converted.stderr}`)
  const source = `a seamless migration of the lab's client between two ${versions}, machine pc under TCG, captured by tcpdump on loopback and converted by editcap; short message headers`
  return { file: "seamless.pcapng", source, verdict: "accept" }
}

const hostile = async (): Promise<Row> => {
  const file = join(scratch, "hostile.pcap")
  const { versions, end } = await captured(file, () =>
    withHosts(async (start) => {
      const [source, target] = await startPair(start, { machine: {} })
      const session = await sessionOn(source, { fullHeader: true })
      const relay = ({ name }: { readonly name: string }, blob: Buffer) => (name === "display" ? lie(blob) : blob)
      const following = followMigration(session, await readyToMove(source, target), { relay })
      const [, versions] = await Promise.all([following, versionsOf(target), announce(source, target.port)])
      return { versions, end: await endOf(target) }
    }),
  )
  writeFileSync(join(folder, "hostile.pcap"), readFileSync(file))
  const source = `the same with a client that announces 4294967295 surfaces in the display's data, which crashes the target (${end}); long message headers. ${versions}, captured by tcpdump on loopback`
  return { file: "hostile.pcap", source, verdict: "reject" }
}

/** What became of a target. */
const endOf = async (target: Host): Promise<string> => {
  const { signal } = await target.ended
  return signal ?? "no signal"
}

mkdirSync(folder, { recursive: true })
try {
  const rows = [await honest(), await hostile()]
  writeFileSync(join(folder, "index.json"), `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
