import { runInThisContext } from "node:vm"
import { transformSync } from "esbuild"
import * as emitted from "../../src/layout/emitted.js"
import * as L from "../../src/layout/index.js"

/** A decoder as it is emitted: with a record of arguments for its parameters. */
export type Compiled = (input: Uint8Array, given: L.Arguments, alias: boolean) => unknown

const functions = {
  state: { decoder: { name: "decode", state: "Decoded", from: "declaration" } },
  verdict: { check: "decode" },
  violations: { collect: "decode" },
}

/** What is emitted for a layout, compiled: the function that gives its state, the verdict or all violations. */
export const compiled = (layout: L.Layout, gives: keyof typeof functions = "state"): Compiled => {
  const text = L.emitTypeScript(layout, {
    ...functions[gives],
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
