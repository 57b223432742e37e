import { spawnSync } from "node:child_process"
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import {
  blobsOf,
  type CapturedBlob,
  type CapturedSession,
  type ReceiverState,
  sessionsOf,
} from "../../src/capture/index.js"
import { defaultReceiver } from "../../src/index.js"
import type { Blob } from "../client/migration.js"
import { startPair } from "../migrate/hop.js"
import { withHosts } from "../migrate/host.js"
import { obstacles } from "../migrate/obstacles.js"
import { runScenario, type Scenario } from "../migrate/scenario.js"
import { sample, scenarios } from "../migrate/scenarios/index.js"
import { spicyHop } from "../migrate/spicy.js"
import { captured } from "./tcpdump.js"

/** LAB=full captures every scenario of a migration. */
const { LAB } = process.env
const isFull = LAB === "full"

const hasTcpdump = spawnSync("tcpdump", ["--version"]).status === 0
const why = obstacles()
if (!hasTcpdump) process.stderr.write("lab: captures are skipped, there is no tcpdump\n")

const folder = mkdtempSync(join(tmpdir(), "capture-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const chosen = scenarios.filter(({ name }) => isFull || sample.has(name))

/** What a blob is, in a form that can be compared and sorted. */
const named = (channel: string, id: number, bytes: Uint8Array): string =>
  `${channel}/${id} ${Buffer.from(bytes).toString("hex")}`

const recordedOf = (blobs: readonly Blob[]): readonly string[] =>
  blobs.map(({ channel, id, bytes }) => named(channel, id, bytes)).sort()

const capturedOf = (blobs: readonly CapturedBlob[], from: CapturedBlob["from"]): readonly string[] =>
  blobs
    .filter((blob) => blob.from === from)
    .map(({ channel, channelId, bytes }) => named(channel, channelId, bytes))
    .sort()

const all = async <A>(values: AsyncIterable<A>): Promise<readonly A[]> => {
  const gathered: A[] = []
  for await (const value of values) gathered.push(value)
  return gathered
}

/** What sessions are not accepted for. */
const objectionsTo = (sessions: readonly CapturedSession[]): readonly string[] =>
  sessions.flatMap(({ connections }) =>
    connections.flatMap(({ violations, problems }) => [...violations, ...problems].map(String)),
  )

const receiverFor = ({ machine, accept }: Scenario): ReceiverState => ({
  ...defaultReceiver,
  jpegWanCompression: machine.jpegWanCompression ?? "auto",
  accept: accept === undefined ? [] : [accept],
})

describe.skipIf(why.qemu !== undefined || !hasTcpdump)("a capture of a migration with the lab's client", () => {
  const headers = [false, true]

  test.each(chosen.flatMap((scenario) => headers.map((fullHeader) => ({ ...scenario, fullHeader }))))(
    "has what the client relayed, byte for byte, long headers $fullHeader: $says",
    async ({ fullHeader, ...scenario }) => {
      const file = join(folder, `${scenario.name}-${fullHeader}.pcap`)
      const session = { ...scenario.session, fullHeader }
      const { blobs } = await captured(file, () => runScenario({ ...scenario, session }))
      const options = { receiver: receiverFor(scenario) }
      const found = await all(blobsOf(createReadStream(file), options))
      const recorded = recordedOf(blobs)
      const hops = scenario.hops ?? 1
      for (const from of ["server", "client"] as const) {
        const seen = capturedOf(found, from)
        expect(seen).toHaveLength(hops * recorded.length)
        expect(seen).toEqual(expect.arrayContaining([...recorded]))
      }
      const sessions = await all(sessionsOf(createReadStream(file), options))
      expect(objectionsTo(sessions)).toEqual([])
      expect(sessions.map(({ verdict }) => verdict)).toEqual(Array.from({ length: hops + 1 }, () => "accept"))
    },
  )
})

/** What relays have recorded in folders of theirs, each as one capture. */
const recordedIn = (parent: string): readonly (readonly Uint8Array[])[] =>
  readdirSync(parent).map((guard) =>
    readdirSync(join(parent, guard))
      .sort()
      .map((name) => readFileSync(join(parent, guard, name))),
  )

describe.skipIf(why.qemu !== undefined)("what relays record of a migration", () => {
  test.each(chosen)("is what the client relayed, byte for byte: $says", async (scenario) => {
    const record = mkdtempSync(join(folder, "record-"))
    const { accept } = scenario
    const receiver = accept === undefined ? {} : { receiver: { accept: [accept] } }
    const { blobs } = await runScenario(scenario, { relay: { record, ...receiver } })
    const captures = recordedIn(record)
    const options = { receiver: receiverFor(scenario) }
    const found = (await Promise.all(captures.map((files) => all(blobsOf(files, options))))).flat()
    for (const from of ["server", "client"] as const)
      expect(capturedOf(found, from)).toEqual(expect.arrayContaining([...recordedOf(blobs)]))
    const sessions = (await Promise.all(captures.map((files) => all(sessionsOf(files, options))))).flat()
    expect(objectionsTo(sessions)).toEqual([])
    expect([...new Set(sessions.map(({ verdict }) => verdict))]).toEqual(["accept"])
  })
})

describe.skipIf(why.spicy !== undefined || !hasTcpdump)("a capture of a migration with spicy", () => {
  test("has what the recorder saw, byte for byte, in front of the recorder and behind it", async () => {
    const file = join(folder, "spicy.pcap")
    const { blobs } = await captured(file, () =>
      withHosts(async (start) => {
        const [source, target] = await startPair(start, { machine: { guest: true } })
        return spicyHop(source, target, 8, () => source.inGuest("exec 3<>/dev/vport0p2"))
      }),
    )
    const found = await all(blobsOf(createReadStream(file)))
    const twice = [...recordedOf(blobs), ...recordedOf(blobs)].sort()
    expect(blobs).not.toEqual([])
    expect(capturedOf(found, "client")).toEqual(twice)
    expect(capturedOf(found, "server")).toEqual(twice)
    const sessions = await all(sessionsOf(createReadStream(file)))
    expect(objectionsTo(sessions)).toEqual([])
    expect(sessions.map(({ verdict }) => verdict)).toEqual(["accept", "accept", "accept", "accept"])
  })
})
