import { writeFile } from "node:fs/promises"
import * as E from "fp-ts/lib/Either.js"
import { readKeyring } from "../relay/config/key-file.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import type { Binding } from "../seal/binding.js"
import { seal } from "../seal/seal.js"
import { formatViolation } from "../violation/violation.js"
import { readBytes, reportUnreadable } from "./input.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

/** What an envelope is for, and the keys. */
export interface BindingOptions {
  readonly keys: string
  readonly vm: string
  readonly connection: number
  readonly channel: Binding["channel"]
  readonly channelId: number
  /** When it is sealed or opened, as a date. Default: now. */
  readonly at?: Date
}

export interface SealCommandOptions extends BindingOptions {
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

/** `migration-guard seal`: seals one file, as the guard of a source does. */
export const sealFile = async (file: string, options: SealCommandOptions, terminal: Terminal): Promise<ExitCode> => {
  const { keys, output, lifetime, at = new Date() } = options
  try {
    const state = await readBytes(file, terminal, mostInputBytes)
    const envelope = seal(state, bindingOf(options), {
      keys: readKeyring(keys),
      now: at.getTime(),
      lifetime: 1000 * lifetime,
    })
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
