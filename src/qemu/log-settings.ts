import { atKey, concat, type Issue, issueAt, ok } from "../data/refinement.js"
import type { MigrationAddress } from "./addresses.js"
import { type CapabilityStates, statesAfter, togetherIssues } from "./capabilities.js"
import { programIssues } from "./check-policy.js"
import type { Command } from "./commands.js"
import type { Context } from "./context.js"
import { type ArgumentsOf, touchesOf } from "./entries.js"
import type { Policy } from "./policy.js"
import { qemuRules } from "./rules.js"
import { behaviour, cprExcludes, isIn, type QemuVersion, spanOf } from "./versions.js"

/** What commands of a log have set so far; what is not here was not seen, and may be anything. */
export interface LogSettings {
  readonly capabilities: CapabilityStates
  readonly mode?: string
  readonly command?: readonly string[]
}

const kindOf = (address: MigrationAddress): string =>
  address.transport === "socket" ? address.type : address.transport

/** Judges an address by the capabilities that are on (migration_channels_and_transport_compatible of migration/migration.c). */
const transportIssues = (
  address: MigrationAddress,
  { capabilities }: LogSettings,
  version: QemuVersion,
): readonly Issue[] => {
  const isOn = (...names: readonly string[]) => names.some((name) => capabilities.get(name) === true)
  const kind = kindOf(address)
  const key = address.transport === "socket" ? "type" : "transport"
  const isFile = kind === "file" || kind === "fd"
  const hasChannels = ["inet", "unix", "vsock"].includes(kind) || (isFile && isOn("mapped-ram"))
  const isRefused = kind === "rdma" && isIn(version, behaviour.rdmaCapabilities) && isOn("xbzrle", "postcopy-ram")
  return concat(
    isOn("multifd", "postcopy-preempt") && !hasChannels ? issueAt(key, qemuRules.transportChannels) : ok,
    isOn("mapped-ram") && !isFile ? issueAt(key, qemuRules.transportSeeking) : ok,
    isRefused ? issueAt(key, qemuRules.transportRdma) : ok,
  )
}

type Destined = ArgumentsOf["migrate"]

const hasCpr = ({ channels = [] }: Destined): boolean => channels.some((each) => each["channel-type"] === "cpr")

const excludes = (mode: string | undefined, { capabilities }: LogSettings, version: QemuVersion): boolean => {
  const span = mode === undefined ? undefined : spanOf(cprExcludes.modes, mode)
  return (
    span !== undefined &&
    isIn(version, span) &&
    cprExcludes.capabilities.some((name) => capabilities.get(name) === true)
  )
}

/** Judges what `migrate` does in a mode: cpr-exec runs a program, which the policy must allow whether it was seen or not. */
const modeIssues = (
  args: Destined,
  settings: LogSettings,
  kinds: readonly string[],
  version: QemuVersion,
  policy: Policy,
): readonly Issue[] => {
  const key = args.uri === undefined ? "channels" : "uri"
  const { mode, command = [] } = settings
  const lacksChannel = mode === "cpr-transfer" && (!hasCpr(args) || kinds.includes("file"))
  return concat(
    lacksChannel ? issueAt(key, qemuRules.cprChannel) : ok,
    excludes(mode, settings, version) ? issueAt(key, qemuRules.cprCapabilities) : ok,
    mode === "cpr-exec" ? programIssues(command, policy, key) : ok,
  )
}

/** The settings after a command that was accepted here. */
export const settingsAfter = (name: Command, args: unknown, settings: LogSettings): LogSettings => {
  if (name === "migrate-set-capabilities")
    return {
      ...settings,
      capabilities: statesAfter(args as ArgumentsOf["migrate-set-capabilities"], settings.capabilities),
    }
  if (name !== "migrate-set-parameters") return settings
  const { mode, "cpr-exec-command": command } = args as ArgumentsOf["migrate-set-parameters"]
  return { ...settings, ...(mode === undefined ? {} : { mode }), ...(command === undefined ? {} : { command }) }
}

/** The settings after a command that was refused here: QEMU may have carried it out, and set a program that nobody has read. */
export const settingsAfterRefusal = (name: Command, args: unknown, settings: LogSettings): LogSettings => {
  if (name !== "migrate-set-parameters") return settings
  const given = new Map<string, unknown>(Object.entries(Object(args)))
  return {
    ...settings,
    ...(given.get("mode") === "cpr-exec" ? { mode: "cpr-exec" } : {}),
    ...(given.has("cpr-exec-command") ? { command: [] } : {}),
  }
}

const destined: ReadonlySet<Command> = new Set(["migrate", "migrate-incoming", "migrate-recover"])

/** Judges arguments that are right by themselves by what the commands before them have set. */
export const settingIssues = (
  args: unknown,
  settings: LogSettings,
  context: Context,
  policy: Policy,
): readonly Issue[] => {
  const { command, version } = context
  if (command === "migrate-set-capabilities")
    return togetherIssues(args as ArgumentsOf["migrate-set-capabilities"], version, settings.capabilities)
  if (!destined.has(command)) return ok
  const addresses = touchesOf(args as Destined, context).filter((each) => "address" in each)
  const ofAddresses = addresses.map(({ keys, address }) =>
    keys.reduceRight((said, key) => atKey(key, said), transportIssues(address, settings, version)),
  )
  if (command !== "migrate") return concat(...ofAddresses)
  const kinds = addresses.map(({ address }) => kindOf(address))
  return concat(...ofAddresses, modeIssues(args as Destined, settings, kinds, version, policy))
}
