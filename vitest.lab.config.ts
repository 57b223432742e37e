import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** LINKED=0.15.1-guarded has every QEMU load a spice-server that checks migration data itself (c/spice-server/build.sh). */
const { LINKED } = process.env
const library = fileURLToPath(new URL(`.lab/spice-server/${LINKED}/build/server`, import.meta.url))
if (LINKED !== undefined && !existsSync(library)) throw new Error(`there is no ${library}`)

/**
 * The tests against real QEMUs. All sets of arguments take half a minute, a migration 1 to 4 seconds; a QEMU of the
 * arguments that hangs is ended after 20 s, a migration that waits for a client that is gone ends after 30 s.
 */
export default defineConfig({
  test: {
    include: ["lab/**/*.test.ts"],
    env: LINKED === undefined ? {} : { LD_LIBRARY_PATH: library },
    testTimeout: 600_000,
    fileParallelism: false,
    reporters: ["verbose"],
  },
})
