import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, sep } from "node:path"
import { buildTargets } from "./build.js"
import type { Workshop } from "./execution.js"
import { isTooOld, loaderFor, writeNode } from "./loader.js"
import type { RunProcess } from "./process.js"

/** Where the package is, and where what fuzzing leaves behind goes: a checkout's own folder, or the user's. */
export interface Places {
  readonly root: string
  readonly work: string
  readonly isInstalled: boolean
}

export const foldersOf = (root: string, current: string): Places => {
  const isInstalled = root.split(sep).includes("node_modules")
  return { root, work: isInstalled ? current : root, isInstalled }
}

/** The packages that nothing but fuzzing takes. */
const tools = ["@jazzer.js/core", "esbuild", "fast-check"] as const

/** Which of the packages for fuzzing are not installed, with the versions that would do. */
export const missingTools = (root: string): readonly string[] => {
  const manifest = join(root, "package.json")
  const { peerDependencies } = Object(JSON.parse(readFileSync(manifest, "utf8")))
  const isMissing = (name: string) => {
    try {
      return createRequire(manifest).resolve(name) === ""
    } catch {
      return true
    }
  }
  return tools.filter(isMissing).map((name) => `${name}@${Object(peerDependencies)[name]}`)
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return Object(error).code !== "ESRCH"
  }
}

const runFolder = /^run-(\d+)-/

/** Removes what runs have left that were killed. */
const removeStale = (store: string): void => {
  for (const name of readdirSync(store)) {
    const pid = runFolder.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(store, name), { recursive: true, force: true })
  }
}

/** Lets what is built outside of an installed package find the packages that the package itself would. */
const linkPackages = (root: string, folder: string): void => {
  const [inner, outer] = [join(root, "node_modules"), root.slice(0, root.lastIndexOf("node_modules") + 12)]
  symlinkSync(outer, join(folder, "node_modules"))
  if (existsSync(inner)) symlinkSync(inner, join(folder, "build/node_modules"))
}

/** All that one run of the runner needs, in a folder of its own, so that runs at the same time do not meet. */
export interface OpenWorkshop {
  readonly workshop: Workshop
  /** The folder that the targets are built in. */
  readonly build: string
  readonly close: () => void
}

export interface HostLibc {
  readonly run: RunProcess
  /** The version of glibc, if there is one. */
  readonly glibc: string | undefined
  readonly signal: AbortSignal
}

/** Builds the targets of a package and finds out how jazzer.js is started here. */
export const openWorkshop = async (
  { root, isInstalled }: Places,
  store: string,
  { run, glibc, signal }: HostLibc,
  say: (line: string) => void,
): Promise<OpenWorkshop> => {
  mkdirSync(store, { recursive: true })
  removeStale(store)
  const folder = realpathSync(mkdtempSync(join(store, `run-${process.pid}-`)))
  const close = () => rmSync(folder, { recursive: true, force: true })
  try {
    const build = await buildTargets(root, join(folder, "build"))
    if (isInstalled) linkPackages(root, folder)
    const node = isTooOld(glibc)
      ? writeNode(folder, await loaderFor(join(store, "loader"), join(folder, "loader"), glibc, run, say, signal))
      : process.execPath
    const core = createRequire(join(root, "package.json")).resolve("@jazzer.js/core")
    const engine = { node, cli: join(dirname(core), "cli.js"), temporary: folder }
    return { workshop: { engine, run, root, folder, signal }, build, close }
  } catch (error) {
    close()
    throw error
  }
}
