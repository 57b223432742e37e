import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../scripts/corpus.js"

const textOf = (document: string): string => readFileSync(join(root, document), "utf8")

/** The one snippet of a document in some language that has a part. */
export const snippetIn = (document: string, language: string, part: string): string => {
  const all = textOf(document).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))
  const [found, ...others] = [...all].flatMap(([, snippet = ""]) => (snippet.includes(part) ? [snippet] : []))
  if (found === undefined || others.length > 0) throw new Error(`${document} has no one snippet with ${part}`)
  return found
}

/** The files that a document names and then shows, by their paths. */
export const filesIn = (document: string): ReadonlyMap<string, string> =>
  new Map(
    [...textOf(document).matchAll(/`(\/[^`]+)`[^`]*:\n\n```\w+\n([\s\S]*?)^```/gm)].map(
      ([, path = "", content = ""]) => [path, content],
    ),
  )
