import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"

/** Makes certificates, right ones and wrong ones: DER is written here by hand, and shares nothing with src/seal. */

const tlv = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents)
  const digits = content.length < 0x80 ? [] : [...Buffer.from(content.length.toString(16).padStart(6, "0"), "hex")]
  while (digits[0] === 0) digits.shift()
  const length = digits.length === 0 ? [content.length] : [0x80 | digits.length, ...digits]
  return Buffer.concat([Uint8Array.of(tag, ...length), content])
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => tlv(0x30, ...contents)

const base128 = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [...base128(value >> 7).map((byte) => byte | 0x80), value & 0x7f]

export const oid = (text: string): Buffer => {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number)
  return tlv(0x06, Uint8Array.from([40 * first + second, ...rest.flatMap(base128)]))
}

const nothing = Uint8Array.of(5, 0)
const isTrue = tlv(1, Uint8Array.of(0xff))

/** An extension: its identifier, its value, and whether it is critical. */
export const extension = (id: string, value: Uint8Array, isCritical = true): Buffer =>
  sequence(oid(id), ...(isCritical ? [isTrue] : []), tlv(4, value))

export const authority = (pathLength?: number): Buffer =>
  extension("2.5.29.19", sequence(isTrue, ...(pathLength === undefined ? [] : [tlv(2, Uint8Array.of(pathLength))])))

/** Key usage by its bits: 0x80 for digital signatures, 0x04 for certificates. */
export const keyUsage = (bits: number): Buffer => extension("2.5.29.15", tlv(3, Uint8Array.of(1, bits)))

export const purposes = (...ids: readonly string[]): Buffer => extension("2.5.29.37", sequence(...ids.map(oid)), false)

export const tlsServer = "1.3.6.1.5.5.7.3.1"
export const tlsClient = "1.3.6.1.5.5.7.3.2"

const attributes: Readonly<Record<string, string>> = { C: "2.5.4.6", O: "2.5.4.10", OU: "2.5.4.11", CN: "2.5.4.3" }

/** A name of attributes such as `["CN", "host"]`, each in UTF-8. */
export type Name = readonly (readonly [type: string, value: string])[]

const nameOf = (name: Name): Buffer =>
  sequence(
    ...name.map(([type, value]) => tlv(0x31, sequence(oid(attributes[type] ?? type), tlv(0x0c, Buffer.from(value))))),
  )

/** UTCTime until 2049, as RFC 5280 says. */
const timeOf = (time: number | string): Buffer => {
  if (typeof time === "string") return tlv(0x18, Buffer.from(time))
  const digits = new Date(time).toISOString().replace(/\.\d+|[-:T]/g, "")
  return digits < "2050" ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits))
}

const signatures: Readonly<Record<string, readonly [hash: string | null, algorithm: Buffer]>> = {
  "rsa-sha256": ["sha256", sequence(oid("1.2.840.113549.1.1.11"), nothing)],
  "rsa-sha1": ["sha1", sequence(oid("1.2.840.113549.1.1.5"), nothing)],
  "rsa-md5": ["md5", sequence(oid("1.2.840.113549.1.1.4"), nothing)],
  "ec-sha256": ["sha256", sequence(oid("1.2.840.10045.4.3.2"))],
  "ec-sha384": ["sha384", sequence(oid("1.2.840.10045.4.3.3"))],
  "ec-sha1": ["sha1", sequence(oid("1.2.840.10045.4.1"))],
  ed25519: [null, sequence(oid("1.3.101.112"))],
}

/** Kinds of keys that certificates are made for. */
export const keyKinds = {
  ed25519: () => generateKeyPairSync("ed25519").privateKey,
  p256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  p384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  p521: () => generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  k256: () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
  ed448: () => generateKeyPairSync("ed448").privateKey,
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  rsa1024: () => generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey,
  rsa2040: () => generateKeyPairSync("rsa", { modulusLength: 2040 }).privateKey,
  rsaExponent3: () => generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }).privateKey,
  rsaPss: () =>
    generateKeyPairSync("rsa-pss", { modulusLength: 2048, hashAlgorithm: "sha256", mgf1HashAlgorithm: "sha256" })
      .privateKey,
} as const satisfies Readonly<Record<string, () => KeyObject>>

export interface Issued {
  readonly name: Name
  readonly key: KeyObject
  readonly der: Buffer
  readonly pem: Buffer
  readonly keyPem: Buffer
}

export interface IssueOptions {
  readonly name: Name
  readonly key?: keyof typeof keyKinds | KeyObject
  /** Default: it issues itself. */
  readonly issuer?: Pick<Issued, "name" | "key">
  readonly extensions?: readonly Uint8Array[]
  /** Milliseconds since 1970, or the text of a GeneralizedTime. */
  readonly from?: number | string
  readonly to?: number | string
  /** What it is signed with. Default: what goes with the issuer's key. */
  readonly signature?: string
  readonly version?: number
}

const defaultSignature = ({ asymmetricKeyType }: KeyObject): string =>
  asymmetricKeyType === "ed25519" ? "ed25519" : asymmetricKeyType === "ec" ? "ec-sha256" : "rsa-sha256"

export const pemOf = (...ders: readonly Uint8Array[]): Buffer =>
  Buffer.from(
    ders
      .map((der) => Buffer.from(der).toString("base64").replace(/.{64}/g, "$&\n"))
      .map((text) => `-----BEGIN CERTIFICATE-----\n${text.trimEnd()}\n-----END CERTIFICATE-----\n`)
      .join(""),
  )

const start = Date.UTC(2020, 0, 1)
const end = Date.UTC(2050, 0, 1)

/** Makes one certificate, whatever sense it makes. */
export const issue = (options: IssueOptions): Issued => {
  const { name, key: kind = "p256", extensions = [], from = start, to = end, version = 3 } = options
  const key = typeof kind === "string" ? keyKinds[kind]() : kind
  const issuer = options.issuer ?? { name, key }
  const [hash, algorithm] = signatures[options.signature ?? defaultSignature(issuer.key)] ?? []
  if (hash === undefined || algorithm === undefined) throw new Error("no such signature")
  const toBeSigned = sequence(
    ...(version === 1 ? [] : [tlv(0xa0, tlv(2, Uint8Array.of(version - 1)))]),
    tlv(2, Buffer.concat([Uint8Array.of(1), randomBytes(8)])),
    algorithm,
    nameOf(issuer.name),
    sequence(timeOf(from), timeOf(to)),
    nameOf(name),
    createPublicKey(key).export({ type: "spki", format: "der" }),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
  )
  const signature = sign(hash, toBeSigned, issuer.key)
  const der = sequence(toBeSigned, algorithm, tlv(3, Uint8Array.of(0), signature))
  return { name, key, der, pem: pemOf(der), keyPem: Buffer.from(key.export({ type: "pkcs8", format: "pem" })) }
}

export const caExtensions = (pathLength?: number) => [authority(pathLength), keyUsage(0x06)]
export const hostExtensions = [extension("2.5.29.19", sequence()), keyUsage(0xa0), purposes(tlsServer, tlsClient)]
