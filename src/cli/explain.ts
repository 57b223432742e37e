import { type Explanation, explanationJson, headingOf } from "../report/explanation.js"
import { claimRows, fieldsOf } from "../report/field-rows.js"
import type { Finding } from "../report/finding.js"
import { hexLines } from "../report/hex.js"
import { printable } from "../report/printable.js"
import { stateToJson } from "../report/state-json.js"
import { hanging } from "../report/wrap.js"
import type { MigrateData } from "../spice/migrate-data.js"
import { type Channel, type ReceiverState, receiverArguments } from "../spice/receiver.js"
import { layoutOf } from "../spice/registry.js"
import type { Note } from "../violation/checked.js"
import { type Blob, failFor, isUnreadable, readInput } from "./input.js"
import { judgeBlob, otherSetting } from "./judge.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { magicNote } from "./recognise.js"
import { colorsFor, columnsOf, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export const explainFormats = ["text", "json", "html"] as const

export interface ExplainOptions extends ReceiverOptions {
  readonly channel?: Channel
  readonly skipHeader?: boolean
  readonly format: (typeof explainFormats)[number]
  readonly ascii?: boolean
  readonly all?: boolean
}

/** `migration-guard explain`: shows one input, every byte with the field that claims it. */
export const explain = async (file: string, options: ExplainOptions, terminal: Terminal): Promise<ExitCode> => {
  const receiver = await receiverOfOptions(options)
  if (isUnreadable(receiver)) return failFor(receiver, terminal)
  const { channel, skipHeader = false } = options
  const blob = await readInput(file, terminal, { receiver, channel, skipHeader })
  if (isUnreadable(blob)) return failFor(blob, terminal)
  const explanation = explainBlob(file, blob, receiver)
  for await (const part of textOf(explanation, options, terminal)) terminal.stdout.write(`${part}\n`)
  return explanation.finding.violations.length === 0 ? exitCode.accepted : exitCode.rejected
}

/** All that is known of a blob. */
export const explainBlob = (file: string, blob: Blob, receiver: ReceiverState): Explanation => {
  const { bytes, whole } = blob
  const finding = judgeBlob(file, blob, receiver)
  if (blob.refusal !== undefined) {
    const notes = blob.channel === undefined && finding.notes.length === 0 ? [magicNote()] : finding.notes
    const rows = claimRows(bytes, { claims: [], violations: [blob.refusal] })
    return { finding: { ...finding, notes }, bytes, whole, ...rows, state: null }
  }
  const { channel } = blob
  const setting = finding.violations.length === 0 ? undefined : assumedSetting(blob, receiver)
  const reader = setting === undefined ? receiver : { ...receiver, jpegWanCompression: setting }
  const { state, ...rows } = fieldsOf(layoutOf(channel), bytes, receiverArguments(reader, channel))
  return {
    finding: setting === undefined ? finding : { ...finding, notes: [...finding.notes, assumedNote(finding)] },
    bytes,
    whole,
    ...rows,
    state: state === undefined ? null : stateToJson(channel, state as MigrateData),
  }
}

/** The setting that a display's blob is shown with where its target's is not said. */
const assumedSetting = (blob: Blob, receiver: ReceiverState) =>
  receiver.jpegWanCompression === "auto" ? otherSetting(blob, receiver) : undefined

const assumedNote = ({ violations: { length } }: Finding): Note => ({
  path: "surfaces",
  message: `It is shown as that target reads it. For one with auto it has ${length === 1 ? "a violation, which check tells" : `${length} violations, which check tells`}.`,
})

async function* textOf(
  explanation: Explanation,
  { format, all = false, ascii = false }: ExplainOptions,
  terminal: Terminal,
): AsyncGenerator<string> {
  if (format === "json") return yield explanationJson(explanation)
  if (format === "html") {
    const { explanationHtml } = await import("../report/html.js")
    return yield explanationHtml(explanation, all)
  }
  const { finding, bytes } = explanation
  const columns = columnsOf(terminal.stdout)
  yield headingOf(explanation)
  for (const { message } of finding.notes) yield* hanging("note  ", printable(message), 0, columns)
  yield* hexLines(bytes, explanation, colorsFor(terminal), { all, ascii, columns })
}
