/** A peer that has gone without a word is found out. */
export const lasting = { keepAlive: true, keepAliveInitialDelay: 60_000 } as const

/** Of both sides of a connection: half of it may end by itself, and what is written leaves at once. */
export const relayed = { allowHalfOpen: true, noDelay: true, ...lasting } as const
