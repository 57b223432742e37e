import { parseMigrateArguments } from "../src/qemu/index.js"
import type { ArgumentSet } from "./outcome.js"

const stringsOf = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

/** Every string of a text that could be a program. */
const programsOf = (text: string): readonly string[] => {
  try {
    return stringsOf(JSON.parse(text)).filter((string) => string.startsWith("/"))
  } catch {
    return []
  }
}

/** The rules that arguments break, whatever they are allowed to be: the policy lets everything pass. */
export const brokenRules = ({ command, arguments: text }: ArgumentSet): readonly string[] => {
  const policy = { exec: { programs: ["/bin/sh", ...programsOf(text)], shell: true } }
  const parsed = parseMigrateArguments(text, { command, policy })
  return parsed._tag === "Right" ? [] : [...new Set(parsed.left.map(({ rule }) => rule))]
}
