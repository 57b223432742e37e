import type { Rule } from "../violation/violation.js"

/** The rules of states that are JSON. What a state may say, its format's own rules tell. */
export const stateRules = {
  form: {
    id: "state/form",
    code: "wrong-type",
    requirement:
      "A member must have the form that states have as JSON: numbers of 64 bits are decimal strings, bytes are strings of two lower-case hexadecimal digits each.",
    consequence: "It has no encoding.",
    source: "our own rule (docs/guide/triage.md)",
  },
  missing: {
    id: "state/missing-member",
    code: "wrong-type",
    requirement: "A state must have every member of its format.",
    consequence: "There is no default: what is left out would be made up.",
    source: "our own rule (docs/guide/triage.md)",
  },
  unknown: {
    id: "state/unknown-member",
    code: "unknown-member",
    requirement: "A state must have no members but those of its format; remove it or correct its spelling.",
    consequence: "It would be dropped without a word, and the blob would say something else than its author meant.",
    source: "our own rule (docs/guide/triage.md)",
  },
} as const satisfies Record<string, Required<Rule>>
