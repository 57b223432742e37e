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
