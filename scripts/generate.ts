/**
 * Writes every generated file of the repository, or with --check says which of them are stale and exits 1.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { emit } from "../src/schema/emit.js"
import { type Format, formatOf, formats } from "../src/spice/formats.js"
import { channels } from "../src/spice/receiver.js"
import { generatedCorpus, hostileFiles, root } from "./corpus.js"

const checking = process.argv.includes("--check")

const capitalized = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

const formatted = (path: string, text: string): string =>
  execFileSync(join(root, "node_modules/.bin/biome"), ["check", "--write", `--stdin-file-path=${path}`], {
    input: text,
    cwd: root,
    encoding: "utf8",
  })

const emittedDecoder = (format: Format): readonly [string, string] => {
  const path = `src/spice/emitted/${format}.ts`
  const source = emit(formats[format], {
    decoder: `decode${capitalized(format)}`,
    layout: format,
    state: `${capitalized(format)}State`,
    declaration: `../${format}.js`,
    channels: channels
      .filter((channel) => formatOf[channel] === format)
      .map((channel) => JSON.stringify(channel))
      .join(" | "),
    receiver: "../receiver.js",
    schema: "../../schema",
  })
  return [path, formatted(path, source)]
}

const isFormat = (name: string): name is Format => Object.hasOwn(formats, name)

const wanted = new Map<string, string | Uint8Array>([
  ...Object.keys(formats).filter(isFormat).map(emittedDecoder),
  ...generatedCorpus(),
])

const isFresh = (path: string, content: string | Uint8Array): boolean =>
  existsSync(join(root, path)) && readFileSync(join(root, path)).equals(Buffer.from(content))

const stale = [...wanted].filter(([path, content]) => !isFresh(path, content))
const superfluous = hostileFiles().filter((path) => !wanted.has(path))

if (checking) {
  for (const path of [...stale.map(([path]) => path), ...superfluous])
    console.error(`${path} is stale: run npm run generate`)
  process.exitCode = stale.length + superfluous.length > 0 ? 1 : 0
} else {
  for (const [path, content] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  for (const path of superfluous) rmSync(join(root, path))
  console.log(`${wanted.size} generated files: ${stale.length} written, ${superfluous.length} removed`)
}
