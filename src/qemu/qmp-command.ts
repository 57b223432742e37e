import * as E from "fp-ts/lib/Either.js"
import type { StrictRead } from "../data/strict.js"
import { qmpRules } from "./rules.js"

/** A whole QMP command, taken apart: its arguments are not yet judged. */
export interface QmpCommand {
  readonly name: string
  /** The member that names the command. */
  readonly key: "execute" | "exec-oob"
  readonly arguments: unknown
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const known: ReadonlySet<string> = new Set(["execute", "exec-oob", "arguments", "id"])

const refuse = (key: string): StrictRead<never> => E.left([{ rule: qmpRules.command, keys: key === "" ? [] : [key] }])

/**
 * Takes a JSON value that names a command apart (docs/interop/qmp-spec.rst of QEMU).
 *
 * @returns undefined for a value that names none, such as arguments by themselves
 */
export const commandIn = (value: unknown): StrictRead<QmpCommand> | undefined => {
  if (!isObject(value)) return undefined
  const keys = (["execute", "exec-oob"] as const).filter((each) => Object.hasOwn(value, each))
  const [key] = keys
  if (key === undefined) return undefined
  const members = new Map<string, unknown>(Object.entries(value))
  const name = members.get(key)
  const stranger = [...members.keys()].find((each) => !known.has(each))
  if (keys.length > 1) return refuse("")
  if (stranger !== undefined) return refuse(stranger)
  if (typeof name !== "string") return refuse(key)
  const given = members.has("arguments") ? members.get("arguments") : {}
  return isObject(given) ? E.right({ name, key, arguments: given }) : refuse("arguments")
}
