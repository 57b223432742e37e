/** How many processes each target gets: one, or its share where there are fewer targets than jobs. */
export const sharesOf = (targets: number, jobs: number): readonly number[] =>
  Array.from({ length: targets }, (_, index) =>
    Math.max(1, Math.floor(jobs / targets) + (index < jobs % targets ? 1 : 0)),
  )

/** Lets so many pieces of work be done at once; the others wait in the order in which they came. */
export const slots = (count: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let free = count
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
