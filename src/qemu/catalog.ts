import { jsonChecks } from "../data/json.js"
import { shape } from "../data/rules.js"
import type { Rule } from "../violation/violation.js"
import { denials } from "./check-policy.js"
import { policyChecks } from "./policy.js"
import { checks } from "./rules.js"

/** Every check that arguments of `migrate` and `migrate-incoming`, and a policy, can fail. */
export const qemuChecks: readonly Rule[] = [jsonChecks, shape, checks, denials, policyChecks].flatMap((each) =>
  Object.values<Rule>(each),
)
