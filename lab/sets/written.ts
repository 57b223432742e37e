import type { MigrateCommand } from "../../src/qemu/index.js"
import type { ArgumentSet } from "../outcome.js"

/** A JSON text of a value; a bigint is written as the integer that it is. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `@${part}@` : part)).replace(/"@(-?\d+)@"/g, "$1")

const commands = ["migrate", "migrate-incoming"] as const

export const both = (text: string): readonly ArgumentSet[] => commands.map((command) => ({ command, arguments: text }))

export const only = (command: MigrateCommand, text: string): readonly ArgumentSet[] => [{ command, arguments: text }]

export const uri = (text: string): string => jsonOf({ uri: text })

/** The arguments with one address, that of the main channel. */
export const main = (addr: object): string => jsonOf({ channels: [{ "channel-type": "main", addr }] })

export const inet = (members: object): string =>
  main({ transport: "socket", type: "inet", host: "127.0.0.1", port: "4446", ...members })

export const unix = (members: object): string =>
  main({ transport: "socket", type: "unix", path: "/run/migration.sock", ...members })

export const vsock = (members: object): string =>
  main({ transport: "socket", type: "vsock", cid: "3", port: "4446", ...members })

export const fd = (str: unknown): string => main({ transport: "socket", type: "fd", str })

export const exec = (...args: readonly unknown[]): string => main({ transport: "exec", args })

export const rdma = (members: object): string =>
  main({ transport: "rdma", host: "127.0.0.1", port: "4446", ...members })

export const file = (members: object): string =>
  main({ transport: "file", filename: "/var/tmp/vm.state", offset: 0, ...members })
