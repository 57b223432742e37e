import type { Check } from "../violation/violation.js"

const refused = "QEMU refuses the command; a reader that is less strict takes something else for it."

/**
 * The checks that every exact type makes by construction: what a value of plain data is, and what an object may hold.
 */
export const shape = {
  data: {
    id: "shape/data",
    code: "wrong-type",
    says: "The value must be plain data: no getter and no proxy of it may throw.",
    without: "What throws while it is read cannot be checked.",
  },
  object: {
    id: "shape/object",
    code: "wrong-type",
    says: "This must be an object, and of no class.",
    without: refused,
  },
  list: { id: "shape/list", code: "wrong-type", says: "This must be a list.", without: refused },
  listLength: {
    id: "shape/list-length",
    code: "limit-exceeded",
    says: "A list must not be longer than the limit.",
    without: "Its reader's work has no bound.",
  },
  text: { id: "shape/string", code: "wrong-type", says: "This must be a string.", without: refused },
  flag: { id: "shape/boolean", code: "wrong-type", says: "This must be true or false.", without: refused },
  leaf: { id: "shape/type", code: "wrong-type", says: "This must have the declared type.", without: refused },
  name: {
    id: "shape/name",
    code: "not-in-enum",
    says: "This must be one of the declared names, letter for letter.",
    without: refused,
  },
  missing: { id: "shape/missing-member", code: "wrong-type", says: "This member must be given.", without: refused },
  unknown: {
    id: "shape/unknown-member",
    code: "unknown-member",
    says: "There is no such member; remove it or correct its spelling.",
    without: refused,
  },
} as const satisfies Record<string, Check>
