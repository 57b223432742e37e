import type { Layout } from "./types.js"

/** Layouts among what a module exports: what has a format and a struct was made by `layout`. */
export const layoutsIn = (exported: object): readonly (readonly [name: string, layout: Layout])[] =>
  Object.entries(exported).filter(
    (entry): entry is [string, Layout] =>
      typeof entry[1] === "object" &&
      entry[1] !== null &&
      "format" in entry[1] &&
      "struct" in entry[1] &&
      "limit" in entry[1],
  )
