/**
 * Breaks a text between words into lines of at most `columns` characters, each behind `indent` spaces. A word that is
 * longer has a line of its own. Without a number of columns, which no file and no pipe has, it is one line.
 */
export const wrapped = (text: string, indent: number, columns: number | undefined): readonly string[] => {
  const space = " ".repeat(indent)
  if (columns === undefined) return [`${space}${text}`]
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && indent + longer.length > columns) lines.push(`${space}${line}`)
    line = line !== "" && indent + longer.length > columns ? word : longer
  }
  return [...lines, `${space}${line}`]
}

/** The same, with something before the first line, and the other lines as far in as the text behind that. */
export const hanging = (head: string, text: string, indent: number, columns: number | undefined): readonly string[] => {
  const [first = "", ...others] = wrapped(text, indent + head.length, columns)
  return [`${" ".repeat(indent)}${head}${first.slice(indent + head.length)}`, ...others]
}
