import { jsonChecks } from "../schema/json.js"
import { shape } from "../schema/shape.js"
import type { Check } from "../schema/violation.js"
import { denials } from "./check-policy.js"
import { checks } from "./checks.js"
import { policyChecks } from "./policy.js"

/** Every check that arguments of `migrate` and `migrate-incoming`, and a policy, can fail. */
export const qemuChecks: readonly Check[] = [jsonChecks, shape, checks, denials, policyChecks].flatMap((each) =>
  Object.values<Check>(each),
)
