import { readdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { emitTypeScript } from "../layout/backends/typescript.js"
import { layoutsIn } from "../layout/exported.js"
import type { Layout } from "../layout/types.js"

/** Targets for the layouts of a user's modules: built beside the package's own, without one being written. */

/** What a module may be: no declaration, no test. */
const isModule = (file: string): boolean => /^(?!.*\.(d|test)\.)[\w-]+\.[mc]?[jt]s$/.test(file)

/** A layout, and where its module exports it. */
interface Exported {
  readonly layout: Layout
  readonly name: string
  /** The built module, beside the others of the folder. */
  readonly module: string
}

const decoderText = (layout: Layout, module: string): string =>
  emitTypeScript(layout, {
    decoder: { name: "decode", state: "State", from: `./${module}` },
    arguments: [{ name: "given", type: "Arguments", from: "../src/layout/parameters.js" }],
    runtime: "../src/layout/emitted.js",
    origin: "Emitted to be fuzzed.",
  })

/**
 * Builds a target for every layout that the modules of a folder export. What they import as `migration-guard/layout` is
 * the language of the build.
 *
 * @param build - the folder that the package's targets are built in
 * @returns the names of the targets: those of the formats
 * @throws Error where no module exports a layout, two layouts have one name, or one cannot be built
 */
export const buildLayoutTargets = async (build: string, folder: string): Promise<readonly string[]> => {
  const esbuild = await import("esbuild")
  const files = readdirSync(folder).filter(isModule)
  await esbuild.build({
    entryPoints: files.map((file) => join(resolve(folder), file)),
    outdir: join(build, "layouts"),
    outExtension: { ".js": ".js" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    logLevel: "silent",
    plugins: [
      {
        name: "the language of the build",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^migration-guard\/layout$/ }, () => ({
            path: "../src/layout/index.js",
            external: true,
          })),
      },
    ],
  })
  const require = createRequire(join(build, "package.json"))
  const exported = files.flatMap((file): readonly Exported[] => {
    const module = file.replace(/\.[mc]?[jt]s$/, ".js")
    return layoutsIn(Object(require(join(build, "layouts", module)))).map(([name, layout]) => ({
      layout,
      name,
      module,
    }))
  })
  const names = exported.map(({ layout }) => layout.format)
  if (names.length === 0) throw new Error(`${folder}: no module in it exports a layout`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`${folder}: two layouts are called ${twice}`)
  for (const { layout, name, module } of exported) {
    const code = `layouts/${layout.format}.decoder.js`
    const decoder = esbuild.transformSync(decoderText(layout, module), {
      loader: "ts",
      format: "cjs",
      target: "node20",
    })
    writeFileSync(join(build, code), decoder.code)
    writeFileSync(
      join(build, "fuzz", `${layout.format}.fuzz.js`),
      `const { layoutTarget } = require("./layouts.js")
const { ${name} } = require("../layouts/${module}")
const { decode } = require("../${code}")
module.exports = layoutTarget(${name}, decode, ${JSON.stringify(code)})\n`,
    )
  }
  return names
}
