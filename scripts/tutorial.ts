/**
 * Executes docs/layouts.md as it stands: saves its programs, runs its commands in their order, and compares what they
 * print. The package is linked instead of installed. Says what differs and exits 1.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./corpus.js"

/** What a reader types, and what the document says is printed then. */
export interface Typed {
  readonly command: string
  readonly expected: string
}

/** A folder in which the package is there as if it had been installed. */
const prepared = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))
  const modules = join(folder, "node_modules")
  const linked = join(modules, "migration-guard")
  mkdirSync(linked, { recursive: true })
  mkdirSync(join(modules, ".bin"))
  const entries = { ".": "index", "./layout": "layout/index", "./testing": "testing/index" }
  const exported = Object.entries(entries).map(([entry, path], index) => {
    writeFileSync(join(linked, `${index}.mjs`), `export * from ${JSON.stringify(source(path))}\n`)
    return [entry, `./${index}.mjs`]
  })
  writeFileSync(join(linked, "package.json"), JSON.stringify({ exports: Object.fromEntries(exported) }))
  symlinkSync(join(root, "node_modules/fast-check"), join(modules, "fast-check"))
  const command = join(modules, ".bin/migration-guard")
  writeFileSync(command, `#!/bin/sh\nexec node ${JSON.stringify(join(root, "src/cli/main.ts"))} "$@"\n`)
  chmodSync(command, 0o755)
  return folder
}

const source = (path: string): string => pathToFileURL(join(root, "src", `${path}.ts`)).href

const writeIn = (folder: string, file: string, text: string): void => {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/** A report of fuzzing without what the machine decides: numbers, their widths, and how often progress is told. */
const comparable = (text: string): string =>
  text
    .replace(/^(?: *\d+ of|jazzer\.js needs).*\n/gm, "")
    .replace(/[\d,]*\d/g, "0")
    .replace(/ +/g, " ")

const typed = (block: string): readonly Typed[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = "", ...lines] = text.split("\n")
      return { command, expected: lines.join("\n") }
    })

/**
 * Executes the document.
 *
 * @param isRun - which commands are
 * @returns what differs, one text each
 */
export const executeTutorial = (isRun: (command: string) => boolean): readonly string[] => {
  const document = readFileSync(join(root, "docs/layouts.md"), "utf8")
  const folder = prepared()
  const { PATH } = process.env
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import ${loader}`,
    PATH: `${join(folder, "node_modules/.bin")}:${PATH}`,
    NO_COLOR: "1",
  }
  try {
    const blocks = [...document.matchAll(/```(js|console) ?(\S*)\n([\s\S]*?)```/g)]
    for (const [, kind, file = "", text = ""] of blocks) if (kind === "js") writeIn(folder, file, text)
    const commands = blocks.flatMap(([, kind, , text = ""]) => (kind === "console" ? typed(text) : []))
    return commands.flatMap(({ command, expected }) => {
      if (!isRun(command)) return []
      const printed = execFileSync("sh", ["-c", command.replace(/^npx /, "")], { cwd: folder, env, encoding: "utf8" })
      const isFuzzing = command.includes(" fuzz ")
      const [found, wanted] = isFuzzing ? [comparable(printed), comparable(expected)] : [printed, expected]
      return found === wanted ? [] : [`$ ${command}\n${printed}\ninstead of\n\n${expected}`]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const isInstalled = (command: string): boolean => !command.startsWith("npm install")

if (process.argv[1] === import.meta.filename) {
  const differences = executeTutorial(isInstalled)
  for (const difference of differences) console.error(difference)
  process.exitCode = differences.length > 0 ? 1 : 0
}
