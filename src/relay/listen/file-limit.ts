import { readFileSync } from "node:fs"
import type { Settings } from "../config/settings.js"

/** What Node itself, the listeners and what operators ask for take. */
const others = 64

/** How many descriptors this process may have; undefined where the system does not say. */
const descriptorLimit = (): number | undefined => {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}

/** How many descriptors the connections of all listeners need, where that is more than there are. */
export const missingDescriptors = (
  all: readonly Settings[],
  limit = descriptorLimit(),
): { readonly needed: number; readonly limit: number } | undefined => {
  const needed = others + all.reduce((sum, { limits }) => sum + 2 * limits.connections, 0)
  return limit === undefined || needed <= limit ? undefined : { needed, limit }
}
