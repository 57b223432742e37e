import { createHash } from "node:crypto"
import { mkdirSync, statSync } from "node:fs"
import type { Colors } from "picocolors/types.js"
import {
  type CapturedBlob,
  type CapturedConnection,
  type CapturedSession,
  type CaptureSummary,
  captureRules,
  eventsOf,
  type MessageCount,
  messageName,
  sessionsIn,
} from "../capture/index.js"
import { type CorpusEntry, indexText, joinedIndex, readIndex } from "../corpus.js"
import { writeWhole } from "../relay/operate/folder.js"
import { jsonLine, printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { differencesOf, type ReceiverState } from "../spice/receiver.js"
import { Violation } from "../violation/violation.js"
import { failFor, isUnreadable, reportUnreadable, sourceOf, standardInput } from "./input.js"
import { progressOf } from "./progress.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { colorsFor, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface ExtractOptions extends ReceiverOptions {
  /** The folder that blobs and their index go to; without it they are only told. */
  readonly output?: string
  readonly format: "text" | "json"
}

/** Blobs are written, and connections told, up to so many: a hostile capture can hold millions. */
const mostBlobs = 10_000
const mostConnections = 10_000

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** A moment as a date; a capture can claim any time, also one that has no date. */
const dateOf = (time: number): string => (Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : "an unknown time")

/** A blob with what this command found out about it. */
interface Extracted extends CapturedBlob {
  /** Its name in the output folder. */
  readonly file: string
  readonly sha256: string
}

/** Where a blob comes from, as the index of the corpus says it. */
export const sourceOfBlob = (capture: string, blob: CapturedBlob): string => {
  const { from, client, server, channel, channelId, sessionId, packet, time } = blob
  const what = `${channel}/${channelId} of session ${sessionId ?? "unknown"}`
  const way = from === "client" ? `brought by client ${client} to ${server}` : `given by ${server} to client ${client}`
  return `${what}, ${way} in packet ${packet} of ${capture}, ${dateOf(time)}`
}

const entryOf = (capture: string, blob: Extracted, receiver: ReceiverState): CorpusEntry => {
  const { file, channel, acceptedWith, violations } = blob
  const [first] = acceptedWith === undefined ? violations : []
  const jpeg = acceptedWith === undefined ? {} : { jpegWanCompression: acceptedWith }
  return {
    file,
    channel,
    origin: "capture",
    source: sourceOfBlob(capture, blob),
    receiver: { ...differencesOf(receiver), ...jpeg },
    ...(first === undefined ? { verdict: "accept" } : { verdict: "reject", rule: first.rule }),
  }
}

/** The blobs of a capture: they are written, and rows for an index kept. */
const blobsInto = (folder: string | undefined, capture: string, receiver: ReceiverState) => {
  const rows: CorpusEntry[] = []
  let written = 0
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  return {
    add: async (blob: Extracted): Promise<void> => {
      if (folder === undefined || written++ >= mostBlobs) return
      await writeWhole(folder, blob.file, blob.bytes)
      // What is sealed is no blob, as which the index would be read.
      if (!blob.isSealed) rows.push(entryOf(capture, blob, receiver))
    },
    end: async (): Promise<void> => {
      if (folder === undefined || rows.length === 0) return
      await writeWhole(folder, "index.json", indexText(joinedIndex(readIndex(folder), rows)))
    },
  }
}

/** Remembers what servers gave, and says what of what clients brought is something else. */
const comparing = () => {
  const given = new Map<string, Set<string>>()
  let size = 0
  return ({ from, sessionId, channel, channelId, sha256: hash }: Extracted): Violation | undefined => {
    const key = `${sessionId} ${channel} ${channelId}`
    const known = given.get(key)
    if (from === "client")
      return known === undefined || known.has(hash)
        ? undefined
        : new Violation(captureRules.changed, { path: `${channel}[${channelId}]`, offset: 0, length: 0 })
    if (size++ < mostBlobs) given.set(key, (known ?? new Set()).add(hash))
    return undefined
  }
}

const violationLines = (violations: readonly Violation[], colors: Colors): readonly string[] =>
  violations.map(({ code, rule, message }) => `        ${colors.bold(code)} ${rule}: ${message}`)

const verdictOf = ({ isSealed, violations, acceptedWith }: CapturedBlob): string => {
  if (isSealed) return "sealed"
  if (violations.length === 0) return "accept"
  return acceptedWith === undefined ? "reject" : `accept with jpeg-wan-compression=${acceptedWith}`
}

const blobText = (blob: Extracted, colors: Colors): readonly string[] => {
  const { from, client, server, channel, channelId, packet, bytes, violations, acceptedWith, file } = blob
  const paint = violations.length === 0 ? colors.green : acceptedWith === undefined ? colors.red : colors.yellow
  const way = from === "client" ? `${client} -> ${server}` : `${client} <- ${server}`
  return [
    `${paint(verdictOf(blob))}  ${channel}/${channelId}  ${bytes.length} bytes  packet ${packet}  ${way}  ${file}`,
    ...violationLines(violations, colors),
  ]
}

const countText = ({ channel }: CapturedConnection, { from, type, count }: MessageCount): string => {
  if (type === undefined) return `others ${count}`
  const name = channel === undefined ? undefined : messageName(channel, from, type)
  return `${name ?? `type ${type}`} ${count}`
}

const countsText = (connection: CapturedConnection, from: "client" | "server"): string =>
  connection.messages
    .filter((each) => each.from === from)
    .map((each) => countText(connection, each))
    .join(", ")

