import { rulesOf } from "../schema/rules.js"
import { structure } from "../schema/structure.js"
import type { Check } from "../schema/violation.js"
import { argumentChecks } from "./arguments.js"
import { formats } from "./formats.js"

const checks: ReadonlyMap<string, Check> = new Map(
  [
    ...Object.values(argumentChecks),
    ...Object.values(structure),
    ...Object.values(formats).flatMap((layout) => rulesOf(layout)),
  ].map((check) => [check.id, check]),
)

/** What is known of a rule by its id: the sentence that it demands and what spice-server does without it. */
export const ruleById = (id: string): Check | undefined => checks.get(id)
