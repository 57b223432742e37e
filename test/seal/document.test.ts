import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { readSealed, renderSealed } from "../../lab/sealed/results.js"
import { root } from "../../scripts/corpus.js"
import { withPart } from "../../scripts/document-part.js"

const { kinds } = readSealed()

test("nothing that a hostile client brought got through two sealing guards, and no QEMU died of it", () => {
  expect(kinds.filter(({ through, deaths }) => through + deaths > 0)).toEqual([])
})

test("everything that a client can do has been tried", () => {
  expect(kinds.map(({ kind }) => kind).sort()).toEqual([
    "a genuine state, not sealed",
    "a hostile state, not sealed",
    "after expiry",
    "another key",
    "another key id",
    "cut",
    "for another VM",
    "from the future",
    "made up",
    "nonsense queued for usbredir",
    "on another channel",
    "one bit altered",
    "out of turn",
    "padded",
    "replayed in another session",
    "replayed in the next migration",
    "replayed in the same migration",
    "to a server that awaits none",
  ])
})

test("docs/sealing.md is what the results say", () => {
  const document = readFileSync(join(root, "docs/sealing.md"), "utf8")
  expect(withPart(document, "npm run lab:sealed", renderSealed(readSealed()))).toBe(document)
})
