import type { Command } from "../src/qemu/commands.js"

/** What a QEMU has to be before a command can do what its arguments say. */
export interface Stage {
  /** Options of the command line. */
  readonly options?: readonly string[]
  /** Commands before it. */
  readonly before?: readonly { readonly execute: string; readonly arguments: object }[]
}

const nbdAddress = { type: "unix", data: { path: "/run/nbd" } }

const withDisk = ["-blockdev", "driver=null-co,node-name=drive,read-zeroes=on"]

const nbdServer: Stage = {
  options: withDisk,
  before: [{ execute: "nbd-server-start", arguments: { addr: nbdAddress } }],
}

/** By the command; the others need nothing. */
export const stages: { readonly [C in Command]?: Stage } = {
  "migrate-incoming": { options: ["-incoming", "defer"] },
  client_migrate_info: { options: ["-spice", "port=5900,addr=127.0.0.1,disable-ticketing=on,seamless-migration=on"] },
  "nbd-server-add": nbdServer,
  "block-export-add": nbdServer,
}
