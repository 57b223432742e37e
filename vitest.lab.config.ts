import { defineConfig } from "vitest/config"

/** The tests against a real QEMU 10. A run of all sets takes half a minute; a QEMU that hangs is ended after 20 s. */
export default defineConfig({
  test: { include: ["lab/**/*.test.ts"], testTimeout: 600_000, reporters: ["verbose"] },
})
