/**
 * Bundles parts of the built package as a web application would, and holds what comes out against limits. With --write
 * the table goes to docs/performance.md.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { buildSync } from "esbuild"
import { markdownTable } from "../src/report/markdown.js"
import { root } from "./corpus.js"
import { withPart } from "./document-part.js"

interface Entry {
  readonly name: string
  readonly code: string
  /** The most bytes, minified and gzipped, without io-ts and fp-ts. */
  readonly most: number
}

const decoder = (format: string): Entry => ({
  name: `the decoder of ${format} alone`,
  code: `export { decode${format.charAt(0).toUpperCase()}${format.slice(1)} } from "./dist/spice/emitted/${format}.js"`,
  most: 8 * 1024,
})

const entries: readonly Entry[] = [
  ...["main", "display", "inputs", "spicevmc", "smartcard"].map(decoder),
  { name: "`checkMigrateData`", code: `export { checkMigrateData } from "./dist/index.js"`, most: 12 * 1024 },
  { name: "`decodeMigrateData`", code: `export { decodeMigrateData } from "./dist/index.js"`, most: 12 * 1024 },
  { name: "one codec", code: `export { inputsCodec } from "./dist/index.js"`, most: 18 * 1024 },
  {
    name: "`migration-guard/layout`: a declaration and `decode`",
    code: `export { decode, layout, u8 } from "./dist/layout/index.js"`,
    most: 18 * 1024,
  },
  { name: "`migration-guard/layout`, all of it", code: `export * from "./dist/layout/index.js"`, most: 50 * 1024 },
  { name: "the main entry, all of it", code: `export * from "./dist/index.js"`, most: 20 * 1024 },
  { name: "`migration-guard/rules`", code: `export * from "./dist/rules.js"`, most: 48 * 1024 },
]

const bundled = (contents: string, external: readonly string[]): Uint8Array => {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    external: [...external],
    write: false,
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}

const packed = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length

const kilobytes = (bytes: number): string => (bytes / 1024).toFixed(1)

const measured = entries.map(({ name, code, most }) => {
  const own = bundled(code, ["io-ts", "fp-ts/*"])
  return { name, most, minified: own.length, own: packed(own), whole: packed(bundled(code, [])) }
})

const text = markdownTable(
  ["what is imported", "minified", "gzipped", "with io-ts and fp-ts", "limit"],
  measured.map(({ name, most, minified, own, whole }) => [
    name,
    ...[minified, own, whole].map(kilobytes),
    String(most / 1024),
  ]),
)

console.log(text)
for (const { name, own, most } of measured)
  if (own > most) {
    console.error(`${name}: ${own} bytes exceed ${most}`)
    process.exitCode = 1
  }
if (process.argv.includes("--write")) {
  const path = join(root, "docs/performance.md")
  writeFileSync(path, withPart(readFileSync(path, "utf8"), "sizes: npm run size -- --write", text))
}
