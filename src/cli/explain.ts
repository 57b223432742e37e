import { type Explanation, explanationJson, headingOf } from "../report/explanation.js"
import { fieldsOf, rowsOf } from "../report/field-rows.js"
import { hexLines } from "../report/hex.js"
import { printable } from "../report/printable.js"
import { stateToJson } from "../report/state-json.js"
import { wrapped } from "../report/wrap.js"
import type { MigrateData } from "../spice/migrate-data.js"
import { type Channel, type ReceiverState, receiverArguments } from "../spice/receiver.js"
import { layoutOf } from "../spice/registry.js"
import { type Blob, failFor, isUnreadable, readInput } from "./input.js"
import { findingOf } from "./judge.js"
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
  const explanation = explanationOf(file, blob, receiver)
  for await (const part of textOf(explanation, options, terminal)) terminal.stdout.write(`${part}\n`)
  return explanation.violations.length === 0 ? exitCode.accepted : exitCode.rejected
}

/** All that is known of a blob. */
export const explanationOf = (file: string, blob: Blob, receiver: ReceiverState): Explanation => {
  const { bytes, whole } = blob
  const found = findingOf(file, blob, receiver)
  const isUnknown = blob.channel === undefined && found.notes.length === 0
  const finding = isUnknown ? { ...found, notes: [magicNote()] } : found
  if (blob.refusal !== undefined)
    return { finding, bytes, whole, ...rowsOf(bytes, { claims: [], violations: [blob.refusal] }), state: null }
  const { channel } = blob
  const { state, ...rows } = fieldsOf(layoutOf(channel), bytes, receiverArguments(receiver, channel))
  return {
    finding: { ...finding, violations: rows.violations },
    bytes,
    whole,
    ...rows,
    state: state === undefined ? null : stateToJson(channel, state as MigrateData),
  }
}

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
  for (const { message } of finding.notes) yield* wrapped(`note  ${printable(message)}`, 0, columns)
  yield* hexLines(bytes, explanation, colorsFor(terminal), { all, ascii, columns })
}
