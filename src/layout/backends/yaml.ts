/** A value of a YAML document. Members that are undefined are left out. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml | undefined }

const isList = (value: Yaml): value is readonly Yaml[] => Array.isArray(value)

/** A text that YAML reads as the same text. JSON's strings are YAML's in quotes. */
const scalar = (value: string | number | boolean): string =>
  typeof value === "string" && !/^[a-z_][a-z0-9_]*$/.test(value) ? JSON.stringify(value) : String(value)

const isReserved = (value: string): boolean => /^(true|false|null|yes|no|on|off|y|n)$/.test(value)

const text = (value: string | number | boolean): string =>
  typeof value === "string" && isReserved(value) ? JSON.stringify(value) : scalar(value)

/** A value as the lines of a YAML document in block style. */
export const yaml = (value: Yaml): readonly string[] => {
  if (typeof value !== "object") return [text(value)]
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
  if (isList(value)) {
    return value.flatMap((entry) => {
      const [first = "", ...others] = yaml(entry)
      return [`- ${first}`, ...indented(others)]
    })
  }
  return Object.entries(value).flatMap(([key, member]) => {
    if (member === undefined) return []
    const name = /^-?\d+$/.test(key) || key.includes("-") ? key : text(key)
    if (typeof member !== "object") return [`${name}: ${text(member)}`]
    const inner = yaml(member)
    return inner.length === 0 ? [`${name}: ${isList(member) ? "[]" : "{}"}`] : [`${name}:`, ...indented(inner)]
  })
}
