import { parseArguments, type QemuVersion } from "../src/qemu/index.js"
import type { ArgumentSet } from "./outcome.js"

/** The rules that arguments break, whatever a host allows: what a policy denies, QEMU would do. */
export const brokenRules = ({ command, arguments: text }: ArgumentSet, version: QemuVersion): readonly string[] => {
  const parsed = parseArguments(text, { command, version })
  if (parsed._tag === "Right") return []
  return [...new Set(parsed.left.map(({ rule }) => rule).filter((rule) => !rule.startsWith("policy/")))]
}
