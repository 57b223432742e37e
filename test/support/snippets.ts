import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../../scripts/corpus.js"

/** What a document shows in one language, in its order. */
export const snippetsOf = (document: string, language: string): readonly string[] =>
  [
    ...readFileSync(join(root, document), "utf8").matchAll(
      new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"),
    ),
  ].map(([, snippet = ""]) => snippet)

/** The files that a document names and then shows, by their paths. */
export const filesIn = (document: string): ReadonlyMap<string, string> =>
  new Map(
    [...readFileSync(join(root, document), "utf8").matchAll(/`(\/[^`]+)`[^`]*:\n\n```\w+\n([\s\S]*?)^```/gm)].map(
      ([, path = "", content = ""]) => [path, content],
    ),
  )
