import { jsonChecks } from "../data/json.js"
import { shape } from "../data/rules.js"
import type { Check } from "../violation/violation.js"
import { denials } from "./check-policy.js"
import { policyChecks } from "./policy.js"
import { checks } from "./rules.js"

/** Every check that arguments of `migrate` and `migrate-incoming`, and a policy, can fail. */
export const qemuChecks: readonly Check[] = [jsonChecks, shape, checks, denials, policyChecks].flatMap((each) =>
  Object.values<Check>(each),
)
