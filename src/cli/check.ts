import * as E from "fp-ts/lib/Either.js"
import type { Finding } from "../report/finding.js"
import { decodeMigrateData } from "../spice/migrate-data.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"
import type { Note } from "../violation/note.js"
import type { Violation } from "../violation/violation.js"
import { type Blob, filesOf, isUnreadable, readInput, readingOnce, type Unreadable } from "./input.js"
import { type ReceiverOptions, receiverOf } from "./receiver.js"
import { type ReportOptions, reportAll } from "./report.js"
import type { ExitCode, Terminal } from "./stdio.js"

export interface CheckOptions extends ReportOptions, ReceiverOptions {
  readonly channel?: Channel
}

/** `migration-guard check`: decodes every input and reports what is wrong with it. */
export const check = (inputs: readonly string[], options: CheckOptions, terminal: Terminal): Promise<ExitCode> => {
  const receiver = receiverOf(options)
  return readingOnce(inputs, terminal, () =>
    reportAll(findingsOf(inputs, receiver, options.channel, terminal), options, terminal),
  )
}

async function* findingsOf(
  inputs: readonly string[],
  receiver: ReceiverState,
  channel: Channel | undefined,
  terminal: Terminal,
): AsyncGenerator<Finding | Unreadable> {
  for (const input of inputs)
    for (const file of await filesOf(input)) {
      const blob = isUnreadable(file) ? file : await readInput(file, terminal, receiver, channel)
      yield isUnreadable(blob) ? blob : findingOf(String(file), blob, receiver)
    }
}

const findingOf = (file: string, blob: Blob, receiver: ReceiverState): Finding => {
  const violations = judge(blob, receiver)
  const notes = violations.length > 0 ? otherReadings(blob, receiver) : []
  return { file, channel: blob.channel, violations, notes }
}

const judge = (blob: Blob, receiver: ReceiverState): readonly Violation[] => {
  if (blob.refusal !== undefined) return [blob.refusal]
  const decoded = decodeMigrateData(blob.channel, blob.bytes, receiver, { all: true, alias: true })
  return E.isLeft(decoded) ? decoded.left : []
}

/** What one receiver refuses on one channel may be right for another: it has to be told. */
const otherReadings = (blob: Blob, receiver: ReceiverState): readonly Note[] => {
  if (blob.channel === "display") return otherSettings(blob, receiver)
  return blob.channel === "spicevmc" ? otherChannels(blob, receiver) : []
}

const otherChannels = (blob: Blob, receiver: ReceiverState): readonly Note[] =>
  judge({ ...blob, channel: "port" }, receiver).length === 0
    ? [{ path: "", message: "The blob is right for port and webdav: say the channel that it came on with --channel." }]
    : []

const otherSettings = (blob: Blob, receiver: ReceiverState): readonly Note[] =>
  (["always", "never"] as const)
    .filter((setting) => setting !== receiver.jpegWanCompression)
    .filter((setting) => judge(blob, { ...receiver, jpegWanCompression: setting }).length === 0)
    .map((setting) => ({
      path: "surfaces",
      message: `The blob is right for a target with jpeg-wan-compression=${setting}: say what the target has with --jpeg-wan-compression.`,
    }))
