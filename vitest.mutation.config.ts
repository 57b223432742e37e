import { defineConfig } from "vitest/config"

/** The tests of src/schema and src/spice, for mutation testing: without types, coverage and the command line. */
export default defineConfig({
  test: {
    include: [
      "test/loads.test.ts",
      "test/layout/**/*.test.ts",
      "test/data/**/*.test.ts",
      "test/violation/**/*.test.ts",
      "test/spice/**/*.test.ts",
    ],
  },
})
