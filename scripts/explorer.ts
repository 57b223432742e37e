/** Builds the explorer into dist/explorer as files for any web server, and fails where they have grown too large. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"
import { contentPolicy, withData } from "../src/cli/explorer-page.js"
import { root } from "./corpus.js"
import { samplesOf } from "./explorer-samples.js"

const source = join(root, "site/explorer")
const output = join(root, "dist/explorer")

/** The most that the page with its samples, its script, its style and its icon have together, uncompressed. */
const mostBytes = 150_000

/** What the licence of the bundled package asks for. */
const notice = "/*! migration-guard. With preact, (c) 2015-present Jason Miller: MIT licence. */"

rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
await build({
  entryPoints: [join(source, "main.tsx"), join(source, "explorer.css")],
  entryNames: "explorer",
  outdir: output,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  banner: { js: notice },
  logLevel: "warning",
})
const empty = readFileSync(join(source, "index.html"), "utf8").replace('content=""', `content="${contentPolicy}"`)
const page = withData(empty, "samples", samplesOf())
writeFileSync(join(output, "index.html"), page)
writeFileSync(join(output, "icon.svg"), readFileSync(join(source, "icon.svg")))

const files = readdirSync(output)
const bytes = files.reduce((sum, name) => sum + statSync(join(output, name)).size, 0)
console.log(`explorer: ${bytes} of at most ${mostBytes} bytes, ${page.length - empty.length} of them samples`)
if (bytes > mostBytes) process.exitCode = 1
