/** Builds the explorer into dist/explorer as files for any web server, and fails where they have grown too large. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"
import { contentPolicy, withData } from "../src/cli/explorer-page.js"
import { root } from "./corpus.js"
import { samplesOf } from "./explorer-samples.js"

const source = join(root, "site/explorer")
const output = join(root, "dist/explorer")

/** The most that the page, its script and its style have together, and the most that the samples add, uncompressed. */
const mostBytes = { program: 150_000, samples: 30_000 }

/** What the licences of the bundled packages ask for. */
const notice =
  "/*! migration-guard. With preact, (c) 2015-present Jason Miller, and fp-ts and io-ts, (c) 2017-present Giulio Canti: MIT licence. */"

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

const sizes = readdirSync(output).map((name) => ({ name, bytes: statSync(join(output, name)).size }))
const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
const samples = page.length - empty.length
const measured = { program: all - samples, samples }
for (const part of ["program", "samples"] as const) {
  console.log(`explorer: ${part} ${measured[part]} of at most ${mostBytes[part]} bytes`)
  if (measured[part] > mostBytes[part]) process.exitCode = 1
}
