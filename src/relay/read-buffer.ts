/** Bytes that all connections of a relay share. */
export interface Budget {
  /** Takes so many bytes, if they are there. */
  readonly take: (bytes: number) => boolean
  readonly give: (bytes: number) => void
}

export const budgetOf = (bytes: number): Budget => {
  let left = bytes
  return {
    take: (wanted) => {
      if (wanted > left) return false
      left -= wanted
      return true
    },
    give: (returned) => {
      left += returned
    },
  }
}

/** What an idle connection has, and what a busy one gets to: the sizes that were measured (docs/relay.md). */
const smallest = 0x80
const largest = 0x80000
const step = 4

/** So many reads in a row that fill little of the buffer make it smaller. */
const patience = 32

/** Memory that one connection's reads go to. It is never another's: what was read lies there until it is written. */
export interface ReadBuffer {
  /** Where the next read goes. */
  readonly next: () => Uint8Array
  /** To be told how much a read brought. */
  readonly filled: (bytes: number) => void
  /** Gives back what was taken of the budget. */
  readonly release: () => void
}

/**
 * A buffer as large as a connection's reads need: larger ones make bulk faster, smaller ones let many connections
 * idle. What it has beyond the smallest comes out of a budget that all connections share; when that is spent it stays.
 */
export const readBufferOf = (budget: Budget): ReadBuffer => {
  let buffer = Buffer.allocUnsafeSlow(smallest)
  let wanted = smallest
  let sparse = 0

  const resize = (): void => {
    if (wanted > buffer.length && !budget.take(wanted - buffer.length)) wanted = buffer.length
    if (wanted < buffer.length) budget.give(buffer.length - wanted)
    if (wanted !== buffer.length) buffer = Buffer.allocUnsafeSlow(wanted)
  }

  return {
    next: () => {
      if (wanted !== buffer.length) resize()
      return buffer
    },
    filled: (bytes) => {
      const { length } = buffer
      sparse = bytes < length / (2 * step) ? sparse + 1 : 0
      if (bytes === length) wanted = Math.min(largest, length * step)
      else if (sparse > patience) {
        sparse = 0
        wanted = Math.max(smallest, length / step)
      }
    },
    release: () => {
      budget.give(Math.max(0, buffer.length - smallest))
      buffer = Buffer.alloc(0)
      wanted = 0
    },
  }
}
