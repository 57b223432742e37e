import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll } from "vitest"
import { root } from "../scripts/corpus.js"

/** Runs code that stands in documents, as users would: as a module that imports the package by its name. */

const folder = join(root, "test", `.examples-${process.pid}`)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

export const runModule = async (
  name: string,
  code: string,
): Promise<{ readonly actual?: unknown; readonly expected?: unknown }> => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name.replace(/[^A-Za-z0-9]+/g, "-")}.ts`)
  writeFileSync(
    file,
    code
      .replaceAll('"migration-guard/layout"', '"../../src/layout/index.js"')
      .replaceAll('"migration-guard/qemu"', '"../../src/qemu/index.js"')
      .replaceAll('"migration-guard/relay"', '"../../src/relay/index.js"')
      .replaceAll('"migration-guard/rules"', '"../../src/rules.js"')
      .replaceAll('"migration-guard/seal"', '"../../src/seal/index.js"')
      .replaceAll('"migration-guard/session"', '"../../src/session/index.js"')
      .replaceAll('"migration-guard/testing"', '"../../src/testing/index.js"')
      .replaceAll('"migration-guard"', '"../../src/index.js"'),
  )
  return import(pathToFileURL(file).href)
}
