import * as E from "fp-ts/lib/Either.js"
import type { Finding } from "../report/finding.js"
import { decodeMigrateData } from "../spice/migrate-data.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"
import type { Note } from "../violation/note.js"
import type { Violation } from "../violation/violation.js"
import { type Blob, filesOf, isUnreadable, type ReadOptions, readInput, readingOnce, type Unreadable } from "./input.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { recognised } from "./recognise.js"
import { type ReportOptions, reportAll } from "./report.js"
import type { ExitCode, Terminal } from "./stdio.js"

export interface CheckOptions extends ReportOptions, ReceiverOptions {
  readonly channel?: Channel
  readonly skipHeader?: boolean
}

/** `migration-guard check`: decodes every input and reports what is wrong with it. */
export const checkFiles = (inputs: readonly string[], options: CheckOptions, terminal: Terminal): Promise<ExitCode> => {
  const { channel, skipHeader = false } = options
  const reading = { receiver: receiverOfOptions(options), channel, skipHeader }
  return readingOnce(inputs, terminal, () => reportAll(findingsOf(inputs, reading, terminal), options, terminal))
}

async function* findingsOf(
  inputs: readonly string[],
  options: ReadOptions,
  terminal: Terminal,
): AsyncGenerator<Finding | Unreadable> {
  for (const input of inputs)
    for (const file of await filesOf(input)) {
      const blob = isUnreadable(file) ? file : await readInput(file, terminal, options)
      yield isUnreadable(blob) ? blob : findingOf(String(file), blob, options.receiver)
    }
}

const findingOf = (file: string, blob: Blob, receiver: ReceiverState): Finding => {
  const violations = judge(blob, receiver)
  if (violations.length === 0) return { file, channel: blob.channel, violations, notes: [] }
  const setting = rightSetting(blob, receiver)
  const notes = [
    ...recognised(blob.bytes, blob.channel, violations),
    ...(setting === undefined ? otherChannels(blob, receiver) : [settingNote(setting)]),
  ]
  const acceptedWith = setting && `jpeg-wan-compression=${setting}`
  return { file, channel: blob.channel, violations, notes, ...(acceptedWith && { acceptedWith }) }
}

const judge = (blob: Blob, receiver: ReceiverState): readonly Violation[] => {
  if (blob.refusal !== undefined) return [blob.refusal]
  const decoded = decodeMigrateData(blob.channel, blob.bytes, receiver, { all: true, alias: true })
  return E.isLeft(decoded) ? decoded.left : []
}

const otherChannels = (blob: Blob, receiver: ReceiverState): readonly Note[] =>
  blob.channel === "spicevmc" && judge({ ...blob, channel: "port" }, receiver).length === 0
    ? [{ path: "", message: "The blob is right for port and webdav: say the channel that it came on with --channel." }]
    : []

type JpegSetting = ReceiverState["jpegWanCompression"]

/** The setting of a target that a display's blob is right for, where it is another one than the receiver's. */
export const rightSetting = (blob: Blob, receiver: ReceiverState): JpegSetting | undefined =>
  blob.channel !== "display"
    ? undefined
    : (["always", "never"] as const).find(
        (setting) => judge(blob, { ...receiver, jpegWanCompression: setting }).length === 0,
      )

const settingNote = (setting: JpegSetting): Note => ({
  path: "surfaces",
  message: `The blob is right for a target with jpeg-wan-compression=${setting}: say what the target has with --jpeg-wan-compression.`,
})
