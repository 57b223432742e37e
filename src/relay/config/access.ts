import { readFileSync } from "node:fs"
import * as t from "io-ts"
import { option, resolveOptions, typesOf } from "./option.js"
import { relayRules } from "./rules.js"
import { textThat } from "./text.js"

/** Who may connect to a unix socket: its mode, and the numbers of its owner and group, -1 for those of this process. */
export interface Access {
  readonly mode: number
  readonly owner: number
  readonly group: number
}

/** What a configuration says of a unix socket's file. */
export interface SocketConfiguration {
  /** Octal digits. */
  readonly mode?: string
  /** A user's name or number (that of this process). */
  readonly owner?: string
  /** A group's name or number (that of this process, or what its folder gives). */
  readonly group?: string
}

export const isMode = (text: string): boolean => /^0?[0-7]{3}$/.test(text)

/** A number, 2^32 - 1 of which is none, or a name as useradd(8) takes it. */
export const isAccount = (text: string): boolean =>
  /^\d{1,10}$/.test(text) ? Number(text) < 0xffffffff : /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text)

/** The number of a user or group: the account itself, or what a file like /etc/passwd has in its third column. */
const numberOf = (account: string | undefined, file: string): number => {
  if (account === undefined) return -1
  if (/^\d+$/.test(account)) return Number(account)
  const columns = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === account)
  if (columns === undefined) throw new Error(`${file} has no ${account}: give a name that it has, or a number`)
  return Number(columns[2])
}

const account = textThat(relayRules.account, isAccount)

/** The options of a unix socket that is listened on. */
export const socketOptions = {
  mode: option(textThat(relayRules.socketMode, isMode), "octal digits, in a text", { initial: "0600" }),
  owner: option(account, "a name or number, in a text", { shown: "the guard's own" }),
  group: option(account, "a name or number, in a text", { shown: "the guard's own" }),
}

export const socketType = t.exact(t.partial(typesOf(socketOptions)))

/** The access that a configuration means. Throws where it names somebody who is not known. */
export const accessOf = (configured: SocketConfiguration = {}): Access => {
  const { mode, owner, group } = resolveOptions(socketOptions, configured)
  return {
    mode: Number.parseInt(mode, 8),
    owner: numberOf(owner, "/etc/passwd"),
    group: numberOf(group, "/etc/group"),
  }
}
