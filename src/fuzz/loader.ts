import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { reasonOf } from "../report/reason.js"
import { outputOf, type ProcessCommand, type RunProcess } from "./process.js"

/** The glibc that the addon of jazzer.js 4 is linked against. */
const needed = "2.38"

/** Whether a version of glibc is older than another one. */
export const isOlder = (version: string, than: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number)
  return major < thanMajor || (major === thanMajor && minor < thanMinor)
}

/** The glibc that this process runs on, if it is one. */
export const glibcVersion = (): string | undefined => {
  const { header } = Object(process.report.getReport())
  const version: unknown = Object(header).glibcVersionRuntime
  return typeof version === "string" ? version : undefined
}

/** Whether jazzer.js cannot be loaded with this glibc. */
export const isTooOld = (version: string | undefined): version is string =>
  version !== undefined && isOlder(version, needed)

/** A glibc of its own for jazzer.js on a machine whose one is too old: that of the distribution's next release. */

const packages = ["libc6", "libstdc++6", "libgcc-s1"] as const

interface Loader {
  readonly program: string
  readonly libraries: string
}

const layouts: Readonly<Record<string, readonly [triplet: string, program: string]>> = {
  x64: ["x86_64-linux-gnu", "ld-linux-x86-64.so.2"],
  arm64: ["aarch64-linux-gnu", "ld-linux-aarch64.so.1"],
}

const loaderIn = (folder: string): Loader => {
  const [triplet, program] = layouts[process.arch] ?? []
  if (triplet === undefined || program === undefined) throw new Error(`there is none for ${process.arch}`)
  const libraries = join(folder, "usr/lib", triplet)
  return { libraries, program: join(libraries, program) }
}

/** The first release of each distribution whose glibc is new enough. */
const newEnough = { debian: "trixie", ubuntu: "noble" } as const

/**
 * The sources to take the packages from: the machine's own main archives, with the release exchanged for one whose
 * glibc is new enough.
 *
 * @param targets - lines of `deb URI RELEASE COMPONENT` for all that the machine uses
 */
export const newerSources = (targets: readonly string[]): readonly string[] => {
  const sources = targets.flatMap((target) => {
    const [kind, uri, release, component] = target.split(" ")
    if (kind !== "deb" || uri === undefined || component !== "main" || release?.includes("-") !== false) return []
    if (/ubuntu/.test(uri)) return [`deb ${uri} ${newEnough.ubuntu} main`]
    return /debian/.test(uri) ? [`deb ${uri} ${newEnough.debian} main`] : []
  })
  return [...new Set(sources)]
}

/** apt with sources, lists and caches of its own, so that the machine's stay as they are. */
const privateApt = (folder: string): readonly string[] => {
  const options = {
    "Dir::Etc::SourceList": join(folder, "sources.list"),
    "Dir::Etc::SourceParts": join(folder, "none"),
    "Dir::Etc::Preferences": join(folder, "none"),
    "Dir::Etc::PreferencesParts": join(folder, "none"),
    "Dir::State::Lists": join(folder, "lists"),
    "Dir::State::Status": join(folder, "status"),
    "Dir::Cache": join(folder, "cache"),
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "true",
  }
  return Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])
}

const download = async (
  work: string,
  execute: (command: ProcessCommand) => Promise<readonly string[]>,
): Promise<void> => {
  const listing = ["indextargets", "--no-release-info", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"]
  const sources = newerSources(await execute({ file: "apt-get", args: [...listing, "Created-By: Packages"] }))
  if (sources.length === 0) throw new Error("apt has no main archive of Debian or Ubuntu among its sources")
  for (const folder of ["none", "lists/partial", "cache/archives/partial", "packages"])
    mkdirSync(join(work, folder), { recursive: true })
  writeFileSync(join(work, "sources.list"), `${sources.join("\n")}\n`)
  writeFileSync(join(work, "status"), "")
  const apt = [...privateApt(work), "-qq"]
  const folder = join(work, "packages")
  // Sources beside the distribution's own may not have its next release; what counts is whether the packages come.
  const trouble = await execute({ file: "apt-get", args: [...apt, "update"] }).then(() => undefined, reasonOf)
  await execute({ file: "apt-get", args: [...apt, "download", ...packages], folder }).catch((error) => {
    throw new Error(trouble ?? reasonOf(error))
  })
  for (const file of readdirSync(folder))
    await execute({ file: "dpkg", args: ["-x", join(folder, file), join(work, "root")] })
}

const prepare = async (folder: string, work: string, run: RunProcess, signal: AbortSignal): Promise<void> => {
  mkdirSync(work, { recursive: true })
  await download(work, (command) => outputOf(run, command, signal))
  const { program, libraries } = loaderIn(join(work, "root"))
  const args = ["--library-path", libraries, process.execPath, "--version"]
  await outputOf(run, { file: program, args }, signal)
  try {
    renameSync(join(work, "root"), folder)
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(folder)) throw error
  }
}

/**
 * The loader in a folder; fetched if it is not there. It appears there whole or not at all.
 *
 * @param work - a folder for what is needed only meanwhile, on the same disk
 */
export const loaderFor = async (
  folder: string,
  work: string,
  version: string,
  run: RunProcess,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Loader> => {
  const reason = `jazzer.js needs glibc 2.38 and this is ${version}`
  try {
    const loader = loaderIn(folder)
    if (existsSync(loader.program)) return loader
    say(`${reason}: fetching a newer one with apt-get into ${folder}`)
    await prepare(folder, work, run, signal)
    return loader
  } catch (error) {
    throw new Error(`${reason}; a newer one cannot be had: ${reasonOf(error)}`)
  }
}

/**
 * Writes a program that runs Node.js with a loader. libFuzzer starts copies of itself when it merges or minimises, and
 * jazzer.js takes their program from argv[0], where Node.js puts the loader: so that is changed back.
 */
export const writeNode = (folder: string, { program, libraries }: Loader): string => {
  const node = join(folder, "node")
  const preload = join(folder, "argv0.cjs")
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const words = [program, "--library-path", libraries, process.execPath, "--require", preload].map(quoted)
  writeFileSync(preload, `process.argv[0] = ${JSON.stringify(node)}\n`)
  writeFileSync(node, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`)
  chmodSync(node, 0o755)
  return node
}
