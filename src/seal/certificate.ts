import { type KeyObject, X509Certificate } from "node:crypto"
import type { Rule } from "../violation/violation.js"
import { elementsOf, tags } from "./der.js"
import { partsOf, type Uses } from "./extensions.js"
import { certificateRules } from "./rules.js"
import { type Algorithm, algorithmOf } from "./signature.js"
import { mostCertificates } from "./sizes.js"

/** A certificate that can be judged. That it says the truth is for whoever issued it to sign. */
export interface Certificate {
  readonly x509: X509Certificate
  readonly key: KeyObject
  readonly algorithm: Algorithm
  readonly uses: Uses
}

/** SHA-256, SHA-384 and SHA-512 with RSA, the same with ECDSA, and Ed25519: none with SHA-1 or MD5. */
const signatureKinds: readonly string[] = [
  "2a864886f70d01010b",
  "2a864886f70d01010c",
  "2a864886f70d01010d",
  "2a8648ce3d040302",
  "2a8648ce3d040303",
  "2a8648ce3d040304",
  "2b6570",
]

/** RSA, P-256, P-384 and Ed25519, each with its only parameters: OpenSSL gets to see no curve of a stranger's making. */
const keyKinds: readonly string[] = [
  "300d06092a864886f70d0101010500",
  "301306072a8648ce3d020106082a8648ce3d030107",
  "301006072a8648ce3d020106052b81040022",
  "300506032b6570",
]

/** A certificate as OpenSSL reads it, with its key; undefined where it does not, or reads other bytes than these. */
const read = (der: Uint8Array): Pick<Certificate, "x509" | "key"> | undefined => {
  try {
    const x509 = new X509Certificate(der)
    // It also takes PEM, which could be anywhere inside, and DER with something behind it.
    return x509.raw.equals(der) ? { x509, key: x509.publicKey } : undefined
  } catch {
    return undefined
  }
}

/** Reads a certificate in DER, or says why it is not taken. */
export const readCertificate = (der: Uint8Array): Certificate | Rule => {
  const parts = partsOf(der)
  if (parts === undefined) return certificateRules.certificate
  const { signedWith, keyKind, uses } = parts
  if (!signatureKinds.includes(signedWith) || !keyKinds.includes(keyKind)) return certificateRules.algorithm
  const certificate = read(der)
  if (certificate === undefined) return certificateRules.certificate
  const algorithm = algorithmOf(certificate.key)
  return algorithm === undefined ? certificateRules.algorithm : { ...certificate, algorithm, uses }
}

/** Whether what was read is why nothing was. */
export const isRule = (read: Certificate | Rule): read is Rule => "requirement" in read

/** The certificates of a chain, one after the other in DER; undefined where there are none, too many, or something else. */
export const splitChain = (chain: Uint8Array): readonly Uint8Array[] | undefined => {
  const elements = elementsOf(chain)
  if (elements === undefined || elements.length === 0 || elements.length > mostCertificates) return undefined
  return elements.every(({ tag }) => tag === tags.sequence) ? elements.map(({ whole }) => whole) : undefined
}

/** The certificates of a file in PEM, in DER. */
export const certificatesIn = (pem: Uint8Array): readonly Uint8Array[] => {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)
  return Array.from(blocks, ([, base64 = ""]) => Uint8Array.from(Buffer.from(base64, "base64")))
}

/** A certificate's time as Node writes it; NaN, which nothing is within, for a year that Date would take for another. */
const timeOf = (text: string): number => (/ \d{4} GMT$/.test(text) ? Date.parse(text) : Number.NaN)

/** Whether a certificate is valid at a time, in milliseconds since 1970; without one, whether it may ever be. */
export const isValidAt = ({ x509 }: Certificate, now: number | undefined): boolean =>
  now === undefined || (timeOf(x509.validFrom) <= now && now <= timeOf(x509.validTo))

/** Whether one certificate is the issuer of another: by its name, and by the signature of its key. */
export const isIssuedBy = ({ x509 }: Certificate, issuer: Certificate): boolean =>
  x509.checkIssued(issuer.x509) && x509.verify(issuer.key)

/** A certificate's subject as a configuration has it: its attributes in their order, with commas between them. */
export const subjectOf = ({ x509 }: Pick<Certificate, "x509">): string => (x509.subject ?? "").replaceAll("\n", ",")
