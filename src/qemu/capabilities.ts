import * as t from "io-ts"
import { type Issue, ok, refined } from "../data/refinement.js"
import type { Context } from "./context.js"
import { enumerationParameter } from "./parameters.js"
import { qemuRules } from "./rules.js"
import { names } from "./versions.js"

const capabilities = [
  ...(["xbzrle", "rdma-pin-all", "auto-converge", "zero-blocks", "compress", "events", "postcopy-ram"] as const),
  ...(["x-colo", "release-ram", "block", "return-path", "pause-before-switchover", "multifd"] as const),
  ...(["dirty-bitmaps", "postcopy-blocktime", "late-block-activate", "x-ignore-shared", "validate-uuid"] as const),
  ...(["background-snapshot", "zero-copy-send", "postcopy-preempt", "switchover-ack", "dirty-limit"] as const),
  "mapped-ram",
] as const

/**
 * A capability of a migration; the versions that have each stand in the table of versions.
 *
 * @since 0.6.0
 */
export type MigrationCapability = (typeof capabilities)[number]

/**
 * The arguments of QMP's `migrate-set-capabilities`.
 *
 * @since 0.6.0
 */
export interface MigrateSetCapabilitiesArguments {
  readonly capabilities: readonly { readonly capability: MigrationCapability; readonly state: boolean }[]
}

const givenTwice = (list: MigrateSetCapabilitiesArguments["capabilities"]): readonly Issue[] => {
  const seen = new Set<string>()
  const issues = list.flatMap(({ capability }, index) => {
    const isTwice = seen.has(capability)
    seen.add(capability)
    return isTwice ? [{ rule: qemuRules.capabilityTwice, keys: [String(index), "capability"] }] : []
  })
  return issues.length === 0 ? ok : issues
}

/** The arguments of `migrate-set-capabilities` as an io-ts type. */
export const migrateSetCapabilities = ({ version }: Context): t.Type<MigrateSetCapabilitiesArguments, unknown> =>
  t.exact(
    t.type({
      capabilities: refined(
        t.readonlyArray(
          t.exact(
            t.type({
              capability: enumerationParameter(version, names.MigrationCapability, capabilities),
              state: t.boolean,
            }),
          ),
        ),
        givenTwice,
      ),
    }),
  )
