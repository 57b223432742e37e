import { expect, test } from "vitest"

/** Nothing is imported above: a declaration that cannot be evaluated has to fail a test, not only its file. */

test.each([
  ["the library", () => import("../src/index.js"), "decodeMigrateData"],
  ["the entry for QEMU's arguments", () => import("../src/qemu/index.js"), "parseMigrateArguments"],
  ["the entry for sealing", () => import("../src/seal/index.js"), "seal"],
  ["the testing entry", () => import("../src/testing/index.js"), "witnessesOf"],
  ["the emitter", () => import("../src/layout/backends/typescript.js"), "emitTypeScript"],
  ["the describer", () => import("../src/layout/describe.js"), "describe"],
  ["the catalogue of rules", () => import("../src/rules.js"), "ruleOf"],
])("%s loads", async (_, load, name) => {
  expect(Reflect.get(await load(), name)).toBeTypeOf("function")
})
