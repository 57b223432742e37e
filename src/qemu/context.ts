import { type Command, commands } from "./commands.js"
import type { Policy } from "./policy.js"
import { newestVersion, type QemuVersion, qemuVersions } from "./versions.js"

/** Which QEMU an argument is for. */
export interface MigrateOptions {
  /** Default 11.1, the newest that is known. */
  readonly version?: QemuVersion
  /**
   * Whether to take the channel types data (with multifd-count) and post-copy, which were sketched in 2022 and which
   * no QEMU has. Default false.
   */
  readonly draft?: boolean
}

/** Which command, and which QEMU, an address or a channel is for. */
export interface CommandOptions extends MigrateOptions {
  /** Default `migrate`. */
  readonly command?: Command
}

/**
 * Which QEMU arguments are for, and what the host's operator allows.
 *
 * @since 0.6.0
 */
export interface CodecOptions extends MigrateOptions {
  /** Default `defaultPolicy`, which allows no program to be run and no descriptor by number. */
  readonly policy?: Policy
}

/** All that decides how an argument is checked, but for a policy. */
export type Context = Required<CommandOptions>

const isOneOf = <T>(names: readonly T[], name: unknown): name is T => (names as readonly unknown[]).includes(name)

/** The context of a caller whose options no compiler may have checked. */
export const contextOf = ({ command = "migrate", version = newestVersion, draft = false }: CommandOptions): Context => {
  if (!isOneOf(commands, command)) throw new TypeError(`the command must be one of ${commands.join(", ")}`)
  if (!isOneOf(qemuVersions, version)) throw new TypeError(`the version must be one of ${qemuVersions.join(", ")}`)
  return { command, version, draft: draft === true }
}

/** A number of its own for each context. */
const numberOf = ({ command, version, draft }: Context): number =>
  2 * (commands.indexOf(command) * qemuVersions.length + qemuVersions.indexOf(version)) + Number(draft)

/** Remembers what was made for a context: making a reader takes far longer than reading does. */
export const perContext = <T>(make: (context: Context) => T): ((context: Context) => T) => {
  const made = new Map<number, T>()
  return (context) => {
    const key = numberOf(context)
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(context)
    made.set(key, value)
    return value
  }
}
