import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { corpusList } from "../../scripts/c/corpus-list.js"
import { spiceLibrary } from "../../src/spice/c99.js"

test("the C of SPICE's formats, and the list of what it has to say of the corpus, are checked in", () => {
  const { header, source } = spiceLibrary()
  expect(readFileSync("c/migration_guard.h", "utf8")).toBe(header)
  expect(readFileSync("c/migration_guard.c", "utf8")).toBe(source)
  const [path, list] = corpusList()
  expect(readFileSync(path, "utf8")).toBe(list)
})
