import { defineConfig } from "vitest/config"

/** The tests of the folders in stryker.config.mjs, for mutation testing: without types and coverage, and what takes minutes. */
export default defineConfig({
  test: {
    include: [
      "test/{loads,rules}.test.ts",
      "test/layout/**/*.test.ts",
      "test/data/**/*.test.ts",
      "test/violation/**/*.test.ts",
      "test/spice/**/*.test.ts",
      "test/session/**/*.test.ts",
    ],
    exclude: ["test/session/explore/**", "test/layout/c99.test.ts"],
    setupFiles: ["test/support/short-properties.ts"],
  },
})
