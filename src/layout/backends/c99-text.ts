import type { Local } from "../steps.js"

/** The words of emitted C: names, comments, and how lines are indented and folded. */

/** The longest line that is emitted where it can be folded. */
const widest = 100

export const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" || line.startsWith("#") ? line : `    ${line}`))
    .join("\n")

/** A sentence as a comment, on as many lines as it takes. */
export const comment = (text: string): string => {
  const lines: string[] = []
  let line = "/*"
  for (const word of text.replaceAll("*/", "* /").split(" ")) {
    if (line.length + word.length + 4 > widest && line.length > 2) {
      lines.push(line)
      line = "  "
    }
    line += ` ${word}`
  }
  return [...lines, `${line} */`].join("\n")
}

/** Breaks lines that are too long behind commas and before operators; those behind stand one level deeper. */
export const folded = (text: string): string =>
  text
    .split("\n")
    .map((line) => {
      const indent = line.slice(0, line.search(/[^ ]|$/))
      if (line.length <= widest || /^\s*(\/\*|\* |#|")/.test(line) || line.includes('"')) return line
      const lines: string[] = []
      let current = indent
      for (const piece of line.trim().split(/(?<=[,;]) (?=\S)| (?=(?:&&|\|\|) )/)) {
        if (current.trim() !== "" && current.length + piece.length + 1 > widest) {
          lines.push(current)
          current = `${indent}    `
        }
        current += current.trim() === "" ? piece : ` ${piece}`
      }
      return [...lines, current].join("\n")
    })
    .join("\n")

/** `display/surface-ids-ascend` as the end of a constant: `DISPLAY_SURFACE_IDS_ASCEND`. */
export const constantNamed = (text: string): string => snake(text).toUpperCase()

/** Words in camel case, or with anything else between them, as one of C's: `maxBlobBytes` is `max_blob_bytes`. */
export const snake = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_|_$/g, "")
    .toLowerCase()

/** A text as a string literal of C. Every character beyond ASCII is an escape of UTF-8's bytes. */
export const quoted = (text: string): string =>
  `"${[...new TextEncoder().encode(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      if (character === '"' || character === "\\") return `\\${character}`
      return byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, "0")}` : character
    })
    .join("")}"`

const keywords =
  "alignas alignof and asm auto bool break case catch char class const constexpr continue decltype default delete do double else enum explicit export extern false final float for friend goto if inline int long mutable namespace new noexcept not nullptr operator or override private protected public register restrict return short signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned using virtual void volatile while xor"

/** What an emitted function calls its parameters, and what stands around it. */
const taken = new Set([...keywords.split(" "), "data", "size", "violation", "receiver", "parameters", "channel"])

/** The keys of a local's path, and what it is of that: `surfaces#lossy[].id#previous` is the id before, of lossy surfaces. */
const partsOf = (name: string): { readonly keys: readonly string[]; readonly what: string } => {
  const [, path = name, what = ""] = /^(.*)#(\w+)$/.exec(name) ?? []
  const plain = path.replace(/\[(\d+)\]/g, "_$1").replaceAll("[]", "")
  return { keys: plain.split(/[.#]/).filter((key) => key !== ""), what }
}

const called = (keys: readonly string[], what: string, count: number): string => {
  const name = keys.slice(-count).reverse().join("_of_").replace(/\W/g, "_")
  if (what === "") return name
  return what === "previous" ? `${what}_${name}` : `${name}_${what}`
}

/**
 * What locals are called: by as little of their path as tells them apart, the field before what it is of.
 * `agent2client.chunk_header.size` is `size_of_chunk_header`. None is called as one of the functions.
 */
export const namesOf = (locals: readonly Local[], functions: readonly string[]): ReadonlyMap<string, string> => {
  const all = [...new Set(locals.map(({ name }) => name))].map((name) => ({ name, ...partsOf(name) }))
  const used = new Set([...taken, ...functions])
  return new Map(
    all.map(({ name, keys, what }) => {
      let own = ""
      for (let count = 1; count <= keys.length; count++) {
        own = called(keys, what, count)
        const isShared = all.some((other) => other.name !== name && called(other.keys, other.what, count) === own)
        if (!isShared && !used.has(own)) break
      }
      while (used.has(own)) own += "_"
      used.add(own)
      return [name, own]
    }),
  )
}
