import type { Rule, ViolationCode } from "../violation/violation.js"

/** Makes rules whose ids begin alike: what must be so, what QEMU does where it is not, and where that is known from. */
export const rulesUnder =
  (prefix: string) =>
  (id: string, code: ViolationCode, requirement: string, consequence: string, source: string): Required<Rule> => ({
    id: `${prefix}/${id}`,
    code,
    requirement,
    consequence,
    source,
  })
