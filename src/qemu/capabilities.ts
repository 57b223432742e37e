import * as t from "io-ts"
import { type Issue, ok, refined } from "../data/refinement.js"
import type { Context } from "./context.js"
import { enumerationParameter } from "./parameters.js"
import { qemuRules } from "./rules.js"
import { excludedCapabilities, isIn, names, neededCapabilities, type QemuVersion } from "./versions.js"

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

/** Whether each capability is on, as far as commands have set it. */
export type CapabilityStates = ReadonlyMap<string, boolean>

/** The states after a command. */
export const statesAfter = ({ capabilities }: MigrateSetCapabilitiesArguments, before: CapabilityStates) =>
  new Map([...before, ...capabilities.map(({ capability, state }) => [capability, state] as const)])

/**
 * Judges capabilities beside each other, behind those that were set before: what nobody has set may be on or off. Each
 * disagreement is told at the last of those that the command itself sets.
 */
export const togetherIssues = (
  args: MigrateSetCapabilitiesArguments,
  version: QemuVersion,
  before: CapabilityStates = new Map(),
): readonly Issue[] => {
  const after = statesAfter(args, before)
  const excluded = excludedCapabilities
    .filter(([one, other, span]) => isIn(version, span) && after.get(one) === true && after.get(other) === true)
    .map(([one, other]) => ({ pair: [one, other], expected: `${other} off` }))
  const lacking = neededCapabilities
    .filter(([one, other, span]) => isIn(version, span) && after.get(one) === true && after.get(other) === false)
    .map(([one, other]) => ({ pair: [one, other], expected: `${other} on` }))
  const issues = [...excluded, ...lacking].flatMap(({ pair, expected }) => {
    const index = args.capabilities.findLastIndex(({ capability }) => pair.includes(capability))
    const keys = ["capabilities", String(index), "capability"]
    return index < 0 ? [] : [{ rule: qemuRules.capabilitiesTogether, keys, expected }]
  })
  return issues.length === 0 ? ok : issues
}

/** The arguments of `migrate-set-capabilities` as an io-ts type. */
export const migrateSetCapabilities = ({ version }: Context): t.Type<MigrateSetCapabilitiesArguments, unknown> => {
  const capability = enumerationParameter(version, names.MigrationCapability, capabilities)
  const list = refined(t.readonlyArray(t.exact(t.type({ capability, state: t.boolean }))), givenTwice)
  return refined(t.exact(t.type({ capabilities: list })), (args) => togetherIssues(args, version))
}
