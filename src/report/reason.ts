/** Why something failed, as what was thrown says it: not safe to print. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
