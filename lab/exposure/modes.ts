import { guardLibrary } from "./guard.js"

/**
 * What a target is run with. `early` differs from `plain` in when main's data comes: before the machine runs, when the
 * agent is not attached yet; `relayed`, in that the client comes through `migration-guard relay`.
 * `told`, for orders to a machine that runs already, is `relayed` where the relay is told that none is on its way; in
 * `onward`, for blobs that are accepted, the target is the source of another migration afterwards.
 */
export const modes = ["plain", "early", "malloc-check", "guard", "relayed"] as const

export type Mode = (typeof modes)[number] | "told" | "onward"

/** The environment that makes QEMU run in a mode; `sizes` are the allocations that are guarded. */
export const environmentOf = (mode: Mode, sizes: readonly number[]): NodeJS.ProcessEnv => {
  const { PATH = "", LD_LIBRARY_PATH } = process.env
  const common = { PATH, ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }) }
  if (mode === "malloc-check") return { ...common, MALLOC_CHECK_: "3", LD_PRELOAD: "libc_malloc_debug.so.0" }
  if (mode === "guard") return { ...common, GUARD_SIZES: sizes.join(), LD_PRELOAD: guardLibrary() }
  return common
}
