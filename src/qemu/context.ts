/**
 * The versions of QEMU at which the arguments changed; each stands for the releases up to the next one. 7.2: a uri
 * only. 8.2: channels, and file:. 9.1: no blk and inc, but exit-on-error. 10.0: channels of type cpr.
 *
 * @since 0.2.0
 */
export const qemuVersions = ["7.2", "8.2", "9.1", "10.0"] as const

export type QemuVersion = (typeof qemuVersions)[number]

/** The QMP commands whose arguments are checked. */
export const migrateCommands = ["migrate", "migrate-incoming"] as const

/**
 * `migrate` connects and `migrate-incoming` listens, so that their arguments keep different rules.
 *
 * @since 0.2.0
 */
export type MigrateCommand = (typeof migrateCommands)[number]

/** Which QEMU an argument is for. */
export interface MigrateOptions {
  /** Default 10.0, the newest that is known. */
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
  readonly command?: MigrateCommand
}

/** All that decides how an argument is checked. */
export type Context = Required<CommandOptions>

const isOneOf = <T>(names: readonly T[], name: unknown): name is T => names.some((known) => known === name)

/** The context of a caller whose options no compiler may have checked. */
export const contextOf = ({ command = "migrate", version = "10.0", draft = false }: CommandOptions): Context => {
  if (!isOneOf(migrateCommands, command))
    throw new TypeError(`the command must be one of ${migrateCommands.join(", ")}`)
  if (!isOneOf(qemuVersions, version)) throw new TypeError(`the version must be one of ${qemuVersions.join(", ")}`)
  return { command, version, draft: draft === true }
}

/** Remembers what was made for a context: making a reader takes far longer than reading does. */
export const perContext = <T>(make: (context: Context) => T): ((context: Context) => T) => {
  const made = new Map<string, T>()
  return (context) => {
    const key = `${context.command} ${context.version} ${context.draft}`
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(context)
    made.set(key, value)
    return value
  }
}

/** Whether a version is `first` or a later one. */
export const isSince = (version: QemuVersion, first: QemuVersion): boolean =>
  qemuVersions.indexOf(version) >= qemuVersions.indexOf(first)
