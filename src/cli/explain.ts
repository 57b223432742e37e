import { verdictOf } from "../report/finding.js"
import { annotatedHex } from "../report/hex.js"
import { readingOf } from "../spice/migrate-data.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"
import { rightSetting } from "./check.js"
import { type Blob, isUnreadable, readInput, reportUnreadable } from "./input.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { recognised } from "./recognise.js"
import { colorsFor, type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface ExplainOptions extends ReceiverOptions {
  readonly channel?: Channel
  readonly skipHeader?: boolean
}

/** `migration-guard explain`: annotated hex of one input, every byte with the field that claims it. */
export const explain = async (file: string, options: ExplainOptions, terminal: Terminal): Promise<ExitCode> => {
  const receiver = receiverOfOptions(options)
  const { channel, skipHeader = false } = options
  const blob = await readInput(file, terminal, { receiver, channel, skipHeader })
  if (isUnreadable(blob)) {
    reportUnreadable(blob, terminal)
    return exitCode.failed
  }
  const { claims, violations } = readingIn(blob, receiver)
  const setting = violations.length > 0 ? rightSetting(blob, receiver) : undefined
  const verdict = setting === undefined ? verdictOf({ violations }) : `accept with jpeg-wan-compression=${setting}`
  terminal.stdout.write(
    `${verdict}  ${blob.channel ?? "unknown"}  ${blob.whole ? "" : "first "}${blob.bytes.length} bytes\n`,
  )
  for (const { message } of recognised(blob.bytes, blob.channel, violations))
    terminal.stdout.write(`note  ${message}\n`)
  for (const line of annotatedHex(blob.bytes, claims, violations, colorsFor(terminal)))
    terminal.stdout.write(`${line}\n`)
  return violations.length === 0 ? exitCode.accepted : exitCode.rejected
}

const readingIn = (blob: Blob, receiver: ReceiverState) =>
  blob.refusal === undefined
    ? readingOf(blob.channel, blob.bytes, receiver)
    : { claims: [], violations: [blob.refusal] }
