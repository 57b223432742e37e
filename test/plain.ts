import type { Violation } from "../src/index.js"

/** A violation with its computed members, for comparison. */
export const plain = (violation: Violation) => ({ ...violation, message: violation.message })
