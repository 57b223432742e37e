/** One attribute of a subject: letters or an OID, and a value in which a backslash stands before what it escapes. */
const attribute = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)=(?:[^\\,]|\\.)+$/s

/** The attributes of a subject such as `O=Example\, Inc.,CN=host`, escapes left in; undefined for what is none. */
export const attributesOf = (subject: string): readonly string[] | undefined => {
  const parts = subject.match(/(?:[^\\,]|\\.)+/gs) ?? []
  const attributes = parts.map((part) => part.trim())
  const isWhole = parts.length > 0 && parts.join(",") === subject
  return isWhole && attributes.every((part) => attribute.test(part)) ? attributes : undefined
}

/** Whether a certificate's subject, an attribute a line as Node writes it, is the one that is expected. */
export const isSubject = (expected: string, lines: string): boolean => attributesOf(expected)?.join("\n") === lines
