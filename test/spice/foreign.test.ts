import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { draftDocuments, draftFiles } from "../../scripts/drafts.js"
import { spiceFiles } from "../../src/spice/foreign.js"

const files = (["kaitai", "hexpat", "wireshark"] as const).flatMap((language) => [
  ...spiceFiles(language, () => ""),
  ...draftFiles(language),
])

const behindFirstLine = (text: string): string => text.slice(text.indexOf("\n"))

test.each(files)("formats/%s is what the declaration says: `npm run generate` writes it", (name, text) => {
  expect(behindFirstLine(readFileSync(join(root, "formats", name), "utf8"))).toBe(behindFirstLine(text))
})

test.each(draftDocuments())("%s is, too", (path, _, text) => {
  expect(readFileSync(join(root, path), "utf8")).toContain(text)
})
