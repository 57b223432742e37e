/** An envelope lives for no longer than an hour, in milliseconds. */
export const mostLifetime = 3_600_000

/** Times and sizes end far before numbers stop being exact, so that sums of them are exact. */
export const mostTime = 2 ** 52

/** Whether a value is a whole number within bounds: a NaN would be above no limit. */
export const isWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most
