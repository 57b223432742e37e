import { writeFile } from "node:fs/promises"
import * as E from "fp-ts/lib/Either.js"
import { readKeyring } from "../relay/config/key-file.js"
import { reasonOf } from "../report/reason.js"
import { decodeEnvelope } from "../seal/emitted/envelope.js"
import { envelopeIdOf } from "../seal/kind.js"
import { type Opened, open } from "../seal/open.js"
import { replayWindow } from "../seal/replay.js"
import { channelNameOf } from "../spice/wire/channels.js"
import { formatViolation, Violation } from "../violation/violation.js"
import { readBytes, reportUnreadable } from "./input.js"
import { type BindingOptions, bindingOf, mostInputBytes } from "./seal.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface OpenCommandOptions extends BindingOptions {
  readonly output?: string
}

const dateOf = (milliseconds: bigint): string => {
  const date = new Date(Number(milliseconds))
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString()
}

/** What an envelope says of itself, whether that is true or not. */
const claimsOf = (envelope: Uint8Array): readonly string[] => {
  const decoded = decodeEnvelope(envelope, true)
  if (decoded instanceof Violation) return []
  const { key_id, sealed_at, expires_at, connection_id, channel_type, channel_id } = decoded
  const channel = channelNameOf(channel_type) ?? `channel type ${channel_type}`
  return [
    `says: ${envelopeIdOf(envelope)}, key ${key_id}, connection ${connection_id}, ${channel} ${channel_id}`,
    `says: sealed ${dateOf(sealed_at)}, expires ${dateOf(expires_at)}`,
  ]
}

const contentOf = ({ state, agent, displays }: Opened): string =>
  `opened: a state of ${state.length} bytes, agent ${agent}, displays ${displays.length === 0 ? "none" : displays.join(" ")}`

/** `migration-guard open`: says what one envelope is, and opens it as the guard of a target does, but as often as one likes. */
export const openFile = async (file: string, options: OpenCommandOptions, terminal: Terminal): Promise<ExitCode> => {
  const { keys, output, at = new Date() } = options
  try {
    const envelope = await readBytes(file, terminal, mostInputBytes)
    for (const line of claimsOf(envelope)) terminal.stdout.write(`${line}\n`)
    const opened = open(envelope, bindingOf(options), {
      keys: readKeyring(keys),
      window: replayWindow(),
      now: at.getTime(),
      maxStateBytes: mostInputBytes,
    })
    if (E.isLeft(opened)) {
      terminal.stdout.write(`refused: ${formatViolation(opened.left[0])}\n`)
      return exitCode.rejected
    }
    terminal.stdout.write(`${contentOf(opened.right)}\n`)
    if (output !== undefined) await writeFile(output, opened.right.state, { mode: 0o600 })
    return exitCode.accepted
  } catch (error) {
    reportUnreadable({ file, reason: reasonOf(error) }, terminal)
    return exitCode.failed
  }
}
