import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { sessionDocument } from "../../scripts/session-document.js"

test("docs/session.md is what the code says: `npm run generate` writes it", () => {
  const document = readFileSync(new URL("../../docs/session.md", import.meta.url), "utf8")
  expect(document.slice(document.indexOf("# "))).toBe(sessionDocument)
})
