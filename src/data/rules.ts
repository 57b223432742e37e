import type { Rule } from "../violation/violation.js"

const refused = "QEMU refuses the command; a reader that is less strict takes something else for it."

/**
 * The checks that every exact type makes by construction: what a value of plain data is, and what an object may hold.
 */
export const shape = {
  data: {
    id: "shape/data",
    code: "wrong-type",
    requirement: "The value must be plain data: no getter and no proxy of it may throw.",
    consequence: "What throws while it is read cannot be checked.",
  },
  object: {
    id: "shape/object",
    code: "wrong-type",
    requirement: "This must be an object, and of no class.",
    consequence: refused,
  },
  list: { id: "shape/list", code: "wrong-type", requirement: "This must be a list.", consequence: refused },
  listLength: {
    id: "shape/list-length",
    code: "limit-exceeded",
    requirement: "A list must not be longer than the limit.",
    consequence: "Its reader's work has no bound.",
  },
  text: { id: "shape/string", code: "wrong-type", requirement: "This must be a string.", consequence: refused },
  flag: { id: "shape/boolean", code: "wrong-type", requirement: "This must be true or false.", consequence: refused },
  leaf: {
    id: "shape/type",
    code: "wrong-type",
    requirement: "This must have the declared type.",
    consequence: refused,
  },
  name: {
    id: "shape/name",
    code: "not-in-enum",
    requirement: "This must be one of the declared names, letter for letter.",
    consequence: refused,
  },
  missing: {
    id: "shape/missing-member",
    code: "wrong-type",
    requirement: "This member must be given.",
    consequence: refused,
  },
  unknown: {
    id: "shape/unknown-member",
    code: "unknown-member",
    requirement: "There is no such member; remove it or correct its spelling.",
    consequence: refused,
  },
} as const satisfies Record<string, Rule>
