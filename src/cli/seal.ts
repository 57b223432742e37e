import { writeFile } from "node:fs/promises"
import * as E from "fp-ts/lib/Either.js"
import { readSigner } from "../relay/config/certificate-files.js"
import { readKeyring } from "../relay/config/key-file.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import type { Binding } from "../seal/binding.js"
import { seal } from "../seal/seal.js"
import { sign } from "../seal/sign.js"
import type { Checked } from "../violation/checked.js"
import { formatViolation } from "../violation/violation.js"
import { readBytes, reportUnreadable } from "./input.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

/** What an envelope is for, and the keys, if it rests on any. */
export interface BindingOptions {
  readonly keys?: string
  readonly vm: string
  readonly connection: number
  readonly channel: Binding["channel"]
  readonly channelId: number
  /** When it is sealed or opened, as a date. Default: now. */
  readonly at?: Date
}

export interface SealCommandOptions extends BindingOptions {
  /** In place of keys. */
  readonly certificate?: string
  readonly key?: string
  readonly output: string
  readonly lifetime: number
}

/** No envelope and no state is larger: a relay takes no larger blob, whatever is configured. */
export const mostInputBytes = 0x4000000

export const bindingOf = ({ vm, connection: connectionId, channel, channelId }: BindingOptions): Binding => ({
  vm,
  connectionId,
  channel,
  channelId,
})

/** Seals a state with keys, or signs it. */
const envelopeOf = (state: Uint8Array, options: SealCommandOptions, now: number): Checked<Uint8Array> => {
  const { keys, certificate = "", key = "", lifetime } = options
  const times = { now, lifetime: 1000 * lifetime }
  return keys === undefined
    ? sign(state, bindingOf(options), { ...times, signer: readSigner(certificate, key) })
    : seal(state, bindingOf(options), { ...times, keys: readKeyring(keys) })
}

/** `migration-guard seal`: seals one file, as the guard of a source does. */
export const sealFile = async (file: string, options: SealCommandOptions, terminal: Terminal): Promise<ExitCode> => {
  const { output, at = new Date() } = options
  try {
    const state = await readBytes(file, terminal, mostInputBytes)
    const envelope = envelopeOf(state, options, at.getTime())
    if (E.isLeft(envelope)) {
      terminal.stderr.write(`${formatViolation(envelope.left[0])}\n`)
      return exitCode.failed
    }
    await writeFile(output, envelope.right, { mode: 0o600 })
    terminal.stdout.write(`${printable(output)}: ${envelope.right.length} bytes, sealed ${at.toISOString()}\n`)
    return exitCode.accepted
  } catch (error) {
    reportUnreadable({ file, reason: reasonOf(error) }, terminal)
    return exitCode.failed
  }
}
