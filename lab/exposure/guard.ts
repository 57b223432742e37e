import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"

const source = fileURLToPath(new URL("guard.c", import.meta.url))
const folder = fileURLToPath(new URL("../../.lab/exposure/", import.meta.url))
const library = `${folder}guard.so`

const isFresh = (): boolean => existsSync(library) && statSync(library).mtimeMs > statSync(source).mtimeMs

/** Builds the allocator with inaccessible pages, unless it is there, and gives its file. */
export const guardLibrary = (): string => {
  if (isFresh()) return library
  mkdirSync(folder, { recursive: true })
  const unfinished = `${library}.${process.pid}`
  execFileSync("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", unfinished, source])
  renameSync(unfinished, library)
  return library
}
