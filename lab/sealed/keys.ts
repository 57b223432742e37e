import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Told } from "../migrate/relay.js"

/** Files of keys for guards of the lab. */
export interface Keys {
  /** Writes a key file, or writes it anew. */
  readonly write: (name: string, text: string) => string
  readonly remove: () => void
}

export const keysInFolder = (): Keys => {
  const folder = mkdtempSync(join(tmpdir(), "lab-keys-"))
  return {
    write: (name, text) => {
      const file = join(folder, name)
      writeFileSync(file, text, { mode: 0o600 })
      return file
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const firstKey = `1 active ${"a1".repeat(32)}\n`
export const bothKeys = `${firstKey}2 accepted ${"b2".repeat(32)}\n`
export const secondKey = `2 active ${"b2".repeat(32)}\n1 accepted ${"a1".repeat(32)}\n`

export const vm = "5f0c0f6e-8a3c-4a8e-9f0e-3c1d6b2a7e10"

/** What a guard that seals and opens is told, beside what else it is. */
export const sealing = (keys: string, seal: Partial<NonNullable<Told["seal"]>> = {}): Told => ({
  seal: { keys, vm, ...seal },
  sealFor: ["127.0.0.1"],
})
