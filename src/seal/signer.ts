import { createPrivateKey, type KeyObject } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import { structure } from "../spice/structure.js"
import { isBytes, joined } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import type { Rule } from "../violation/violation.js"
import { refusalAt } from "./admit.js"
import { type Certificate, certificatesIn, isRule, readCertificate } from "./certificate.js"
import { sealRules } from "./rules.js"
import { mostCertificates, mostChainBytes } from "./sizes.js"

/**
 * A host's certificates and its private key. Node keeps the bytes of a KeyObject to itself: no log and no error can show
 * them.
 *
 * @since 0.6.0
 */
export interface Signer {
  readonly key: KeyObject
  readonly certificates: readonly Certificate[]
  /** The certificates as an envelope has them. */
  readonly chain: Uint8Array
}

/** A private key in PEM; undefined where it is none, or needs a passphrase. */
const keyIn = (pem: Uint8Array): KeyObject | undefined => {
  try {
    return createPrivateKey({ key: Buffer.from(pem.buffer, pem.byteOffset, pem.length), format: "pem" })
  } catch {
    return undefined
  }
}

/** The certificates that certificates in DER are, or why one is not taken, and which. */
export const readAll = (ders: readonly Uint8Array[], path: string): Checked<readonly Certificate[]> => {
  const read: readonly (Certificate | Rule)[] = ders.map(readCertificate)
  const fault = read.find(isRule)
  if (fault !== undefined) return E.left([refusalAt(fault, `${path}[${read.indexOf(fault)}]`)])
  return E.right(read.filter((each): each is Certificate => !isRule(each)))
}

/**
 * Takes the certificates and the private key that a host signs with. The key's bytes are the caller's to overwrite when
 * this has returned.
 *
 * @param certificate - in PEM: the host's certificate, then those of the authorities that the other hosts do not have
 * @param key - in PEM, without a passphrase
 * @returns what to sign with, or the first thing that is wrong
 * @example
 * signer(Buffer.from("no certificate"), Buffer.from("no key"))._tag
 * // "Left"
 * @since 0.6.0
 */
export const signer = (certificate: unknown, key: unknown): Checked<Signer> => {
  if (!isBytes(certificate) || !isBytes(key)) return E.left([refusalAt(structure.argument, "")])
  const ders = certificatesIn(certificate)
  const chain = joined(...ders)
  if (ders.length === 0 || ders.length > mostCertificates || chain.length > mostChainBytes)
    return E.left([refusalAt(sealRules.certificateFile, "certificate", ders.length)])
  const certificates = readAll(ders, "certificate")
  if (E.isLeft(certificates)) return certificates
  const [host] = certificates.right
  const own = keyIn(key)
  if (own === undefined || host?.x509.checkPrivateKey(own) !== true)
    return E.left([refusalAt(sealRules.privateKey, "key")])
  return E.right({ key: own, certificates: certificates.right, chain })
}
