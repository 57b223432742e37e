import * as E from "fp-ts/lib/Either.js"
import { holdTo, type Issue, issueAt, ok } from "../data/refinement.js"
import type { StrictRead } from "../data/strict.js"
import { type Command, commands } from "./commands.js"
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

/** A name without what people confuse in it. */
const plainName = (name: string): string => name.trim().toLowerCase().replaceAll("_", "-")

/** What is checked, by its plain name; `incoming` is no command. */
const byPlainName: ReadonlyMap<string, Command> = new Map(
  commands.filter((name) => name !== "incoming").map((name) => [plainName(name), name]),
)

/** Judges the name of a command and how it is given; what is not checked may be called anything else. */
const nameIssues = (name: string, key: QmpCommand["key"]): readonly Issue[] => {
  const meant = byPlainName.get(plainName(name))
  if (meant === undefined) return ok
  if (meant !== name) return issueAt(key, qmpRules.commandName, undefined, meant)
  return key === "execute" || name === "migrate-recover" ? ok : issueAt(key, qmpRules.outOfBand)
}

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
  return isObject(given) ? holdTo(() => nameIssues(name, key))({ name, key, arguments: given }) : refuse("arguments")
}
