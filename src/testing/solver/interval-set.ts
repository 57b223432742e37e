/** Whole numbers that a field may take: intervals with both ends inside, ascending, with gaps between them. */
export type Domain = readonly Interval[]

export interface Interval {
  readonly from: bigint
  readonly to: bigint
}

export const noNumber: Domain = []

export const intervalOf = (from: bigint, to: bigint): Domain => (from <= to ? [{ from, to }] : noNumber)

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)
const most = (one: bigint, other: bigint): bigint => (one > other ? one : other)

export const intersection = (one: Domain, other: Domain): Domain => {
  const common: Interval[] = []
  for (const left of one)
    for (const right of other) {
      const from = most(left.from, right.from)
      const to = least(left.to, right.to)
      if (from <= to) common.push(from === left.from && to === left.to ? left : { from, to })
    }
  return common
}

export const unionOf = (one: Domain, other: Domain): Domain => {
  if (one.length === 0) return other
  if (other.length === 0) return one
  const merged: Interval[] = []
  for (const next of [...one, ...other].sort((left, right) => (left.from < right.from ? -1 : 1))) {
    const last = merged.at(-1)
    if (last === undefined || next.from > last.to + 1n) merged.push(next)
    else merged[merged.length - 1] = { from: last.from, to: most(last.to, next.to) }
  }
  return merged
}

export const without = (domain: Domain, value: bigint): Domain =>
  domain.flatMap(({ from, to }) =>
    value < from || value > to
      ? intervalOf(from, to)
      : [...intervalOf(from, value - 1n), ...intervalOf(value + 1n, to)],
  )

export const contains = (domain: Domain, value: bigint): boolean =>
  domain.some(({ from, to }) => from <= value && value <= to)

/** How many numbers there are. */
export const cardinalityOf = (domain: Domain): bigint => domain.reduce((sum, { from, to }) => sum + to - from + 1n, 0n)

/** The number with so many smaller ones in the domain. */
export const nthNumber = (domain: Domain, index: bigint): bigint => {
  let left = index
  for (const { from, to } of domain) {
    if (left <= to - from) return from + left
    left -= to - from + 1n
  }
  throw new RangeError("the domain has fewer numbers")
}

/** How many numbers of the domain are smaller. */
export const indexOf = (domain: Domain, value: bigint): bigint =>
  domain.reduce((sum, { from, to }) => (value <= from ? sum : sum + least(to + 1n, value) - from), 0n)

/** The greatest number that is not above `value`, or the smallest one where there is none. */
export const nearest = (domain: Domain, value: bigint): bigint | undefined => {
  const below = domain.filter(({ from }) => from <= value).at(-1)
  return below === undefined ? domain[0]?.from : least(below.to, value)
}

/** The numbers at the ends of the intervals, and those beside them that are still inside; the smallest first. */
export const edgesOf = (domain: Domain): readonly bigint[] => [
  ...new Set(domain.flatMap(({ from, to }) => [from, least(from + 1n, to), most(to - 1n, from), to])),
]
