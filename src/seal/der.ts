/** What is read of DER (X.690): elements of one-byte tags and definite lengths, each length in its only encoding. */

/** The tags that are read. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  extensions: 0xa3,
} as const

export interface Element {
  readonly tag: number
  readonly content: Uint8Array
  /** With its tag and length. */
  readonly whole: Uint8Array
}

/** How long a content is and where it begins; undefined where the length is indefinite, not its shortest, or of 16 MiB. */
const lengthAt = (bytes: Uint8Array, at: number): { readonly length: number; readonly start: number } | undefined => {
  const { [at]: first } = bytes
  if (first === undefined) return undefined
  if (first < 0x80) return { length: first, start: at + 1 }
  const digits = bytes.subarray(at + 1, at + 1 + (first & 0x7f))
  if (digits.length !== (first & 0x7f) || digits.length === 0 || digits.length > 3 || digits[0] === 0) return undefined
  const length = digits.reduce((sum, digit) => 256 * sum + digit, 0)
  return length < 0x80 ? undefined : { length, start: at + 1 + digits.length }
}

/** The elements that bytes are, one after the other with nothing in between or behind; undefined where they are not. */
export const elementsOf = (bytes: Uint8Array): readonly Element[] | undefined => {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0
    const found = lengthAt(bytes, at + 1)
    if (found === undefined || (tag & 0x1f) === 0x1f) return undefined
    const end = found.start + found.length
    if (end > bytes.length) return undefined
    elements.push({ tag, content: bytes.subarray(found.start, end), whole: bytes.subarray(at, end) })
    at = end
  }
  return elements
}

/** The elements inside the one element of a tag that bytes are; undefined where they are something else. */
export const insideOf = (bytes: Uint8Array, tag: number): readonly Element[] | undefined => {
  const [element, ...more] = elementsOf(bytes) ?? []
  return element?.tag === tag && more.length === 0 ? elementsOf(element.content) : undefined
}

/** An object identifier in hexadecimal digits: enough to know one by. */
export const oidOf = ({ tag, content }: Element): string | undefined =>
  tag === tags.oid && content.length > 0 ? Buffer.from(content).toString("hex") : undefined
