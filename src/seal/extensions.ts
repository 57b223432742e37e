import { type Element, elementsOf, insideOf, oidOf, tags } from "./der.js"

/** What a certificate's extensions allow: Node's X509Certificate does not say it, or not all of it. */
export interface Uses {
  /** Whether it is an authority's, whether its key may issue certificates, and how many authorities deep. */
  readonly isAuthority: boolean
  readonly issues: boolean
  readonly pathLength: number
  /** Whether its key may sign, and for a client of TLS. What no extension limits is allowed. */
  readonly signs: boolean
  readonly isClient: boolean
}

/** The extensions that are read, by the last byte of 2.5.29.x, in hexadecimal digits. */
const extensionIds = { keyUsage: "551d0f", basicConstraints: "551d13", purposes: "551d25" } as const

/** A name decides nothing here that the list of subjects does not, so it may be critical: 2.5.29.17. */
const alternativeName = "551d11"

/** 2.5.29.30 limits which names an authority may certify. Nothing here can tell, so such authorities are not taken. */
const nameConstraints = "551d1e"

const tlsClient = "2b06010505070302"

interface Extension {
  readonly id: string
  readonly isCritical: boolean
  readonly value: Uint8Array
}

const isTrue = ({ tag, content }: Element): boolean =>
  tag === tags.boolean && content.length === 1 && content[0] === 0xff

const extensionOf = ({ tag, content }: Element): Extension | undefined => {
  const members = tag === tags.sequence ? elementsOf(content) : undefined
  const [first, ...rest] = members ?? []
  const id = first && oidOf(first)
  const value = rest.at(-1)
  const critical = rest.length === 2 ? rest[0] : undefined
  if (id === undefined || value?.tag !== tags.octetString || rest.length > 2) return undefined
  if (critical !== undefined && !isTrue(critical)) return undefined
  return { id, isCritical: critical !== undefined, value: value.content }
}

/** The extensions of a certificate's first part, each once. */
const extensionsIn = (toBeSigned: readonly Element[]): readonly Extension[] | undefined => {
  const outer = toBeSigned.at(-1)
  if (outer?.tag !== tags.extensions) return undefined
  const extensions = insideOf(outer.content, tags.sequence)?.map(extensionOf)
  const known = extensions?.filter((each) => each !== undefined)
  if (known === undefined || known.length !== extensions?.length) return undefined
  return new Set(known.map(({ id }) => id)).size === known.length ? known : undefined
}

/** SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } */
const authorityOf = (value: Uint8Array): Pick<Uses, "isAuthority" | "pathLength"> | undefined => {
  const members = insideOf(value, tags.sequence)
  if (members === undefined) return undefined
  const [first, second, ...more] = members
  if (first === undefined) return { isAuthority: false, pathLength: 0 }
  if (!isTrue(first) || more.length > 0) return undefined
  if (second === undefined) return { isAuthority: true, pathLength: Number.POSITIVE_INFINITY }
  const [length = 0x80] = second.content
  return second.tag === tags.integer && second.content.length === 1 && length < 0x80
    ? { isAuthority: true, pathLength: length }
    : undefined
}

/** The bits of a BIT STRING, of which the first byte counts those that are missing at its end. */
const bitsOf = (value: Uint8Array): number | undefined => {
  const [element, ...more] = elementsOf(value) ?? []
  const [unused = 8, first = 0] = element?.content ?? []
  return element?.tag === tags.bitString && more.length === 0 && unused < 8 ? first : undefined
}

const digitalSignature = 0x80
const certificateSignature = 0x04

/** What extensions allow together; undefined where one cannot be read, or limits something that nothing here can tell. */
const usesIn = (extensions: readonly Extension[] | undefined): Uses | undefined => {
  if (extensions === undefined) return undefined
  const known: readonly string[] = [...Object.values(extensionIds), alternativeName]
  if (extensions.some(({ id, isCritical }) => id === nameConstraints || (isCritical && !known.includes(id))))
    return undefined
  const valueFor = (wanted: string) => extensions.find(({ id }) => id === wanted)?.value
  const constraints = valueFor(extensionIds.basicConstraints)
  const usage = valueFor(extensionIds.keyUsage)
  const purposes = valueFor(extensionIds.purposes)
  const authority = constraints === undefined ? { isAuthority: false, pathLength: 0 } : authorityOf(constraints)
  const bits = usage === undefined ? digitalSignature | certificateSignature : bitsOf(usage)
  const listed = purposes === undefined ? [tlsClient] : insideOf(purposes, tags.sequence)?.map(oidOf)
  if (authority === undefined || bits === undefined || listed === undefined) return undefined
  return {
    ...authority,
    issues: authority.isAuthority && (bits & certificateSignature) !== 0,
    signs: (bits & digitalSignature) !== 0,
    isClient: listed.includes(tlsClient),
  }
}

/** What a certificate says of itself in DER: algorithms as their identifiers, in hexadecimal digits. */
export interface CertificateParts {
  readonly signedWith: string
  /** The kind of its key, with parameters. */
  readonly keyKind: string
  readonly uses: Uses
}

/** Of a certificate's first part: the version, and the key behind number, algorithm, issuer, validity and subject. */
const places = { version: 0, key: 6 } as const

/** [0] EXPLICIT INTEGER 2 */
const version3 = "a003020102"

const hexOf = (element: Element | undefined): string => Buffer.from(element?.whole ?? []).toString("hex")

/**
 * Takes a certificate apart; undefined where it is no X.509 version 3 in DER, or has what cannot be judged. What is around
 * these parts OpenSSL judges, which reads the same bytes.
 */
export const partsOf = (der: Uint8Array): CertificateParts | undefined => {
  const [toBeSigned, signature] = insideOf(der, tags.sequence) ?? []
  if (toBeSigned?.tag !== tags.sequence || signature?.tag !== tags.sequence) return undefined
  const inner = elementsOf(toBeSigned.content) ?? []
  const uses = usesIn(extensionsIn(inner))
  const [signedWith] = elementsOf(signature.content)?.map(oidOf) ?? []
  const key = inner[places.key]
  const [keyKind] = (key?.tag === tags.sequence ? elementsOf(key.content) : undefined) ?? []
  if (hexOf(inner[places.version]) !== version3 || uses === undefined) return undefined
  if (signedWith === undefined || keyKind === undefined) return undefined
  return { signedWith, keyKind: hexOf(keyKind), uses }
}
