import { constants, createHash, type KeyObject, sign, verify } from "node:crypto"
import { mostSignatureBytes } from "./sizes.js"

/** How a key signs. Nothing but the key decides it: an envelope names no algorithm. */
export interface Algorithm {
  /** What is hashed with, where the algorithm does not say it. */
  readonly hash: "sha256" | "sha384" | null
  /** Bytes of a signature. */
  readonly size: number
  readonly options: Omit<Parameters<typeof sign>[2] & object, "key">
}

const curves: Readonly<Record<string, Algorithm>> = {
  prime256v1: { hash: "sha256", size: 64, options: { dsaEncoding: "ieee-p1363" } },
  secp384r1: { hash: "sha384", size: 96, options: { dsaEncoding: "ieee-p1363" } },
}

/** RSA keys are of 2048 to 8192 bits, and of an exponent whose powers are no roots of small numbers. */
const rsa = { least: 2048, most: 8 * mostSignatureBytes, exponent: 65_537n }

const rsaPss = (bits: number): Algorithm => ({
  hash: "sha256",
  size: Math.ceil(bits / 8),
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
})

/** How a key signs; undefined where it is none that is taken. */
export const algorithmOf = ({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): Algorithm | undefined => {
  const { namedCurve = "", modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails
  switch (asymmetricKeyType) {
    case "ed25519":
      return { hash: null, size: 64, options: {} }
    case "ec":
      return Object.hasOwn(curves, namedCurve) ? curves[namedCurve] : undefined
    case "rsa":
      return modulusLength >= rsa.least && modulusLength <= rsa.most && publicExponent >= rsa.exponent
        ? rsaPss(modulusLength)
        : undefined
    default:
      return undefined
  }
}

/**
 * In front of what is signed, as TLS 1.3 has it (RFC 8446, 4.4.3): the host's key signs handshakes too. In TLS 1.2 a
 * stranger chooses the first 32 bytes of what a server signs, and none of those behind; these are 64.
 */
const preface = Buffer.from(`${" ".repeat(64)}migration-guard signed envelope 1\0`)

const signedOf = (parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash("sha512")
  for (const part of parts) hash.update(part)
  return Buffer.concat([preface, hash.digest()])
}

/** Signs parts of an envelope, as if they were one. */
export const signatureOf = (parts: readonly Uint8Array[], key: KeyObject, { hash, options }: Algorithm): Uint8Array =>
  sign(hash, signedOf(parts), { key, ...options })

/** Whether a signature is a key's, of parts of an envelope. */
export const isSignatureOf = (
  parts: readonly Uint8Array[],
  signature: Uint8Array,
  key: KeyObject,
  { hash, size, options }: Algorithm,
): boolean => signature.length === size && verify(hash, signedOf(parts), { key, ...options }, signature)
