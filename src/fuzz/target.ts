import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import type { CorpusBlob } from "../corpus.js"
import type { Layout } from "../layout/types.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"

/** What an input of a target stands for, as a reader wants to see it: a blob with the receiver that gets it. */
export interface BlobEvidence {
  readonly kind: "blob"
  readonly channel: Channel
  readonly receiver: ReceiverState
  readonly bytes: Uint8Array
}

/** What an input of a target stands for where that is a text: JSON, an address, a policy. */
export interface TextEvidence {
  readonly kind: "text"
  readonly bytes: Uint8Array
}

/** What an input of a target for a layout stands for. */
export interface LayoutEvidence {
  readonly kind: "layout"
  readonly layout: Layout
  readonly bytes: Uint8Array
}

export type Evidence = BlobEvidence | TextEvidence | LayoutEvidence

/**
 * What a module `fuzz/<name>.fuzz.ts` exports. Of `src/fuzz` it may import types only: the rest is not
 * there when it runs.
 */
export interface TargetModule {
  /** Throws where the input shows a bug. The fuzzer calls it. */
  readonly fuzz: (data: Uint8Array) => void
  /** The beginnings of paths, such as `src/spice/`, of the code whose coverage guides the fuzzer. */
  readonly underTest: readonly string[]
  /** Whether jazzer.js' bug detectors are on. They cost 20 µs an execution, and find pollution of prototypes. */
  readonly detectors: boolean
  /** Byte strings that the fuzzer may put into inputs. */
  readonly dictionary: readonly Uint8Array[]
  /** The inputs to begin with, in the target's own form. */
  readonly seeds: (corpus: readonly CorpusBlob[]) => Iterable<Uint8Array>
  /** What an input stands for. */
  readonly evidenceOf: (data: Uint8Array) => Evidence
}

/** A target as the runner sees it: built, and not called by it. */
export interface FuzzTarget extends Omit<TargetModule, "fuzz"> {
  readonly name: string
  /** The folder of the build that it is part of. */
  readonly build: string
  /** What jazzer.js loads of it. */
  readonly module: string
}

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
export const loadTarget = (build: string, name: string): FuzzTarget => {
  const module = required(build, name)
  if (!isTarget(module)) throw new Error(`fuzz/${name}${suffix}: its export ${wrongIn(module)} is missing or wrong`)
  const { underTest, detectors, dictionary, seeds, evidenceOf } = module
  return { name, build, module: moduleOf(build, name), underTest, detectors, dictionary, seeds, evidenceOf }
}
