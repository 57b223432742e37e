import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { kaitaiSpecification } from "../peers/kaitai.js"

/** What bench:c runs is built here, from c/bench and the validator. */

const folder = "c/build/bench"

export const makeFolder = (): void => void mkdirSync(folder, { recursive: true })

/** Kaitai Struct's runtime for C++, which its compiler does not bring: a checkout of kaitai_struct_cpp_stl_runtime. */
const { KAITAI_RUNTIME: kaitaiRuntime = ".lab/kaitai-cpp" } = process.env
export const hasKaitai = existsSync(join(kaitaiRuntime, "kaitai/kaitaistream.cpp"))

export const compilers = ["gcc", "clang"] as const
export type Compiler = (typeof compilers)[number]

const run = (program: string, ...options: string[]): string => execFileSync(program, options, { encoding: "utf8" })

const isThere = (program: string): boolean => {
  try {
    run(program, "--version")
    return true
  } catch {
    return false
  }
}

const flags = ["-O2", "-Ic", "-Wall", "-Wextra", "-Werror"]
const sources = ["c/bench/hand_written.c", "c/migration_guard.c"]

interface KaitaiCompiler {
  readonly compile: (language: "cpp_stl", specification: object) => Promise<Readonly<Record<string, string>>>
}

/** The objects of Kaitai Struct's parser; none where there is no runtime for it. */
const kaitaiObjects = async (compiler: Compiler): Promise<readonly string[]> => {
  if (!hasKaitai) return []
  const kaitai: KaitaiCompiler = createRequire(import.meta.url)("kaitai-struct-compiler")
  for (const [name, text] of Object.entries(await kaitai.compile("cpp_stl", kaitaiSpecification)))
    writeFileSync(join(folder, name), text)
  const parts = [join(folder, "display.cpp"), "c/bench/kaitai.cpp", join(kaitaiRuntime, "kaitai/kaitaistream.cpp")]
  return parts.map((source, index) => {
    const object = join(folder, `kaitai-${compiler}-${index}.o`)
    const options = ["-O2", "-std=c++11", "-Ic", `-I${folder}`, `-I${kaitaiRuntime}`]
    run(compiler === "gcc" ? "g++" : "clang++", ...options, "-c", "-o", object, source)
    return object
  })
}

/** Builds what times the checks of C; before, the hand-written one must say of the whole corpus what it has to. */
export const buildTimer = async (compiler: Compiler): Promise<string> => {
  const [object, corpus, timer] = [`corpus-${compiler}.o`, `corpus-${compiler}`, `time-${compiler}`].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  run(compiler, "-std=c99", ...flags, "-Dmg_check=hand_check", "-c", "-o", object, "c/test/corpus.c")
  run(compiler, "-std=c99", ...flags, "-o", corpus, object, ...sources)
  process.stderr.write(`${compiler}, hand-written: ${run(corpus, "c/test/corpus.txt", "corpus")}`)
  const kaitai = await kaitaiObjects(compiler)
  const told = kaitai.length === 0 ? [] : ["-DKAITAI"]
  const main = join(folder, `main-${compiler}.o`)
  run(compiler, "-std=c99", ...flags, ...told, "-c", "-o", main, "c/bench/time.c")
  run(compiler, ...flags, "-o", timer, main, ...kaitai, ...sources, ...(kaitai.length === 0 ? [] : ["-lstdc++"]))
  return timer
}

/** The validator as WebAssembly; undefined where there is nothing that links it. */
export const buildModule = (): string | undefined => {
  if (!isThere("wasm-ld")) return undefined
  const module = join(folder, "module.wasm")
  const options = [
    "--target=wasm32",
    "-mbulk-memory",
    "-nostdlib",
    "-std=c99",
    "-O2",
    "-Ic/bench/wasm",
    "-Ic",
    "-Wl,--no-entry",
  ]
  run("clang", ...options, "-o", module, "c/bench/wasm/module.c", "c/migration_guard.c")
  return module
}

/** Bytes of machine code and of constants that the validator takes with -Os, and what `size` calls text: both of them. */
export const sizesOf = (compiler: Compiler): { readonly code: number; readonly text: number } => {
  const object = join(folder, `small-${compiler}.o`)
  run(compiler, "-std=c99", "-Os", "-Ic", "-c", "-o", object, "c/migration_guard.c")
  const code = /^\.text\s+(\d+)/m.exec(run("size", "-A", object))?.[1]
  const text = /\n\s*(\d+)/.exec(run("size", object))?.[1]
  return { code: Number(code), text: Number(text) }
}

export const versionOf = (compiler: Compiler): string => run(compiler, "--version").split("\n")[0] ?? compiler
