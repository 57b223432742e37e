import * as E from "fp-ts/lib/Either.js"
import type { Checked } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import { type AdmitOptions, type Admitted, admit, haveTimes, received, refusalAt } from "./admit.js"
import { type Binding, type BoundEnvelope, boundOf } from "./binding.js"
import { type Certificate, splitChain, subjectOf } from "./certificate.js"
import { type CertifiedEnvelope, mostOverhead } from "./certified.js"
import { decodeCertified } from "./emitted/certified.js"
import { statementSize } from "./envelope.js"
import { pathFault } from "./path.js"
import { certificateRules, openRules, sealRules } from "./rules.js"
import { isSignatureOf } from "./signature.js"
import { readAll } from "./signer.js"
import type { Verifier } from "./verifier.js"

/**
 * How to verify. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface VerifyOptions extends AdmitOptions {
  readonly verifier: Verifier
}

/**
 * What was in an envelope that a host has signed.
 *
 * @since 0.6.0
 */
export interface Verified extends Admitted {
  /** The subject of the host's certificate, like `O=Example,CN=host`. */
  readonly subject: string
}

/** An envelope with what its signature is of. */
interface Received extends CertifiedEnvelope {
  readonly signed: Uint8Array
}

/** Whether an envelope can be verified at all, asked before any certificate is parsed. */
const formOf = (envelope: unknown, maxStateBytes: number): Received | Violation => {
  const bytes = received(envelope, "certified", maxStateBytes + mostOverhead)
  if (bytes instanceof Violation) return bytes
  const decoded = decodeCertified(bytes, true)
  if (decoded instanceof Violation) return new Violation(openRules.form, decoded)
  const { statement, signature } = decoded
  if (statement.length > maxStateBytes + statementSize)
    return refusalAt(openRules.size, "statement", statement.length, maxStateBytes + statementSize)
  return { ...decoded, signed: bytes.subarray(0, bytes.length - signature.length) }
}

/** The host whose certificate an envelope has, if that is one to be trusted. */
const hostOf = (chain: Uint8Array, { anchors, subjects }: Verifier, now: number): Certificate | Violation => {
  const ders = splitChain(chain)
  if (ders === undefined) return refusalAt(certificateRules.chain, "chain")
  const certificates = readAll(ders, "chain")
  if (E.isLeft(certificates)) return certificates.left[0]
  const [host] = certificates.right
  const fault = pathFault(certificates.right, anchors, now)
  if (fault !== undefined) return fault
  return host !== undefined && subjects.has(host.x509.subject) ? host : refusalAt(certificateRules.subject, "chain[0]")
}

const judge = (envelope: Received, bound: BoundEnvelope, options: VerifyOptions): Verified | Violation => {
  const { chain, statement, signature, signed } = envelope
  const host = hostOf(chain, options.verifier, options.now)
  if (host instanceof Violation) return host
  if (!isSignatureOf([signed], signature, host.key, host.algorithm))
    return refusalAt(certificateRules.signature, "signature")
  const admitted = admit(envelope, statement, "statement", bound, options)
  return admitted instanceof Violation ? admitted : { ...admitted, subject: subjectOf(host) }
}

/**
 * Opens an envelope that a host has signed, once.
 *
 * Whatever keeps it from being opened has the code `not-sealed`: that is all that may be told to who brought it. The
 * rule says which reason it was, for a log. Certificates are not looked up in any list of revoked ones: a host that is not
 * to be trusted any more is taken off the subjects.
 *
 * @param envelope - the payload of the client's MIGRATE_DATA
 * @param binding - what the envelope has to be signed for
 * @param options - the authorities and subjects, the replay window and the time
 * @returns what was signed and by whom, or why that is not known
 * @example
 * const binding = { vm: "web-1", connectionId: 7, channel: "inputs", channelId: 0 }
 * const options = { window: replayWindow(), now: Date.now(), maxStateBytes: 2048 }
 * const hosts = { anchors: [], subjects: new Set<string>() }
 * const verified = verify(Uint8Array.of(1, 2), binding, { ...options, verifier: hosts })
 * verified._tag === "Left" && [verified.left[0].code, verified.left[0].rule]
 * // ["not-sealed", "seal/sealed"]
 * @since 0.6.0
 */
export const verify = (envelope: unknown, binding: Binding, options: VerifyOptions): Checked<Verified> => {
  const bound = boundOf(binding)
  if (bound instanceof Violation) return E.left([bound])
  if (!haveTimes(options)) return E.left([refusalAt(sealRules.times, "")])
  const form = formOf(envelope, options.maxStateBytes)
  if (form instanceof Violation) return E.left([form])
  const verified = judge(form, bound, options)
  return verified instanceof Violation ? E.left([verified]) : E.right(verified)
}
