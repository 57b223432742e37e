/** Characters that could move a cursor, hide text or reorder it: controls, formats, line separators, lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("")

/** A text with everything in it that a terminal might obey written as \uXXXX. */
export const printable = (text: string): string => text.replace(unprintable, escaped)

/** A value as one line of JSON that is safe to print: the escapes are JSON's own, so nothing is lost. */
export const jsonLine = (value: unknown): string => printable(JSON.stringify(value))

/** A value as JSON on several lines, each of which is safe to print. */
export const jsonLines = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .split("\n")
    .map((line) => printable(line))
    .join("\n")
