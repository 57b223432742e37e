import type { Struct } from "./types.js"

/**
 * A declared look at the bytes of a run, for what numbers alone cannot say: entries back to back to the run's end, each
 * a header and as many bytes as one of its fields says, behind the rest of at most one entry. Where the first whole
 * entry begins is not in the bytes, because the entry before it may be partly gone, so every position that the rest of
 * one entry can reach is tried. It takes time linear in the run's size and memory for one bit per byte of one entry.
 */
export interface Chain {
  /** How emitted code calls it. */
  readonly name: string
  readonly doc: string
  /** Numbers of fixed size; an entry is one only where each has a value of its type. */
  readonly header: Struct
  /** The header's field that says how many bytes follow the header. */
  readonly length: string
  /** The most that it may say. */
  readonly most: number
}

export const chain = (name: string, options: Omit<Chain, "name">): Chain => ({ name, ...options })