const connectionText = (connection: CapturedConnection, colors: Colors): readonly string[] => {
  const { client, channel, channelId, end, violations, problems } = connection
  const name = channel === undefined ? "no channel" : `${channel}/${channelId}`
  const sides = (["client", "server"] as const).flatMap((from) => {
    const counts = countsText(connection, from)
    return counts === "" ? [] : [`      ${from}: ${counts}`]
  })
  return [`  ${name.padEnd(12)} ${client}, ${end}`, ...sides, ...violationLines([...violations, ...problems], colors)]
}

const sessionText = (
  { server, sessionId, verdict, connections }: CapturedSession,
  colors: Colors,
): readonly string[] => {
  const paint = { accept: colors.green, reject: colors.red, unknown: colors.yellow }[verdict]
  return [
    "",
    `${paint(verdict)}  session ${sessionId ?? "unknown"} at ${server}`,
    ...connections.flatMap((connection) => connectionText(connection, colors)),
  ]
}

const summaryText = ({ packets, connections }: CaptureSummary): readonly string[] => {
  const { spice, tls, unknown, other } = connections
  const counts = `${spice} of SPICE, ${tls} of TLS, ${unknown} without their beginning, ${other} of others`
  return ["", `${packets} packets, connections: ${counts}`]
}

const blobJson = (blob: Extracted) => {
  const { bytes, isSealed, ...rest } = blob
  const verdict = isSealed ? "sealed" : blob.violations.length === 0 ? "accept" : "reject"
  return { kind: "blob", verdict, size: bytes.length, ...rest }
}

const namedCounts = (connection: CapturedConnection) => ({
  ...connection,
  messages: connection.messages.map((each) => ({ ...each, text: countText(connection, each) })),
})

/** How a capture is told, as it is read. */
const tellerOf = ({ format }: ExtractOptions, terminal: Terminal) => {
  const colors = colorsFor(terminal)
  const lines = (all: readonly string[]): unknown => terminal.stdout.write(`${all.map(printable).join("\n")}\n`)
  const write = (all: readonly string[], json: unknown): unknown =>
    format === "json" ? terminal.stdout.write(`${jsonLine(json)}\n`) : lines(all)
  return {
    blob: (blob: Extracted) => write(blobText(blob, colors), blobJson(blob)),
    session: (session: CapturedSession) =>
      write(sessionText(session, colors), {
        kind: "session",
        ...session,
        connections: session.connections.map(namedCounts),
      }),
    summary: (summary: CaptureSummary) => write(summaryText(summary), { kind: "summary", ...summary }),
  }
}

/** What is wrong with the capture itself, on stderr; says the exit code that it comes to. */
const endOf = (file: string, summary: CaptureSummary, isRejected: boolean, { stderr }: Terminal): ExitCode => {
  const say = (text: string): unknown => stderr.write(`migration-guard: ${printable(file)}: ${text}\n`)
  for (const { violation, count } of summary.problems)
    say(`${violation.rule}: ${violation.message} ${violation.consequence}${count > 1 ? ` So ${count} times.` : ""}`)
  if (summary.connections.tls > 0)
    say(`${captureRules.tls.id}: ${summary.connections.tls} connections: ${captureRules.tls.consequence}`)
  if (!summary.isWhole) return exitCode.failed
  if (summary.connections.spice === 0) {
    say("no connection of SPICE begins in it")
    return exitCode.failed
  }
  return isRejected ? exitCode.rejected : exitCode.accepted
}

const sizeOf = (file: string): number | undefined => {
  try {
    return file === standardInput ? undefined : statSync(file).size
  } catch {
    return undefined
  }
}

const read = async (file: string, options: ExtractOptions, terminal: Terminal): Promise<ExitCode> => {
  const receiver = await receiverOfOptions(options)
  if (isUnreadable(receiver)) return failFor(receiver, terminal)
  const blobs = blobsInto(options.output, file, receiver)
  const teller = tellerOf(options, terminal)
  const changedIn = comparing()
  const connections: CapturedConnection[] = []
  const progress = await progressOf(terminal, sizeOf(file))
  let isRejected = false
  let end: ExitCode = exitCode.failed

  const takeBlob = async (captured: CapturedBlob): Promise<void> => {
    const hash = sha256(captured.bytes)
    const blob = { ...captured, file: `${captured.channel}-${hash}.bin`, sha256: hash }
    const changed = changedIn(blob)
    const judged = changed === undefined ? blob : { ...blob, violations: [...blob.violations, changed] }
    isRejected ||= judged.violations.length > 0
    await blobs.add(blob)
    teller.blob(judged)
  }

  try {
    for await (const event of eventsOf(progress.watching(sourceOf(file, terminal)), { receiver })) {
      progress.clear()
      if (event.kind === "blob") await takeBlob(event.blob)
      else if (event.kind === "connection") {
        if (connections.length < mostConnections) connections.push(event.connection)
        else isRejected = true
      } else {
        const sessions = sessionsIn(connections)
        for (const session of sessions) teller.session(session)
        teller.summary(event.summary)
        isRejected ||= sessions.some(({ verdict }) => verdict !== "accept")
        isRejected ||= event.summary.problems.some(({ violation }) => violation.rule === captureRules.afterReset.id)
        end = endOf(file, event.summary, isRejected, terminal)
      }
    }
  } finally {
    progress.clear()
    await blobs.end()
  }
  return end
}

/** `migration-guard extract`: the migration data of a capture, and what its sessions come to. */
export const extract = async (file: string, options: ExtractOptions, terminal: Terminal): Promise<ExitCode> => {
  try {
    return await read(file, options, terminal)
  } catch (error) {
    reportUnreadable({ file, reason: reasonOf(error) }, terminal)
    return exitCode.failed
  }
}
