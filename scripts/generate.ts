/**
 * Writes every generated file of the repository, or with --check says which of them are stale and exits 1.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { emit } from "../src/schema/emit.js"
import { type Format, formatOf, formats } from "../src/spice/formats.js"
import { channels } from "../src/spice/receiver.js"

const root = join(import.meta.dirname, "..")
const checking = process.argv.includes("--check")

const capitalized = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

const formatted = (path: string, text: string): string =>
  execFileSync(join(root, "node_modules/.bin/biome"), ["format", `--stdin-file-path=${path}`], {
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

const files = new Map<string, string>(Object.keys(formats).filter(isFormat).map(emittedDecoder))

let stale = 0
for (const [path, text] of files) {
  const file = join(root, path)
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue
  stale++
  if (checking) console.error(`${path} is stale: run npm run generate`)
  else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(`wrote ${path}`)
  }
}
process.exitCode = checking && stale > 0 ? 1 : 0
