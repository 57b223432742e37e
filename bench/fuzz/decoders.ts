import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { build, transform } from "esbuild"
import { type Format, formats } from "../../src/spice/formats.js"
import { mutantsOf } from "./mutants.js"
import { plantedIn } from "./planted.js"

/** A decoder with a defect, built. */
export interface Defective {
  readonly format: Format
  readonly kind: "without a check" | "planted"
  readonly name: string
  readonly module: string
}

const isFormat = (name: string): name is Format => Object.hasOwn(formats, name)

/** The name of a format's emitted decoder. */
export const decoderOf = (format: Format): string => `decode${format.charAt(0).toUpperCase()}${format.slice(1)}`

/** Builds every defective decoder beside the emitted ones, and what attacks them, into a build of the targets. */
export const buildDefective = async (root: string, outDir: string): Promise<readonly Defective[]> => {
  const entryPoints = ["trial", "alone", "empty"].map((name) => join(root, `bench/fuzz/${name}.ts`))
  await build({ entryPoints, outbase: root, outdir: outDir, format: "cjs", platform: "node", sourcemap: "inline" })
  const folder = join(outDir, "src/spice/defective")
  mkdirSync(folder)
  const decoders = Object.keys(formats)
    .filter(isFormat)
    .flatMap((format) => {
      const source = readFileSync(join(root, `src/spice/emitted/${format}.ts`), "utf8")
      return [
        ...mutantsOf(source).map((mutant) => ({ ...mutant, format, kind: "without a check" as const })),
        ...plantedIn(format, source).map((mutant) => ({ ...mutant, format, kind: "planted" as const })),
      ]
    })
  return Promise.all(
    decoders.map(async ({ source, ...decoder }, index) => {
      const module = join(folder, `${index}.js`)
      writeFileSync(module, (await transform(source, { loader: "ts", format: "cjs" })).code)
      return { ...decoder, module }
    }),
  )
}
