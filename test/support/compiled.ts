import { runInThisContext } from "node:vm"
import { transformSync } from "esbuild"
import * as emitted from "../../src/layout/emitted.js"
import * as L from "../../src/layout/index.js"
import * as bytes from "../../src/violation/bytes.js"
import * as violation from "../../src/violation/violation.js"

/** A decoder as it is emitted: with a record of arguments for its parameters. */
export type Compiled = (input: Uint8Array, given: L.Arguments, alias: boolean) => unknown

/** What is emitted for a layout, compiled: its decoder, or with `verdict` what only judges. */
export const compiled = (layout: L.Layout, verdict = false): Compiled => {
  const text = L.emitTypeScript(layout, {
    decoder: "decode",
    layout: "declared",
    declaration: "declaration",
    ...(verdict ? {} : { state: { name: "Decoded", from: "declaration" } }),
    arguments: [{ name: "given", type: "Arguments", from: "declaration" }],
    parameter: ({ name }) => `given.${name}`,
    src: "..",
    origin: "Emitted for a test.",
  })
  const { code } = transformSync(text, { loader: "ts", format: "cjs" })
  const modules: Readonly<Record<string, unknown>> = {
    declaration: { declared: layout },
    "../layout/emitted.js": emitted,
    "../violation/bytes.js": bytes,
    "../violation/violation.js": violation,
  }
  const module = { exports: {} as { decode: (...all: unknown[]) => unknown } }
  runInThisContext(`(function (module, require) {${code}\n})`)(module, (name: string) => modules[name])
  const { decode } = module.exports
  return (input, given, alias) => decode(input, given, alias)
}
