import { jsonRules, shapeRules } from "../data/rules.js"
import type { Rule } from "../violation/violation.js"
import { denials, policyRules } from "./policy-rules.js"
import { qemuRules, qmpRules } from "./rules.js"

/** Every rule that arguments, QMP commands and a policy can break. */
export const qemuChecks: readonly Rule[] = [jsonRules, shapeRules, qmpRules, qemuRules, denials, policyRules].flatMap(
  (each) => Object.values<Rule>(each),
)
