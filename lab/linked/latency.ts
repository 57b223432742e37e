/**
 * Sends genuine blobs to a spice-server that says how long its check took (c/spice-server/build.sh 0.15.1 timed), and
 * writes a table by channel: what a MIGRATE_DATA takes longer than without the check. With --write it goes to docs/c.md,
 * with --every N only each Nth blob is sent.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { withPart } from "../../scripts/document-part.js"
import { markdownTable } from "../../src/report/markdown.js"
import { attackedChannel, sendBlob } from "../exposure/blob-attack.js"
import { readBlobs } from "../exposure/cases.js"
import { sceneOf, settle } from "../exposure/scene.js"
import { machine, savedState } from "../exposure/state.js"
import { withHosts } from "../migrate/host.js"
import { libraryOf, load } from "./library.js"

const say = (text: string): void => void process.stderr.write(`latency: ${text}\n`)

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, every: { type: "string", default: "1" } },
})
const library = libraryOf("0.15.1-timed")
if (library === undefined) {
  say("skipped: run c/spice-server/build.sh 0.15.1 timed")
  process.exit(0)
}
load(library)
const state = await savedState()

interface Taken {
  readonly channel: string
  readonly bytes: number
  readonly nanoseconds: number
}

/** How long the check of a blob took, in a QEMU of its own: the first and only time. */
const timeOf = (blob: ReturnType<typeof readBlobs>[number]): Promise<readonly Taken[]> =>
  withHosts(async (start) => {
    const jpegWanCompression = blob.receiver.jpegWanCompression ?? "auto"
    const options = { machine: { ...machine, jpegWanCompression }, isTarget: true }
    const host = await start(options)
    const channel = attackedChannel(blob.channel)
    await sendBlob(channel, blob.bytes, "plain")(sceneOf(host, state, () => start(options)))
    await settle()
    const lines = [...host.complaints().matchAll(/migration guard: (\d+) bytes in (\d+) ns/g)]
    return lines.map(([, bytes, nanoseconds]) => ({ channel, bytes: Number(bytes), nanoseconds: Number(nanoseconds) }))
  })

/** Those that a server accepts of a client: what only their device could confirm is refused, and refusing ends the session. */
const genuine = readBlobs()
  .filter(({ file, receiver }) => file.includes("/genuine/") && receiver.provenance !== "sealed")
  .filter((_, index) => index % Number(values.every) === 0)
const taken: Taken[] = []
for (const blob of genuine) taken.push(...(await timeOf(blob)))
if (taken.length < genuine.length) say(`${genuine.length - taken.length} blobs were not checked`)

const microseconds = (nanoseconds: number): string => (nanoseconds / 1000).toFixed(1)
const rows = [...new Set(taken.map(({ channel }) => channel))].map((channel) => {
  const own = taken.filter((each) => each.channel === channel)
  const times = own.map(({ nanoseconds }) => nanoseconds).toSorted((one, other) => one - other)
  return [
    channel,
    own.length,
    Math.max(...own.map(({ bytes }) => bytes)),
    microseconds(times[times.length >> 1] ?? 0),
    microseconds(times.at(-1) ?? 0),
  ]
})
const text = markdownTable(["channel", "genuine blobs", "bytes of the largest", "median, µs", "longest, µs"], rows)
process.stdout.write(`${text}\n`)
if (values.write) {
  const command = "npm run lab:linked:latency -- --write"
  writeFileSync("docs/c.md", withPart(readFileSync("docs/c.md", "utf8"), command, text))
}
process.exit(taken.length === genuine.length ? 0 : 1)
