import type { Tree } from "./json-cst.js"

/** A way to make something else of a part of a text. */
export interface Edit {
  /** What it does, fit for a file's name. */
  readonly name: string
  readonly apply: (tree: Tree) => Tree
}

/** Edits by their names. */
export const editsBy = (table: Readonly<Record<string, Edit["apply"]>>): readonly Edit[] =>
  Object.entries(table).map(([name, apply]) => ({ name, apply }))

/** A text as a file's name has it. */
export const fileName = (text: string): string => text.replace(/[^A-Za-z0-9_.]+/g, "-")
