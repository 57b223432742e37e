/**
 * What can be checked: the QMP commands that take addresses of a migration or decide what one does, and `incoming`,
 * QEMU's option of that name. Each has a codec of its own in codecs.ts.
 *
 * @since 0.6.0
 */
export const commands = [
  "migrate",
  "migrate-incoming",
  "migrate-recover",
  "incoming",
  "client_migrate_info",
  "nbd-server-start",
  "nbd-server-add",
  "block-export-add",
  "getfd",
  "add-fd",
  "migrate-set-parameters",
  "migrate-set-capabilities",
  "dump-guest-memory",
] as const

export type Command = (typeof commands)[number]

/**
 * `migrate` connects and `migrate-incoming` listens, so that their addresses keep different rules.
 *
 * @since 0.2.0
 */
export type MigrateCommand = "migrate" | "migrate-incoming"

/** What a command does with an address. */
export type Direction = "connect" | "listen"

export const directionOf = (command: Command): Direction => (command === "migrate" ? "connect" : "listen")

/** How a command knows file descriptors: by the name that getfd gave them, or by their number in QEMU's process. */
export const descriptorsOf = (command: Command): readonly ("name" | "number")[] => {
  switch (command) {
    case "migrate-incoming":
    case "migrate-recover":
      return ["name", "number"]
    case "incoming":
      return ["number"]
    default:
      return ["name"]
  }
}
