import { writeFile } from "node:fs/promises"
import * as E from "fp-ts/lib/Either.js"
import { readVerifier } from "../relay/config/certificate-files.js"
import { readKeyring } from "../relay/config/key-file.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import type { Address, Admitted } from "../seal/admit.js"
import { isRule, readCertificate, splitChain, subjectOf } from "../seal/certificate.js"
import { decodeCertified } from "../seal/emitted/certified.js"
import { decodeEnvelope } from "../seal/emitted/envelope.js"
import { envelopeIdOf, kindOf } from "../seal/kind.js"
import { open } from "../seal/open.js"
import { replayWindow } from "../seal/replay.js"
import { verify } from "../seal/verify.js"
import { channelNameOf } from "../spice/wire/channels.js"
import type { Checked } from "../violation/checked.js"
import { formatViolation, Violation } from "../violation/violation.js"
import { readBytes, reportUnreadable } from "./input.js"
import { type BindingOptions, bindingOf, mostInputBytes } from "./seal.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface OpenCommandOptions extends BindingOptions {
  /** In place of keys. */
  readonly ca?: string
  readonly subject?: readonly string[]
  readonly output?: string
}

const dateOf = (milliseconds: bigint): string => {
  const date = new Date(Number(milliseconds))
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString()
}

/** What an envelope says of itself, and of the key or the host that it rests on. */
const claims = (envelope: Uint8Array, address: Address, rests: string): readonly string[] => {
  const { sealed_at, expires_at, connection_id, channel_type, channel_id } = address
  const channel = channelNameOf(channel_type) ?? `channel type ${channel_type}`
  return [
    `says: ${envelopeIdOf(envelope)}, ${rests}, connection ${connection_id}, ${channel} ${channel_id}`,
    `says: sealed ${dateOf(sealed_at)}, expires ${dateOf(expires_at)}`,
  ]
}

/** The subject of the first certificate of a chain, for a list of those that are believed. */
const claimedHost = (chain: Uint8Array): string => {
  const [der] = splitChain(chain) ?? []
  const certificate = der === undefined ? undefined : readCertificate(der)
  return certificate === undefined || isRule(certificate)
    ? "a certificate that is not taken"
    : `signed by ${printable(subjectOf(certificate))}`
}

/** What an envelope of either kind says, whether that is true or not. */
const claimsOf = (envelope: Uint8Array): readonly string[] => {
  const kind = kindOf(envelope)
  const decoded = kind === "certified" ? decodeCertified(envelope, true) : decodeEnvelope(envelope, true)
  if (decoded instanceof Violation) return []
  return claims(envelope, decoded, "chain" in decoded ? claimedHost(decoded.chain) : `key ${decoded.key_id}`)
}

const contentOf = ({ state, agent, displays }: Admitted): string =>
  `opened: a state of ${state.length} bytes, agent ${agent}, displays ${displays.length === 0 ? "none" : displays.join(" ")}`

/** Opens an envelope with keys, or verifies it. */
const openedOf = (envelope: Uint8Array, options: OpenCommandOptions, now: number): Checked<Admitted> => {
  const { keys, ca = "", subject = [] } = options
  const admitted = { window: replayWindow(), now, maxStateBytes: mostInputBytes }
  return keys === undefined
    ? verify(envelope, bindingOf(options), { ...admitted, verifier: readVerifier(ca, subject) })
    : open(envelope, bindingOf(options), { ...admitted, keys: readKeyring(keys) })
}

/** `migration-guard open`: says what one envelope is, and opens it as the guard of a target does, but as often as one likes. */
export const openFile = async (file: string, options: OpenCommandOptions, terminal: Terminal): Promise<ExitCode> => {
  const { output, at = new Date() } = options
  try {
    const envelope = await readBytes(file, terminal, mostInputBytes)
    for (const line of claimsOf(envelope)) terminal.stdout.write(`${line}\n`)
    const opened = openedOf(envelope, options, at.getTime())
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
