/** Puts a text between the two marks of a document: the command that writes it, and an end. */
export const withPart = (document: string, command: string, text: string): string => {
  const begin = `<!-- ${command} -->`
  const from = document.indexOf(begin) + begin.length
  const to = document.indexOf("<!-- end -->", from)
  if (from < begin.length || to < from) throw new Error(`the document has no place for what ${command} writes`)
  return `${document.slice(0, from)}\n\n${text}\n${document.slice(to)}`
}
