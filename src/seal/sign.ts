import { randomBytes } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import { joined } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { Violation } from "../violation/violation.js"
import { refusalAt } from "./admit.js"
import type { Binding } from "./binding.js"
import { isValidAt } from "./certificate.js"
import { encodeCertifiedHead } from "./certified.js"
import { type PrepareOptions, prepare } from "./prepare.js"
import { certificateRules } from "./rules.js"
import { signatureOf } from "./signature.js"
import type { Signer } from "./signer.js"

/**
 * How to sign. Times are milliseconds since 1970.
 *
 * @since 0.6.0
 */
export interface SignOptions extends PrepareOptions {
  readonly signer: Signer
}

/**
 * Signs a server's MIGRATE_DATA with a host's key: who does not have it cannot change the data, nor use it for another
 * machine, session or channel, nor later. **It is not secret**: whoever has the envelope can read the state. What the data
 * says is not looked at.
 *
 * @param state - the payload of the message
 * @param binding - what it is signed for
 * @param options - the certificates and the key, the time, and what is stated beside it
 * @returns the envelope, at most {@link mostOverhead} bytes longer than the state, or what is wrong with the arguments
 * @example
 * const host = signer(Buffer.from("a certificate in PEM"), Buffer.from("its key"))
 * const binding = { vm: "web-1", connectionId: 7, channel: "inputs", channelId: 0 }
 * const envelope = host._tag === "Right" && sign(Uint8Array.of(1, 2), binding, { signer: host.right, now: Date.now() })
 * envelope || (host._tag === "Left" && host.left[0].rule)
 * // "seal/certificate-file"
 * @since 0.6.0
 */
export const sign = (state: Uint8Array, binding: Binding, options: SignOptions): Checked<Uint8Array> => {
  const prepared = prepare(state, binding, options, randomBytes(16))
  if (prepared instanceof Violation) return E.left([prepared])
  const { address, statement } = prepared
  const { key, certificates, chain } = options.signer
  const algorithm = certificates[0]?.algorithm
  if (algorithm === undefined) return E.left([refusalAt(certificateRules.chain, "certificate")])
  // Nobody would take it: the reason belongs into this host's log too.
  if (!certificates.every((each) => isValidAt(each, options.now)))
    return E.left([refusalAt(certificateRules.validity, "certificate")])
  const sizes = { chain: chain.length, statement: statement.length + state.length, signature: algorithm.size }
  const parts = [encodeCertifiedHead(address, sizes), chain, statement, state]
  return E.right(joined(...parts, signatureOf(parts, key, algorithm)))
}
