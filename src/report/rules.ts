import { qemuChecks } from "../qemu/catalog.js"
import { spiceChecks } from "../spice/catalog.js"
import type { Check } from "../violation/violation.js"

const checks: ReadonlyMap<string, Check> = new Map([...spiceChecks, ...qemuChecks].map((check) => [check.id, check]))

/** What is known of a rule by its id: the sentence that it demands and what the receiver does without it. */
export const ruleById = (id: string): Check | undefined => checks.get(id)
