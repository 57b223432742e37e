import { runInThisContext } from "node:vm"
import { transformSync } from "esbuild"
import * as emitted from "../../src/layout/emitted.js"
import * as L from "../../src/layout/index.js"

/** A decoder as it is emitted: with a record of arguments for its parameters. */
export type Compiled = (input: Uint8Array, given: L.Arguments, alias: boolean) => unknown

/** What is emitted for a layout, compiled: its decoder, or with `verdict` what only judges. */
export const compiled = (layout: L.Layout, verdict = false): Compiled => {
  const text = L.emitTypeScript(layout, {
    ...(verdict ? { check: "decode" } : { decoder: { name: "decode", state: "Decoded", from: "declaration" } }),
    arguments: [{ name: "given", type: "Arguments", from: "declaration" }],
    origin: "Emitted for a test.",
  })
  const { code } = transformSync(text, { loader: "ts", format: "cjs" })
  const modules: Readonly<Record<string, unknown>> = {
    "migration-guard/layout": emitted,
  }
  const module = { exports: {} as { decode: (...all: unknown[]) => unknown } }
  runInThisContext(`(function (module, require) {${code}\n})`)(module, (name: string) => modules[name])
  const { decode } = module.exports
  return (input, given, alias) => decode(input, given, alias)
}
