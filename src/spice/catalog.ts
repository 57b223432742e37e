import { rulesOf } from "../layout/rules.js"
import { structure } from "../layout/structure.js"
import type { Rule } from "../violation/violation.js"
import { argumentChecks } from "./arguments.js"
import { formats } from "./formats.js"

/** Every check that a blob can fail. */
export const spiceChecks: readonly Rule[] = [
  ...Object.values(argumentChecks),
  ...Object.values(structure),
  ...Object.values(formats).flatMap((layout) => rulesOf(layout)),
]
