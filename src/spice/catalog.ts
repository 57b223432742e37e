import { rulesOf } from "../layout/rules.js"
import { structure } from "../layout/structure.js"
import type { Check } from "../violation/violation.js"
import { argumentChecks } from "./arguments.js"
import { formats } from "./formats.js"

/** Every check that a blob can fail. */
export const spiceChecks: readonly Check[] = [
  ...Object.values(argumentChecks),
  ...Object.values(structure),
  ...Object.values(formats).flatMap((layout) => rulesOf(layout)),
]
