import { defineConfig } from "vitest/config"

/**
 * The tests against real QEMUs. All sets of arguments take half a minute, a migration 1 to 4 seconds; a QEMU of the
 * arguments that hangs is ended after 20 s, a migration that waits for a client that is gone ends after 30 s.
 */
export default defineConfig({
  test: { include: ["lab/**/*.test.ts"], testTimeout: 600_000, fileParallelism: false, reporters: ["verbose"] },
})
