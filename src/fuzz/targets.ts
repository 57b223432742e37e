import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import type { Target, TargetModule } from "./target.js"

const suffix = ".fuzz.ts"

/** The names of all targets of a package, in order. */
export const targetNames = (root: string): readonly string[] => {
  const folder = join(root, "fuzz")
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort()
}

/** The module that a target is built to. */
const moduleOf = (build: string, name: string): string => join(build, "fuzz", `${name}.fuzz.js`)

type Loaded = { readonly [K in keyof TargetModule]?: unknown }

const isFunction = (value: unknown): boolean => typeof value === "function"

const holds: Readonly<Record<keyof TargetModule, (value: unknown) => boolean>> = {
  fuzz: isFunction,
  underTest: (value) => Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string"),
  detectors: (value) => typeof value === "boolean",
  dictionary: (value) => Array.isArray(value) && value.every((entry) => entry instanceof Uint8Array),
  seeds: isFunction,
  evidenceOf: isFunction,
}

const wrongIn = (module: Loaded): string | undefined =>
  Object.entries(holds).find(([member, isRight]) => !isRight(Reflect.get(module, member)))?.[0]

const isTarget = (module: Loaded): module is TargetModule => wrongIn(module) === undefined

const required = (build: string, name: string): Loaded => {
  try {
    return Object(createRequire(join(build, "package.json"))(moduleOf(build, name)))
  } catch (error) {
    throw new Error(`fuzz/${name}${suffix} cannot be loaded: ${error instanceof Error ? error.message : error}`)
  }
}

/** Loads a built target into this process, for all of it but `fuzz`. */
export const loadTarget = (build: string, name: string): Target => {
  const module = required(build, name)
  if (!isTarget(module)) throw new Error(`fuzz/${name}${suffix}: its export ${wrongIn(module)} is missing or wrong`)
  const { underTest, detectors, dictionary, seeds, evidenceOf } = module
  return { name, build, module: moduleOf(build, name), underTest, detectors, dictionary, seeds, evidenceOf }
}
