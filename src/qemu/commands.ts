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
