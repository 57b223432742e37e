import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What the build leaves out: it is not CommonJS, or is the runner itself. */
const isLeftOut = (file: string): boolean => file.startsWith("src/cli/") || file.startsWith("src/fuzz/")

/** The modules that targets may be made of. */
const sourcesIn = (root: string): readonly string[] =>
  ["src", "fuzz"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .filter((file) => !isLeftOut(file.replaceAll("\\", "/")))

/**
 * Builds every target of a package, and what they import, to CommonJS with inline source maps. Each module stays a
 * file of its own, at its own path below the folder: only so can a part of them be instrumented, and an instrumented
 * interpreter or generator costs five times as much. Whatever was in the folder is gone.
 *
 * @returns the folder's real path, which is the one that stacks and instrumentation see
 */
export const buildTargets = async (root: string, outDir: string): Promise<string> => {
  const { build, formatMessages } = await import("esbuild")
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  writeFileSync(join(outDir, "package.json"), '{ "type": "commonjs" }\n')
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [...sourcesIn(root)],
      outbase: root,
      outdir: outDir,
      format: "cjs",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
    })
  } catch (error) {
    const { errors } = Object(error)
    if (!Array.isArray(errors)) throw error
    throw new Error(`the targets cannot be built: ${(await formatMessages(errors, { kind: "error" })).join("").trim()}`)
  }
  return realpathSync(outDir)
}
