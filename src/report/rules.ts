import { qemuChecks } from "../qemu/catalog.js"
import { spiceChecks } from "../spice/catalog.js"
import type { Rule } from "../violation/violation.js"

const checks: ReadonlyMap<string, Rule> = new Map([...spiceChecks, ...qemuChecks].map((check) => [check.id, check]))

/** What is known of a rule by its id: the sentence that it demands and what the receiver does without it. */
export const ruleById = (id: string): Rule | undefined => checks.get(id)
