import { defineConfig } from "vitest/config"

/** The tests of the pages in a real Chromium, of what `npm run site:build` has built. */
export default defineConfig({
  test: { include: ["test/site/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
})
